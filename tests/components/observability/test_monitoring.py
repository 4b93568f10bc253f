from __future__ import annotations

from typing import TYPE_CHECKING

from components.observability.handle import MONITORED
from tests.support.telemetry import before, planned

if TYPE_CHECKING:
    from tests.support.stackfiles import Project

CUSTOM = "kubernetes:monitoring.coreos.com/v1"


def test_rules_and_monitor_are_read_by_prometheus_and_come_after_it(project: Project) -> None:
    plan, _ = planned(project)
    found = [plan.one(f"{CUSTOM}:PrometheusRule", f"monitoring-{role}") for role in ("objectives", "platform")]
    found.append(plan.one(f"{CUSTOM}:PodMonitor"))
    for resource in found:
        assert MONITORED.items() <= resource.inputs["metadata"]["labels"].items()
        assert "monitoring-release" in before(resource, plan)
    monitor = found[-1].inputs["spec"]
    assert monitor["namespaceSelector"] == {"matchNames": ["cartorio"]}
    assert monitor["selector"] == {"matchLabels": {"app.kubernetes.io/name": "cartorio"}}
    assert monitor["podMetricsEndpoints"][0]["port"] == "http"


def test_without_objectives_the_platform_is_watched_all_the_same(project: Project) -> None:
    plan, _ = planned(project, slos=[])
    assert [rule.name for rule in plan.of(f"{CUSTOM}:PrometheusRule")] == ["monitoring-platform"]
