from __future__ import annotations

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.tenancy.room import Direction, Flow, PodSecurity, Room, RoomArgs
from tests.support.plan import Plan, run

NETWORK = "kubernetes:networking.k8s.io/v1:NetworkPolicy"


def _plan(**more: Any) -> Plan:  # noqa: ANN401 - arguments of RoomArgs
    def program() -> None:
        provider = kubernetes.Provider("kubernetes")
        args = RoomArgs(stack="local", namespace="vault", component="vault", **more)
        Room("vault", args, pulumi.ResourceOptions(providers=[provider]))

    return run(program, stack="local")[0]


def _policies(plan: Plan) -> dict[str, dict[str, Any]]:
    return {one.inputs["metadata"]["name"]: one.inputs["spec"] for one in plan.of(NETWORK)}


def test_a_room_is_closed_but_for_dns_and_itself() -> None:
    policies = _policies(_plan())
    assert set(policies) == {"default-deny", "allow-dns", "allow-own"}
    assert policies["default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert policies["allow-own"]["ingress"] == [{"from": [{"podSelector": {}}]}]
    (dns,) = policies["allow-dns"]["egress"]
    assert {port["port"] for port in dns["ports"]} == {53}
    assert "allow-own" not in _policies(_plan(own_traffic=False))


@pytest.mark.parametrize("level", PodSecurity)
def test_pods_are_held_to_its_level(level: PodSecurity) -> None:
    labels = _plan(pod_security=level).one("kubernetes:core/v1:Namespace").inputs["metadata"]["labels"]
    assert {labels[f"pod-security.kubernetes.io/{mode}"] for mode in ("enforce", "audit", "warn")} == {level.value}
    assert "cartorio.digital/image-admission" not in labels


def test_flows_are_what_they_say_and_no_more() -> None:
    flows = (
        Flow(name="webhook", direction=Direction.INGRESS, ports=(8443,)),
        Flow(name="metrics", direction=Direction.INGRESS, namespaces=("monitoring",), ports=(9090,)),
        Flow(name="kms", direction=Direction.EGRESS, cidrs=("10.0.0.0/16",), ports=(443,)),
        Flow(name="anything", direction=Direction.EGRESS),
    )
    policies = _policies(_plan(flows=flows))
    port = {"port": 8443, "protocol": "TCP"}
    assert policies["allow-webhook"] == {
        "podSelector": {},
        "policyTypes": ["Ingress"],
        "ingress": [{"ports": [port]}],
    }
    selector = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
    assert policies["allow-metrics"]["ingress"] == [{"from": [selector], "ports": [{**port, "port": 9090}]}]
    (kms,) = policies["allow-kms"]["egress"]
    assert kms == {"to": [{"ipBlock": {"cidr": "10.0.0.0/16"}}], "ports": [{**port, "port": 443}]}
    assert policies["allow-kms"]["policyTypes"] == ["Egress"]
    assert policies["allow-anything"]["egress"] == [{}]


def test_without_amounts_the_number_of_pods_is_bounded_and_a_container_asks_for_something() -> None:
    plan = _plan()
    hard = plan.one("kubernetes:core/v1:ResourceQuota").inputs["spec"]["hard"]
    assert hard == {"pods": "500", "services.loadbalancers": "0", "services.nodeports": "0"}
    (limits,) = plan.one("kubernetes:core/v1:LimitRange").inputs["spec"]["limits"]
    assert limits["type"] == "Container"
    assert limits["defaultRequest"] == {"cpu": "50m", "memory": "64Mi"}
    assert limits["default"] == limits["max"], "a small default could kill what a chart left unlimited"
