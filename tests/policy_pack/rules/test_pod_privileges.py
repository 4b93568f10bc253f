from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask

PRIVILEGED, ESCALATION = "pss/baseline/privileged", "pss/restricted/allow-privilege-escalation"
HOST_PROCESS = "pss/baseline/windows-host-process"
PLACES = ["containers", "initContainers", "ephemeralContainers"]


def _pod(place: str, security: object, **spec: object) -> dict[str, Any]:
    container = {"name": "api", "securityContext": security}
    return {"apiVersion": "v1", "kind": "Pod", "spec": {place: [container], **spec}}


@pytest.mark.parametrize("place", PLACES)
def test_a_privileged_container_is_found_wherever_it_is(ask: Ask, place: str) -> None:
    (finding,) = ask(PRIVILEGED, _pod(place, {"privileged": True}))
    assert finding.path == f"spec.{place}[0].securityContext.privileged"
    for security in ({"privileged": False}, {}, None):
        assert ask(PRIVILEGED, _pod(place, security)) == ()


@pytest.mark.parametrize("place", PLACES)
def test_escalation_must_be_forbidden_in_words(ask: Ask, place: str) -> None:
    assert ask(ESCALATION, _pod(place, {"allowPrivilegeEscalation": False})) == ()
    for security in ({"allowPrivilegeEscalation": True}, {}, None):
        (finding,) = ask(ESCALATION, _pod(place, security))
        assert finding.path == f"spec.{place}[0].securityContext.allowPrivilegeEscalation"


def test_windows_knows_no_escalation(ask: Ask) -> None:
    assert ask(ESCALATION, _pod("containers", {}, os={"name": "windows"})) == ()
    assert ask(ESCALATION, _pod("containers", {}, os={"name": "linux"}))
    assert ask(ESCALATION, _pod("containers", {}, os=UNKNOWN))


def test_a_process_of_the_node_is_found_in_pod_and_container(ask: Ask) -> None:
    options = {"windowsOptions": {"hostProcess": True}}
    found = ask(HOST_PROCESS, _pod("containers", options, securityContext=options))
    at = "securityContext.windowsOptions.hostProcess"
    assert [finding.path for finding in found] == [f"spec.{at}", f"spec.containers[0].{at}"]
    assert ask(HOST_PROCESS, _pod("containers", {"windowsOptions": {"hostProcess": False}})) == ()


@pytest.mark.parametrize("rule", [PRIVILEGED, ESCALATION, HOST_PROCESS])
@pytest.mark.parametrize(
    "security",
    [UNKNOWN, {"privileged": UNKNOWN, "allowPrivilegeEscalation": UNKNOWN, "windowsOptions": {"hostProcess": UNKNOWN}}],
)
def test_what_is_not_known_is_found_as_unknown(ask: Ask, rule: str, security: object) -> None:
    (finding,) = ask(rule, _pod("containers", security))
    assert finding.unknown
