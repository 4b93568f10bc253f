"""Observability: its rooms, Prometheus and Alertmanager, logs and traces, Grafana."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from components.observability.monitoring import Monitoring, MonitoringArgs
from components.observability.rooms import Rooms, RoomsArgs
from components.observability.screens import Screens, ScreensArgs
from components.observability.telemetry import Telemetry, TelemetryArgs
from components.workload.controllers import FLAGGER_NAMESPACE

if TYPE_CHECKING:
    from components.base import Text
    from components.cluster.handle import ClusterHandle
    from components.observability.handle import MonitoringHandle
    from components.sections.application import Workload
    from components.site import Site

_KEDA_NAMESPACE = "keda"


@dataclass(frozen=True)
class ObservabilityOutputs:
    """What other areas and people need.

    Attributes:
        monitoring: where Prometheus is.
        grafana: where people look.
        grafana_admin: name of the Secret with the administrator's password, in the namespace `observability`.
        telemetry: where applications send OTLP.
        logs_bucket: name of the bucket of logs.
        traces_bucket: name of the bucket of traces.
    """

    monitoring: MonitoringHandle
    grafana: pulumi.Output[str]
    grafana_admin: pulumi.Output[str]
    telemetry: pulumi.Output[str]
    logs_bucket: pulumi.Output[str]
    traces_bucket: pulumi.Output[str]


def rooms(site: Site, cluster: ClusterHandle) -> Rooms | None:
    """Register the rooms, where the stack's file has the section: Secrets get there before anything runs."""
    configuration = site.configuration
    settings, workload = configuration.observability, configuration.workload
    if settings is None:
        return None
    args = RoomsArgs(
        stack=site.stack,
        settings=settings,
        application=workload.namespace,
        senders=tuple(namespace.name for namespace in configuration.tenancy.namespaces),
        askers=askers(workload),
    )
    return Rooms("observability", args, cluster.options)


def askers(workload: Workload) -> tuple[str, ...]:
    """Namespaces of the controllers that ask Prometheus how to scale and whether a canary may go on."""
    queues = workload.api.queue is not None or workload.workers.queue is not None
    return (*((_KEDA_NAMESPACE,) if queues else ()), *((FLAGGER_NAMESPACE,) if workload.canary is not None else ()))


def build(
    site: Site, cluster: ClusterHandle, places: Rooms, key_arn: Text, after: tuple[pulumi.Resource, ...]
) -> ObservabilityOutputs | None:
    """Register all that lives in the rooms.

    Args:
        site: the stack.
        cluster: where it runs.
        places: the rooms.
        key_arn: the KMS key that encrypts the buckets.
        after: what has to stand first: the Secrets of the channels.
    """
    settings = site.configuration.observability
    if settings is None:
        return None
    application = site.configuration.workload.namespace
    first = (*places.ready, *cluster.ready, *after)
    monitoring = Monitoring(
        "monitoring",
        MonitoringArgs(
            stack=site.stack,
            settings=settings,
            sources=site.sources,
            namespace=places.namespace,
            application=application,
            after=first,
        ),
        cluster.options,
    )
    # Its release brings the kinds of monitors that the other charts have.
    then = (*first, monitoring.release)
    telemetry = Telemetry(
        "telemetry",
        TelemetryArgs(
            stack=site.stack,
            settings=settings,
            sources=site.sources,
            region=site.region,
            cluster=cluster.name,
            key_arn=key_arn,
            namespace=places.namespace,
            agents=places.agents,
            after=then,
            protect=site.protect,
        ),
        site.account,
        pulumi.ResourceOptions(providers=[site.aws, cluster.provider]),
    )
    screens = Screens(
        "screens",
        ScreensArgs(
            stack=site.stack,
            settings=settings,
            sources=site.sources,
            namespace=places.namespace,
            application=application,
            after=then,
        ),
        pulumi.ResourceOptions(providers=[cluster.provider, site.random]),
    )
    return ObservabilityOutputs(
        monitoring=monitoring.handle,
        grafana=screens.address,
        grafana_admin=screens.admin,
        telemetry=telemetry.endpoint,
        logs_bucket=telemetry.logs_bucket,
        traces_bucket=telemetry.traces_bucket,
    )
