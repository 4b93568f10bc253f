from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.observability.rooms import Rooms, RoomsArgs
from components.sections.observability import Observability
from tests.support.observability import OBSERVABILITY
from tests.support.plan import run

if TYPE_CHECKING:
    from tests.support.plan import Plan


def _plan(askers: tuple[str, ...] = ("flagger",), **changes: object) -> Plan:
    settings = Observability.model_validate_json(json.dumps({**OBSERVABILITY, **changes}))

    def program() -> Rooms:
        return Rooms(
            "observability",
            RoomsArgs(
                stack="test", settings=settings, application="cartorio", senders=("cartorio", "mongo"), askers=askers
            ),
            pulumi.ResourceOptions(providers=[kubernetes.Provider("kubernetes")]),
        )

    return run(program)[0]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return _plan(grafana={"host": "grafana.cartorio.example", "gateway": {"name": "public", "namespace": "ingress"}})


def _policies(plan: Plan, namespace: str) -> dict[str, dict[str, Any]]:
    found = plan.of("kubernetes:networking.k8s.io/v1:NetworkPolicy")
    return {
        policy.inputs["metadata"]["name"]: policy.inputs["spec"]
        for policy in found
        if policy.inputs["metadata"]["namespace"] == namespace
    }


def _peers(rule: dict[str, Any], key: str) -> set[str]:
    return {peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] for peer in rule[key]}


def _ports(rule: dict[str, Any]) -> list[int]:
    return [port["port"] for port in rule["ports"]]


def test_only_the_agents_are_more_than_restricted(plan: Plan) -> None:
    levels = {
        namespace.inputs["metadata"]["name"]: namespace.inputs["metadata"]["labels"][
            "pod-security.kubernetes.io/enforce"
        ]
        for namespace in plan.of("kubernetes:core/v1:Namespace")
    }
    assert levels == {"observability": "restricted", "observability-agents": "privileged"}


def test_an_agent_speaks_to_the_collector_and_to_nobody_else(plan: Plan) -> None:
    policies = _policies(plan, "observability-agents")
    assert set(policies) == {"default-deny", "allow-dns", "allow-collector", "allow-metrics"}
    (rule,) = policies["allow-collector"]["egress"]
    assert (_peers(rule, "to"), _ports(rule)) == ({"observability"}, [4317])
    (rule,) = policies["allow-metrics"]["ingress"]
    assert (_peers(rule, "from"), _ports(rule)) == ({"observability"}, [8888])


def test_telemetry_comes_from_the_stacks_namespaces_and_the_agents(plan: Plan) -> None:
    (rule,) = _policies(plan, "observability")["allow-telemetry"]["ingress"]
    assert _peers(rule, "from") == {"cartorio", "mongo", "observability-agents"}
    assert _ports(rule) == [4317, 4318]


def test_prometheus_is_asked_by_those_who_need_it(plan: Plan) -> None:
    (rule,) = _policies(plan, "observability")["allow-questions"]["ingress"]
    assert (_peers(rule, "from"), _ports(rule)) == ({"flagger"}, [9090])
    assert "allow-questions" not in _policies(_plan(askers=()), "observability")


def test_people_come_by_the_gateway_alone(plan: Plan) -> None:
    (rule,) = _policies(plan, "observability")["allow-people"]["ingress"]
    assert (_peers(rule, "from"), _ports(rule)) == ({"ingress"}, [3000])
    assert "allow-people" not in _policies(_plan(), "observability")


def test_mail_leaves_by_the_relays_port_where_there_is_one(plan: Plan) -> None:
    (rule,) = _policies(plan, "observability")["allow-mail"]["egress"]
    assert _ports(rule) == [587]
    assert "allow-mail" not in _policies(_plan(alerting={}), "observability")


def test_nobody_else_is_let_in(plan: Plan) -> None:
    ways_in = {name for name, spec in _policies(plan, "observability").items() if spec.get("ingress")}
    assert ways_in == {"allow-own", "allow-telemetry", "allow-questions", "allow-people"}
