"""Prometheus and Alertmanager, what they watch and when they tell somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
from pulumi_kubernetes import apiextensions

from components import charts
from components.base import Args, Component, Text
from components.labels import labels
from components.observability import alerts, objectives
from components.observability.handle import MONITORED, MonitoringHandle
from components.observability.metrics import stack_values
from components.observability.places import MONITORING, NAMESPACE, PROMETHEUS_PORT
from components.observability.rules import rendered
from components.sections.observability import Observability
from components.sources import Sources
from components.versions import PROMETHEUS_STACK

if TYPE_CHECKING:
    from components.observability.rules import Group

_API_VERSION = "monitoring.coreos.com/v1"


class MonitoringArgs(Args):
    """What Prometheus needs.

    Attributes:
        stack: the stack's name.
        settings: the section.
        sources: the mirrors.
        namespace: its own, known once it is closed.
        application: namespace of what is measured.
        after: what the pods wait for.
    """

    stack: str
    settings: Observability
    sources: Sources
    namespace: Text
    application: str
    after: tuple[pulumi.Resource, ...] = ()


class Monitoring(Component):
    """The release, the rules and the monitor of the application.

    Attributes:
        handle: where Prometheus is, for other areas.
        release: which has brought the kinds of monitors and rules: whose chart has such waits for it.
    """

    TYPE = "cartorio:observability:Monitoring"
    handle: MonitoringHandle
    release: pulumi.Resource

    def __init__(self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._args = args
        release = charts.install(
            f"{name}-release",
            PROMETHEUS_STACK,
            sources=args.sources,
            release=MONITORING,
            namespace=args.namespace,
            values=stack_values(args.settings, args.stack, args.sources),
            opts=self._child(depends_on=args.after),
        )
        self.release = release
        if args.settings.slos:
            self._rules(name, "objectives", objectives.groups(args.settings.slos, args.application))
        self._rules(name, "platform", alerts.groups(args.settings.slos, args.application))
        self._monitor(name)
        # Known only when there is something to ask.
        address = pulumi.Output.concat(
            f"http://{MONITORING}-prometheus.", release.status["namespace"], f".svc:{PROMETHEUS_PORT}"
        )
        self.handle = MonitoringHandle(namespace=NAMESPACE, prometheus=address)
        self.register_outputs({"prometheus": address})

    def _object(self, name: str, role: str, kind: str, spec: dict[str, object]) -> None:
        apiextensions.CustomResource(
            f"{name}-{role}",
            api_version=_API_VERSION,
            kind=kind,
            metadata={
                "name": f"cartorio-{role}",
                "namespace": self._args.namespace,
                "labels": {**labels(self._args.stack, "observability"), **MONITORED},
            },
            spec=spec,
            opts=self._child(depends_on=[self.release]),
        )

    def _rules(self, name: str, role: str, groups: tuple[Group, ...]) -> None:
        self._object(name, role, "PrometheusRule", rendered(groups))

    def _monitor(self, name: str) -> None:
        self._object(
            name,
            "application",
            "PodMonitor",
            {
                "namespaceSelector": {"matchNames": [self._args.application]},
                "selector": {"matchLabels": {"app.kubernetes.io/name": "cartorio"}},
                "podMetricsEndpoints": [{"port": "http", "path": "/metrics", "interval": "15s"}],
            },
        )
