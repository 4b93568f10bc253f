from __future__ import annotations

from typing import Any

import pytest

from guardrails.resources.kubernetes import parse_object
from guardrails.resources.namespaces import Limits, Namespace, Quota, ServiceAccount
from guardrails.resources.reading import UNKNOWN


def _read(kind: type[Any], name: str = "", **body: object) -> Any:  # noqa: ANN401 - that type
    manifest = {"apiVersion": "v1", "kind": name or kind.__name__, "metadata": {"name": "x"}, **body}
    (found,) = [each for each in parse_object(manifest, address="a") if isinstance(each, kind)]
    return found


def test_what_bounds_a_namespace_is_read() -> None:
    assert _read(Namespace, metadata={"name": "x", "labels": {"a": "b"}}).labels == {"a": "b"}
    assert _read(Quota, "ResourceQuota", spec={"hard": {"pods": 4}}).hard == {"pods": "4"}
    assert _read(Quota, "ResourceQuota", spec=UNKNOWN).hard is UNKNOWN


@pytest.mark.parametrize(
    ("spec", "bounds"),
    [
        ({"limits": [{"type": "Container", "max": {"cpu": 1}, "min": None}]}, (("Container", frozenset({"max"})),)),
        ({"limits": [{"type": "Pod"}, UNKNOWN]}, (("Pod", frozenset()), (UNKNOWN, frozenset()))),
        ({"limits": UNKNOWN}, UNKNOWN),
        (UNKNOWN, UNKNOWN),
        ({}, ()),
    ],
)
def test_limits_are_read_by_what_they_are_about(spec: object, bounds: object) -> None:
    assert _read(Limits, "LimitRange", spec=spec).bounds == bounds


@pytest.mark.parametrize("said", [True, False, None, UNKNOWN])
def test_an_account_says_whether_it_hands_out_its_token(said: object) -> None:
    assert _read(ServiceAccount, automountServiceAccountToken=said).mounts_token is said
