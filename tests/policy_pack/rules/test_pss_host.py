from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask

NAMESPACES = "pss/baseline/host-namespaces"
PORTS, HOSTS = "pss/baseline/host-ports", "pss/baseline/host-probes-and-host-lifecycle"
PLACES = ["containers", "initContainers", "ephemeralContainers"]


def _pod(**spec: object) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "spec": spec}


@pytest.mark.parametrize("setting", ["hostNetwork", "hostPID", "hostIPC"])
def test_a_namespace_of_the_node_is_found(ask: Ask, setting: str) -> None:
    (finding,) = ask(NAMESPACES, _pod(**{setting: True}))
    assert (finding.path, finding.unknown) == (f"spec.{setting}", False)
    (finding,) = ask(NAMESPACES, _pod(**{setting: UNKNOWN}))
    assert finding.unknown
    assert ask(NAMESPACES, _pod(**{setting: False})) == ()
    assert ask(NAMESPACES, _pod(**{setting: None})) == ()


@pytest.mark.parametrize("place", PLACES)
def test_a_port_of_the_node_is_found_wherever_it_is(ask: Ask, place: str) -> None:
    (finding,) = ask(PORTS, _pod(**{place: [{"ports": [{"containerPort": 1}, {"hostPort": 443}]}]}))
    assert finding.path == f"spec.{place}[0].ports[1].hostPort"
    assert ask(PORTS, _pod(**{place: [{"ports": [{"hostPort": 0}, {"hostPort": None}]}]})) == ()


@pytest.mark.parametrize("place", PLACES)
def test_a_host_is_found_wherever_it_is(ask: Ask, place: str) -> None:
    (finding,) = ask(HOSTS, _pod(**{place: [{"livenessProbe": {"tcpSocket": {"host": "10.0.0.1"}}}]}))
    assert finding.path == f"spec.{place}[0].livenessProbe.tcpSocket.host"
    assert "10.0.0.1" in finding.message
    assert ask(HOSTS, _pod(**{place: [{"livenessProbe": {"tcpSocket": {"port": 1}}}]})) == ()


@pytest.mark.parametrize(("rule", "container"), [(PORTS, {"ports": UNKNOWN}), (HOSTS, {"lifecycle": UNKNOWN})])
def test_what_is_not_known_is_found_as_unknown(ask: Ask, rule: str, container: dict[str, Any]) -> None:
    (finding,) = ask(rule, _pod(containers=[container]))
    assert finding.unknown


@pytest.mark.parametrize("rule", [NAMESPACES, PORTS, HOSTS])
def test_a_pod_of_which_nothing_is_known_is_found_as_unknown(ask: Ask, rule: str) -> None:
    (finding,) = ask(rule, {"apiVersion": "v1", "kind": "Pod", "spec": UNKNOWN})
    assert (finding.path, finding.unknown) == ("spec", True)
