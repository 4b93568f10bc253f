from __future__ import annotations

from typing import Any

import pytest

from guardrails.resources.containers import Role, container
from guardrails.resources.reading import UNKNOWN, MalformedError

GET = {"httpGet": {"host": "elsewhere", "path": "/", "port": 80}}
SOCKET = {"tcpSocket": {"host": "elsewhere", "port": 80}}


def test_a_container_without_anything_is_read() -> None:
    found = container("containers", {}, "spec.containers[0]")
    assert (found.role, found.name, found.title) == (Role.MAIN, "containers[0]", 'container "containers[0]"')
    assert (found.requests, found.limits, found.hosts, found.host_ports) == ({}, {}, (), ())
    assert set(found.probes.values()) == {False}
    assert found.pre_stop is False


@pytest.mark.parametrize(
    ("key", "restart", "role", "serves"),
    [
        ("containers", None, Role.MAIN, True),
        ("initContainers", None, Role.INIT, False),
        ("initContainers", "Always", Role.SIDECAR, False),
        ("ephemeralContainers", None, Role.EPHEMERAL, False),
    ],
)
def test_the_role_is_what_its_list_says(key: str, restart: str | None, role: Role, *, serves: bool) -> None:
    found = container(key, {"name": "api", "restartPolicy": restart}, "p")
    assert (found.role, found.serves) == (role, serves)


@pytest.mark.parametrize(
    ("raw", "hosts"),
    [
        ({"livenessProbe": GET}, [("p.livenessProbe.httpGet.host", "elsewhere")]),
        ({"readinessProbe": SOCKET}, [("p.readinessProbe.tcpSocket.host", "elsewhere")]),
        ({"lifecycle": {"postStart": GET}}, [("p.lifecycle.postStart.httpGet.host", "elsewhere")]),
        ({"lifecycle": {"preStop": SOCKET}}, [("p.lifecycle.preStop.tcpSocket.host", "elsewhere")]),
        ({"startupProbe": {"httpGet": {"host": ""}, "exec": {}}}, []),
        ({"startupProbe": UNKNOWN}, [("p.startupProbe", UNKNOWN)]),
        ({"startupProbe": {"httpGet": UNKNOWN}}, [("p.startupProbe.httpGet", UNKNOWN)]),
        ({"lifecycle": UNKNOWN}, [("p.lifecycle", UNKNOWN)]),
        ({"lifecycle": {"preStop": UNKNOWN}}, [("p.lifecycle.preStop", UNKNOWN)]),
    ],
)
def test_hosts_of_probes_and_hooks_are_seen(raw: dict[str, Any], hosts: list[tuple[str, object]]) -> None:
    assert list(container("containers", raw, "p").hosts) == hosts


@pytest.mark.parametrize(
    ("ports", "found"),
    [
        ([{"containerPort": 80}, {"hostPort": 80.0}], [("p.ports[1].hostPort", 80)]),
        ([{"hostPort": 0}], []),
        (UNKNOWN, [("p.ports", UNKNOWN)]),
        ([UNKNOWN], [("p.ports[0]", UNKNOWN)]),
        ([{"hostPort": UNKNOWN}], [("p.ports[0].hostPort", UNKNOWN)]),
    ],
)
def test_ports_of_the_node_are_seen(ports: object, found: list[tuple[str, object]]) -> None:
    assert list(container("containers", {"ports": ports}, "p").host_ports) == found


@pytest.mark.parametrize(
    ("hooks", "found"), [(None, False), ({"preStop": {"sleep": {"seconds": 5}}}, True), ({"preStop": UNKNOWN}, UNKNOWN)]
)
def test_what_comes_before_the_end_is_seen(hooks: object, found: object) -> None:
    assert container("containers", {"lifecycle": hooks}, "p").pre_stop is found


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ({"ports": {}}, "p.ports"),
        ({"ports": [1]}, "p.ports[0]"),
        ({"ports": [{"hostPort": "80"}]}, "p.ports[0].hostPort"),
        ({"lifecycle": []}, "p.lifecycle"),
        ({"livenessProbe": {"httpGet": {"host": 1}}}, "p.livenessProbe.httpGet.host"),
    ],
)
def test_a_wrong_type_is_malformed_with_its_path(raw: dict[str, Any], path: str) -> None:
    with pytest.raises(MalformedError) as caught:
        container("containers", raw, "p")
    assert caught.value.path == path
