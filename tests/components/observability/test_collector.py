from __future__ import annotations

from typing import Any

import pytest

from components.observability.collector import collector_values
from tests.support.telemetry import SOURCES, every_chart, section


def _pipelines(values: dict[str, Any]) -> dict[str, Any]:
    config = values["alternateConfig"]
    for pipeline in config["service"]["pipelines"].values():
        for exporter in pipeline["exporters"]:
            assert exporter in config["exporters"]
        for processor in pipeline["processors"]:
            assert processor in config["processors"] or processor == "k8s_attributes", "the chart brings that one"
        for receiver in pipeline["receivers"]:
            assert receiver in config["receivers"]
    pipelines: dict[str, Any] = config["service"]["pipelines"]
    return pipelines


@pytest.mark.parametrize("chart", ["collector", "agent"])
def test_nothing_leaves_a_collector_unmasked(chart: str) -> None:
    for pipeline in _pipelines(every_chart(section())[chart]).values():
        assert pipeline["processors"][:2] == ["memory_limiter", "transform/personal"]
        assert pipeline["processors"][-1] == "batch"


def test_signals_go_where_they_belong() -> None:
    pipelines = _pipelines(collector_values(section().collector, 2, SOURCES))
    assert pipelines["logs"]["exporters"] == ["otlp_http/loki"]
    assert pipelines["traces"]["exporters"] == ["otlp_grpc/tempo"]
    assert pipelines["metrics"]["exporters"] == ["otlp_http/prometheus-0", "otlp_http/prometheus-1"]


def test_the_collector_is_restricted_and_the_agent_as_far_as_it_can_be() -> None:
    values = every_chart(section())
    assert values["collector"]["securityContext"]["runAsNonRoot"] is True
    agent = values["agent"]["securityContext"]
    assert (agent["runAsUser"], agent["allowPrivilegeEscalation"], agent["readOnlyRootFilesystem"]) == (0, False, True)
    assert agent["capabilities"] == {"drop": ["ALL"]}
    assert values["agent"]["serviceAccount"]["automountServiceAccountToken"] is False
    assert not [port for port, how in values["agent"]["ports"].items() if how["enabled"] and port != "metrics"]
