from __future__ import annotations

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.charts import install
from components.sources import ChartPin, Sources
from tests.support.plan import run


def _inputs(pin: ChartPin) -> dict[str, Any]:
    def program() -> None:
        provider = kubernetes.Provider("kubernetes")
        install(
            "keda",
            pin,
            sources=Sources(),
            release="keda",
            namespace="keda",
            values={"replicas": 2},
            opts=pulumi.ResourceOptions(provider=provider),
        )

    return run(program)[0].one("kubernetes:helm.sh/v3:Release").inputs


def test_a_release_is_pinned_whole_and_bounded() -> None:
    inputs = _inputs(ChartPin("keda", "2.18.0", "https://charts.example.org"))
    assert (inputs["chart"], inputs["version"], inputs["namespace"]) == ("keda", "2.18.0", "keda")
    assert inputs["repositoryOpts"] == {"repo": "https://charts.example.org"}
    assert inputs["values"] == {"replicas": 2}
    assert inputs["atomic"] is inputs["cleanupOnFail"] is True
    assert inputs["createNamespace"] is False
    assert inputs["timeout"] > 0


@pytest.mark.parametrize("source", ["oci://charts.example.org", "oci://charts.example.org/"])
def test_a_chart_of_a_registry_is_named_by_its_reference_alone(source: str) -> None:
    inputs = _inputs(ChartPin("keda", "2.18.0", source))
    assert inputs["chart"] == "oci://charts.example.org/keda"
    assert "repositoryOpts" not in inputs
