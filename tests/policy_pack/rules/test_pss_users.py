from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask

NON_ROOT, USER = "pss/restricted/run-as-non-root", "pss/restricted/run-as-user"
AT = "spec.containers[0].securityContext"


def _pod(own: object, general: object = None, **spec: object) -> dict[str, Any]:
    containers = [{"name": "api", "securityContext": own}]
    return {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": containers, "securityContext": general, **spec}}


@pytest.mark.parametrize(
    ("own", "general", "paths"),
    [
        (True, None, []),
        (None, True, []),
        (None, None, [f"{AT}.runAsNonRoot"]),
        (False, True, [f"{AT}.runAsNonRoot"]),
        (True, False, ["spec.securityContext.runAsNonRoot"]),
        (None, False, ["spec.securityContext.runAsNonRoot", f"{AT}.runAsNonRoot"]),
    ],
)
def test_somebody_must_say_that_no_container_is_root(ask: Ask, own: object, general: object, paths: list[str]) -> None:
    manifest = _pod({"runAsNonRoot": own}, {"runAsNonRoot": general})
    assert [finding.path for finding in ask(NON_ROOT, manifest)] == paths


def test_user_zero_is_found(ask: Ask) -> None:
    assert [f.path for f in ask(USER, _pod({"runAsUser": 0}))] == [f"{AT}.runAsUser"]
    assert [f.path for f in ask(USER, _pod(None, {"runAsUser": 0.0}))] == ["spec.securityContext.runAsUser"]
    assert ask(USER, _pod({"runAsUser": 1})) == ()


@pytest.mark.parametrize(("rule", "own"), [(NON_ROOT, {}), (USER, {"runAsUser": 0})])
def test_root_of_a_user_namespace_is_nobody(ask: Ask, rule: str, own: dict[str, Any]) -> None:
    assert ask(rule, _pod(own, hostUsers=False)) == ()
    for host_users in (True, None, UNKNOWN):
        assert ask(rule, _pod(own, hostUsers=host_users))


@pytest.mark.parametrize(
    ("rule", "manifest"),
    [
        (NON_ROOT, _pod(UNKNOWN)),
        (NON_ROOT, _pod({"runAsNonRoot": UNKNOWN})),
        (NON_ROOT, _pod({}, UNKNOWN)),
        (NON_ROOT, _pod({}, {"runAsNonRoot": UNKNOWN})),
        (USER, _pod({"runAsUser": UNKNOWN})),
        (USER, _pod({}, UNKNOWN)),
    ],
)
def test_what_is_not_known_is_found_as_unknown(ask: Ask, rule: str, manifest: dict[str, Any]) -> None:
    (finding,) = ask(rule, manifest)
    assert finding.unknown
