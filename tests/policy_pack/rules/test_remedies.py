from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.catalogue import CATALOGUE
from guardrails.model import Fix
from guardrails.resources.base import Declared
from guardrails.resources.reading import UNKNOWN
from guardrails.rules._remedies import runtime_default, without_token

POD = "kubernetes:core/v1:Pod"
TEMPLATE = ("spec", "template", "spec")


def _declared(spec: object, kind: str = POD, path: tuple[str, ...] = ("spec",)) -> Declared:
    properties: Any = spec
    for key in reversed(path):
        properties = {key: properties}
    return Declared(kind, "x", "urn:x", properties)


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (POD, ("spec",)),
        ("kubernetes:apps/v1:Deployment", TEMPLATE),
        ("kubernetes:batch/v1:CronJob", ("spec", "jobTemplate", *TEMPLATE)),
    ],
)
def test_what_nobody_chose_is_put_right(kind: str, path: tuple[str, ...]) -> None:
    declared = _declared({"containers": [{"name": "c", "securityContext": {"privileged": False}}]}, kind, path)
    assert without_token(declared) == (Fix((*path, "automountServiceAccountToken"), value=False),)
    (fix,) = runtime_default(declared)
    assert (fix.path, fix.value) == ((*path, "securityContext", "seccompProfile", "type"), "RuntimeDefault")


@pytest.mark.parametrize(
    "said",
    [
        {"automountServiceAccountToken": True},
        {"automountServiceAccountToken": False},
        {"automountServiceAccountToken": UNKNOWN},
        {"serviceAccountName": "api"},
        {"serviceAccountName": UNKNOWN},
        {"serviceAccount": "api"},
    ],
)
def test_a_choice_about_the_token_stays(said: dict[str, object]) -> None:
    assert without_token(_declared({"containers": [], **said})) == ()


@pytest.mark.parametrize(
    "said",
    [
        {"securityContext": {"seccompProfile": {"type": "Unconfined"}}},
        {"securityContext": {"seccompProfile": UNKNOWN}},
        {"securityContext": UNKNOWN},
        {"containers": [{"securityContext": {"seccompProfile": {"type": "Localhost"}}}]},
        {"initContainers": [{"securityContext": UNKNOWN}]},
        {"containers": UNKNOWN},
        {"containers": [UNKNOWN]},
        {"os": {"name": "windows"}},
    ],
)
def test_a_choice_about_seccomp_stays(said: dict[str, object]) -> None:
    assert runtime_default(_declared(said)) == ()


def test_other_resources_are_left_alone() -> None:
    for remedy in (without_token, runtime_default):
        assert remedy(_declared({}, "aws:kms/key:Key")) == ()
        assert remedy(_declared(None)) == ()


_ODD = st.recursive(
    st.sampled_from([None, True, 0, "x", UNKNOWN]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["spec", "containers", "securityContext", "os"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(_ODD)
def test_no_properties_however_odd_break_a_remedy(spec: object) -> None:
    for policy in CATALOGUE:
        if policy.remedy is not None:
            assert all(isinstance(fix, Fix) for fix in policy.remedy(_declared(spec)))
