from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask

BASELINE, RESTRICTED = "pss/baseline/capabilities", "pss/restricted/capabilities"


def _pod(capabilities: object, place: str = "containers", **spec: object) -> dict[str, Any]:
    container = {"name": "api", "securityContext": {"capabilities": capabilities}}
    return {"apiVersion": "v1", "kind": "Pod", "spec": {place: [container], **spec}}


@pytest.mark.parametrize("place", ["containers", "initContainers", "ephemeralContainers"])
def test_an_added_capability_is_found_wherever_it_is(ask: Ask, place: str) -> None:
    manifest = _pod({"add": ["CHOWN", "SYS_ADMIN", "ALL"], "drop": ["ALL"]}, place)
    at = f"spec.{place}[0].securityContext.capabilities.add"
    assert [finding.path for finding in ask(BASELINE, manifest)] == [f"{at}[1]", f"{at}[2]"]
    assert [finding.path for finding in ask(RESTRICTED, manifest)] == [f"{at}[0]", f"{at}[1]", f"{at}[2]"]


@pytest.mark.parametrize("dropped", [None, [], ["NET_RAW"], ["all"]])
def test_all_must_be_dropped_in_that_word(ask: Ask, dropped: object) -> None:
    (finding,) = ask(RESTRICTED, _pod({"drop": dropped}))
    assert finding.path == "spec.containers[0].securityContext.capabilities.drop"
    assert ask(BASELINE, _pod({"drop": dropped})) == ()


def test_one_may_be_added_and_windows_has_none(ask: Ask) -> None:
    assert ask(RESTRICTED, _pod({"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]})) == ()
    assert ask(RESTRICTED, _pod(None, os={"name": "windows"})) == ()


def test_what_is_not_known_is_found_as_unknown(ask: Ask) -> None:
    (finding,) = ask(BASELINE, _pod({"add": [UNKNOWN], "drop": ["ALL"]}))
    assert finding.unknown
    for capabilities in (UNKNOWN, {"drop": UNKNOWN}, {"drop": ["NET_RAW", UNKNOWN]}, {"add": UNKNOWN, "drop": ["ALL"]}):
        found = ask(RESTRICTED, _pod(capabilities))
        assert found
        assert all(finding.unknown for finding in found)
    assert ask(RESTRICTED, _pod({"drop": [UNKNOWN, "ALL"]})) == ()
