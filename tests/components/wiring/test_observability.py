"""Observability, wired: what waits for what, and what others are told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from components.stack import build
from tests.support.plan import run
from tests.support.telemetry import before, planned, releases

if TYPE_CHECKING:
    from tests.support.stackfiles import Project

CUSTOM = "kubernetes:monitoring.coreos.com/v1"


def test_every_chart_is_pinned_and_in_its_room(project: Project) -> None:
    found = releases(planned(project)[0])
    rooms = {name: release.inputs["namespace"] for name, release in found.items() if name != "cartorio"}
    assert rooms == {
        "monitoring": "observability",
        "loki": "observability",
        "tempo": "observability",
        "grafana": "observability",
        "collector": "observability",
        "agent": "observability-agents",
    }
    for release in found.values():
        assert release.inputs["atomic"] is True


def test_nothing_runs_before_its_room_and_the_kinds_that_it_uses(project: Project) -> None:
    plan, _ = planned(project)
    found = releases(plan)
    for name in ("loki", "tempo", "grafana", "collector", "agent"):
        assert {"monitoring-release", "observability-room-deny"} <= before(found[name], plan), name
    assert {"telemetry-loki", "telemetry-tempo"} <= before(found["collector"], plan)
    assert "telemetry-collector" in before(found["agent"], plan)
    assert "screens-cartorio-api" in before(found["grafana"], plan)


def test_the_application_is_told_where_prometheus_is(project: Project) -> None:
    project.config["cartorio:workload"]["canary"] = {}
    plan, _ = planned(project)
    values: dict[str, Any] = releases(plan)["cartorio"].inputs["values"]
    assert values["prometheus"] == "http://monitoring-prometheus.observability.svc:9090"
    assert values["networkPolicy"]["metricsFrom"] == [{"namespace": {"kubernetes.io/metadata.name": "observability"}}]
    (policy,) = [
        one for one in plan.of("kubernetes:networking.k8s.io/v1:NetworkPolicy") if one.name.endswith("room-questions")
    ]
    assert "flagger" in json.dumps(policy.inputs)


def test_a_queue_is_asked_by_keda(project: Project) -> None:
    project.config["cartorio:workload"]["workers"]["queue"] = {"query": "sum(cartorio_jobs_waiting)", "perPod": 20}
    plan, _ = planned(project)
    (policy,) = [
        one for one in plan.of("kubernetes:networking.k8s.io/v1:NetworkPolicy") if one.name.endswith("room-questions")
    ]
    assert "keda" in json.dumps(policy.inputs)


def test_secrets_are_delivered_to_the_room_before_anything_runs(project: Project) -> None:
    project.config["cartorio:secrets"] = {
        "managed": [{"name": "slack", "description": "webhook of the team's channel"}],
        "delivered": [
            {
                "namespace": "observability",
                "name": "slack",
                "source": "secrets-manager",
                "entries": [{"key": "url", "secret": "slack"}],
            }
        ],
    }
    plan, _ = planned(project)
    delivery = plan.one("kubernetes:external-secrets.io/v1:ExternalSecret")
    assert "observability-room-namespace" in before(delivery, plan)
    assert delivery.name in before(releases(plan)["monitoring"], plan)


def test_without_the_section_there_is_nothing(project: Project) -> None:
    read = project.settings({"KUBECONFIG": "some/kubeconfig"})
    plan, outputs = run(lambda: build(read), stack=project.stack)
    assert not [component for component in plan.components if ":observability:" in component.type]
    assert (outputs.grafana, outputs.telemetry, outputs.logs_bucket) == (None, None, None)
