"""Logs and traces: who collects them, who keeps them, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi

from components import charts
from components.base import Args, Component, Text
from components.observability.archive import Archive, ArchiveArgs
from components.observability.collector import AGENT, COLLECTOR, agent_values, collector_values
from components.observability.loki import LOKI, loki_values
from components.observability.places import OTLP_GRPC
from components.observability.tempo import TEMPO, tempo_values
from components.sections.observability import Observability
from components.sources import Sources
from components.versions import LOKI_CHART, OTEL_COLLECTOR, TEMPO_CHART

if TYPE_CHECKING:
    from pulumi_kubernetes import helm

    from components.providers import Account
    from components.sources import ChartPin


class TelemetryArgs(Args):
    """What they need.

    Attributes:
        stack: the stack's name.
        settings: the section.
        sources: the mirrors.
        region: of the buckets.
        cluster: the EKS cluster's name; None for a cluster without Pod Identity.
        key_arn: the KMS key that encrypts the buckets.
        namespace: of all but the agents, known once it is closed.
        agents: namespace of the agents, known once it is closed.
        after: what the pods wait for.
        protect: whether the engine refuses to delete the buckets.
    """

    stack: str
    settings: Observability
    sources: Sources
    region: str
    cluster: Text | None
    key_arn: Text
    namespace: Text
    agents: Text
    after: tuple[pulumi.Resource, ...] = ()
    protect: bool = True


class Telemetry(Component):
    """Loki, Tempo, the collector and the agents.

    Attributes:
        endpoint: where applications send OTLP by gRPC, known once the collector runs.
        logs_bucket: name of the bucket of logs.
        traces_bucket: name of the bucket of traces.
    """

    TYPE = "cartorio:observability:Telemetry"
    endpoint: pulumi.Output[str]
    logs_bucket: pulumi.Output[str]
    traces_bucket: pulumi.Output[str]

    def __init__(self, name: str, args: TelemetryArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._args = args
        settings, sources, region = args.settings, args.sources, args.region
        logs = self._archive(name, "logs", LOKI, settings.logs.retention_days, account)
        traces = self._archive(name, "traces", TEMPO, settings.traces.retention_days, account)
        loki = self._install(
            name,
            LOKI,
            LOKI_CHART,
            loki_values(settings.logs, settings.storage_class, bucket=logs.bucket, region=region, sources=sources),
            logs,
        )
        tempo = self._install(
            name,
            TEMPO,
            TEMPO_CHART,
            tempo_values(settings.traces, settings.storage_class, bucket=traces.bucket, region=region, sources=sources),
            traces,
        )
        values = collector_values(settings.collector, settings.metrics.replicas, sources)
        collector = self._install(name, COLLECTOR, OTEL_COLLECTOR, values, loki, tempo)
        self._install(name, AGENT, OTEL_COLLECTOR, agent_values(settings.collector, sources), collector)
        self.endpoint = pulumi.Output.concat(f"{COLLECTOR}.", collector.status["namespace"], f".svc:{OTLP_GRPC}")
        self.logs_bucket, self.traces_bucket = logs.bucket, traces.bucket
        self.register_outputs(
            {"endpoint": self.endpoint, "logsBucket": self.logs_bucket, "tracesBucket": self.traces_bucket}
        )

    def _archive(self, name: str, role: str, service_account: str, days: int, account: Account) -> Archive:
        args = self._args
        return Archive(
            f"{name}-{role}",
            ArchiveArgs(
                stack=args.stack,
                cluster=args.cluster,
                service_account=service_account,
                key_arn=args.key_arn,
                retention_days=days,
                protect=args.protect,
            ),
            account,
            self._child(),
        )

    def _install(
        self, name: str, release: str, pin: ChartPin, values: dict[str, Any], *after: pulumi.Resource
    ) -> helm.v3.Release:
        args = self._args
        return charts.install(
            f"{name}-{release}",
            pin,
            sources=args.sources,
            release=release,
            namespace=args.agents if release == AGENT else args.namespace,
            values=values,
            opts=self._child(depends_on=[*args.after, *after]),
        )
