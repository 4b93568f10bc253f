"""Pods of another area that Prometheus reads; what they are let in by is that area's own room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
from pulumi_kubernetes import apiextensions
from pydantic import InstanceOf

from components.base import Args, Component, Text
from components.labels import labels
from components.observability.handle import MONITORED, MonitoringHandle

if TYPE_CHECKING:
    from collections.abc import Mapping


class ScrapedPodsArgs(Args):
    """Which pods, and where they say it.

    Attributes:
        stack: the stack's name.
        component: what they belong to, for the labels.
        namespace: theirs.
        pods: their labels, as pairs.
        port: the number of the port of their metrics.
        monitoring: where Prometheus is: the kind is there once it runs.
    """

    stack: str
    component: str
    namespace: Text
    pods: tuple[tuple[str, str], ...]
    port: int
    monitoring: InstanceOf[MonitoringHandle]


class ScrapedPods(Component):
    """The PodMonitor."""

    TYPE = "cartorio:observability:ScrapedPods"

    def __init__(self, name: str, args: ScrapedPodsArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        pods: Mapping[str, str] = dict(args.pods)
        apiextensions.CustomResource(
            f"{name}-monitor",
            api_version="monitoring.coreos.com/v1",
            kind="PodMonitor",
            metadata={
                "name": args.component,
                # Known when Prometheus runs, and with it its kinds.
                "namespace": pulumi.Output.all(args.namespace, args.monitoring.prometheus).apply(_first),
                "labels": {**labels(args.stack, args.component), **MONITORED},
            },
            spec={
                "selector": {"matchLabels": pods},
                "podMetricsEndpoints": [{"portNumber": args.port, "path": "/metrics", "interval": "30s"}],
            },
            opts=self._child(),
        )
        self.register_outputs({"namespace": args.namespace, "port": args.port})


def _first(values: list[str]) -> str:
    return values[0]
