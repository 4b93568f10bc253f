from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask

BASELINE, RESTRICTED = "pss/baseline/seccomp-profile", "pss/restricted/seccomp-profile"
GOOD, BAD = {"seccompProfile": {"type": "RuntimeDefault"}}, {"seccompProfile": {"type": "Unconfined"}}


def _pod(own: object, general: object = None, **spec: object) -> dict[str, Any]:
    containers = [{"name": "api", "securityContext": own}]
    return {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": containers, "securityContext": general, **spec}}


@pytest.mark.parametrize(
    ("own", "general", "baseline", "restricted"),
    [
        (GOOD, None, 0, 0),
        (None, GOOD, 0, 0),
        ({"seccompProfile": {"type": "Localhost", "localhostProfile": "p"}}, None, 0, 0),
        (None, None, 0, 1),
        (BAD, GOOD, 1, 1),
        (GOOD, BAD, 1, 1),
        (None, BAD, 1, 2),
        ({"seccompProfile": {}}, GOOD, 1, 1),
    ],
)
def test_every_container_is_filtered(ask: Ask, own: object, general: object, baseline: int, restricted: int) -> None:
    assert len(ask(BASELINE, _pod(own, general))) == baseline
    assert len(ask(RESTRICTED, _pod(own, general))) == restricted


def test_windows_has_none_and_annotations_count_no_more(ask: Ask) -> None:
    assert ask(RESTRICTED, _pod(None, os={"name": "windows"})) == ()
    old = {"annotations": {"seccomp.security.alpha.kubernetes.io/pod": "unconfined"}}
    assert ask(BASELINE, {**_pod(GOOD), "metadata": old}) == ()
    old = {"annotations": {"seccomp.security.alpha.kubernetes.io/pod": "runtime/default"}}
    assert ask(RESTRICTED, {**_pod(None), "metadata": old})


@pytest.mark.parametrize("rule", [BASELINE, RESTRICTED])
@pytest.mark.parametrize(
    "manifest",
    [
        _pod(UNKNOWN, GOOD),
        _pod({"seccompProfile": UNKNOWN}, GOOD),
        _pod({"seccompProfile": {"type": UNKNOWN}}, GOOD),
        _pod(None, UNKNOWN),
        _pod(None, {"seccompProfile": UNKNOWN}),
    ],
)
def test_what_is_not_known_is_found_as_unknown(ask: Ask, rule: str, manifest: dict[str, Any]) -> None:
    (finding,) = ask(rule, manifest)
    assert finding.unknown
