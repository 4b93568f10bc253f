from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import jsonschema
import pytest

from components.observability.handle import MonitoringHandle
from components.workload.values import render
from tests.support.observability import OBSERVABILITY
from tests.support.stackfiles import ROOT, Project, put, stack_files

if TYPE_CHECKING:
    from pathlib import Path

    import pulumi

SCHEMA = json.loads((ROOT / "charts/cartorio/values.schema.json").read_text(encoding="utf-8"))


MONITORING = MonitoringHandle(namespace="observability", prometheus="http://prometheus-operated.observability:9090")


def _values(project: Project, monitoring: MonitoringHandle | None = None) -> dict[str, Any]:
    settings = project.settings()
    images = settings.release.images
    assert images is not None
    # The chart sees the name of the secret; the engine resolves it before.
    secret = cast("pulumi.Output[str]", "cartorio-session")
    return render(settings.configuration.workload, settings.release, images, settings.chart, secret, monitoring)


@pytest.mark.parametrize("file", stack_files(), ids=lambda file: file.name)
def test_the_chart_accepts_the_values_of_every_stack(file: Path, tmp_path: Path) -> None:
    jsonschema.validate(_values(Project(tmp_path, file.name.split(".")[1])), SCHEMA)


def test_the_values_are_the_settings_and_the_release(project: Project) -> None:
    values = _values(project)
    assert values["version"] == "1.2.3"
    assert values["images"]["api"].startswith("registry.cartorio.internal/cartorio/api@sha256:")
    assert values["secretName"] == "cartorio-session"
    assert len(values["chartChecksum"]) == 64
    assert values["api"] == {
        "replicas": {"min": 2, "max": 4},
        "resources": {
            "requests": {"cpu": "50m", "memory": "64Mi"},
            "limits": {"cpu": "250m", "memory": "128Mi"},
        },
        "autoscaling": {"cpuUtilization": 70, "memoryUtilization": 80, "scaleDownStabilizationSeconds": 300},
        "drainSeconds": 5,
        "terminationGracePeriodSeconds": 30,
        "env": {},
    }


def test_each_role_goes_to_its_nodes(project: Project) -> None:
    assert "nodes" not in _values(project)["workers"]
    put(project.config, "cartorio:workload/workers/nodes", "workers")
    values = _values(project)
    assert values["workers"]["nodes"] == "workers"
    assert "nodes" not in values["api"]
    jsonschema.validate(values, SCHEMA)


def test_flows_and_variables(project: Project) -> None:
    put(project.config, "cartorio:workload/api/env", [{"name": "LOG_LEVEL", "value": "info"}])
    put(project.config, "cartorio:workload/callers/0/podLabels", [{"key": "app.kubernetes.io/name", "value": "nginx"}])
    put(
        project.config,
        "cartorio:workload/datastores",
        [{"name": "graph", "cidr": "10.20.0.0/16", "ports": [7687, 7474]}],
    )
    values = _values(project)
    jsonschema.validate(values, SCHEMA)
    assert values["api"]["env"] == {"LOG_LEVEL": "info"}
    assert values["networkPolicy"] == {
        "apiFrom": [
            {"namespace": {"kubernetes.io/metadata.name": "ingress"}, "pod": {"app.kubernetes.io/name": "nginx"}}
        ],
        "egress": [{"cidr": "10.20.0.0/16", "ports": [7687, 7474]}],
    }
    assert not {"prometheus", "canary"} & set(values), "the chart's own defaults hold"


def test_what_prometheus_measures(project: Project) -> None:
    project.config["cartorio:observability"] = OBSERVABILITY
    put(project.config, "cartorio:workload/workers/queue", {"query": "sum(jobs)", "perPod": 20})
    gateway = {"name": "public", "namespace": "edge", "stepWeights": [10, 50]}
    put(project.config, "cartorio:workload/canary", {"gateway": gateway, "successPercent": 99})
    values = _values(project, MONITORING)
    jsonschema.validate(values, SCHEMA)
    assert values["prometheus"] == MONITORING.prometheus
    assert values["workers"]["queue"] == {"query": "sum(jobs)", "perPod": 20}
    assert "queue" not in values["api"]
    canary = values["canary"]
    assert (canary["enabled"], canary["loadTester"]) == (True, "http://flagger-loadtester.flagger/")
    assert (canary["gateway"], canary["stepWeights"]) == (
        {"name": "public", "namespace": "edge", "hosts": []},
        [10, 50],
    )
    flows = values["networkPolicy"]
    assert flows["apiFrom"][-1] == {"namespace": {"kubernetes.io/metadata.name": "flagger"}}
    assert flows["metricsFrom"] == [{"namespace": {"kubernetes.io/metadata.name": "observability"}}]
    put(project.config, "cartorio:workload/canary", {})
    assert not {"gateway", "stepWeights"} & set(_values(project, MONITORING)["canary"])


def test_a_load_balancer_calls_from_its_networks(project: Project) -> None:
    settings = project.settings()
    images = settings.release.images
    assert images is not None
    secret = cast("pulumi.Output[str]", "cartorio-session")
    values = render(
        settings.configuration.workload, settings.release, images, settings.chart, secret, None, ("10.20.0.0/22",)
    )
    jsonschema.validate(values, SCHEMA)
    assert values["networkPolicy"]["apiFrom"][-1] == {"cidr": "10.20.0.0/22"}
