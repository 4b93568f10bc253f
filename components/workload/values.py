"""The values of the application's chart (charts/cartorio/values.schema.json), rendered from the settings. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.workload.controllers import FLAGGER_NAMESPACE, LOAD_TESTER

if TYPE_CHECKING:
    import pulumi

    from components.observability.handle import MonitoringHandle
    from components.release import Images, Release
    from components.sections.application import Caller, Canary, Datastore, Role, Workload
    from components.workload.chart import Chart


_NAMESPACE_LABEL = "kubernetes.io/metadata.name"


def render(
    settings: Workload,
    release: Release,
    images: Images,
    chart: Chart,
    secret_name: pulumi.Output[str],
    monitoring: MonitoringHandle | None,
    balancers: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Everything that the chart needs; what it does not name is the chart's own default."""
    callers = [*map(_caller, settings.callers), *({"cidr": cidr} for cidr in balancers)]
    if settings.canary is not None:
        callers.append({"namespace": {_NAMESPACE_LABEL: FLAGGER_NAMESPACE}})
    values: dict[str, Any] = {
        "images": {"api": images.api, "workers": images.workers},
        "version": release.version,
        "chartChecksum": chart.checksum,
        "secretName": secret_name,
        "api": _role(settings.api),
        "workers": _role(settings.workers),
        "networkPolicy": {
            "apiFrom": callers,
            "egress": [_datastore(datastore) for datastore in settings.datastores],
        },
    }
    if monitoring is not None:
        values["networkPolicy"]["metricsFrom"] = [{"namespace": {_NAMESPACE_LABEL: monitoring.namespace}}]
        values["prometheus"] = monitoring.prometheus
    if settings.canary is not None:
        values["canary"] = _canary(settings.canary)
    return values


def _role(role: Role) -> dict[str, Any]:
    resources, scaling = role.resources, role.autoscaling
    queue = {"queue": {"query": role.queue.query, "perPod": role.queue.per_pod}} if role.queue else {}
    nodes = {"nodes": role.nodes} if role.nodes else {}
    return {
        **queue,
        **nodes,
        "replicas": {"min": role.replicas.min, "max": role.replicas.max},
        "resources": {
            "requests": {"cpu": resources.requests.cpu, "memory": resources.requests.memory},
            "limits": {"cpu": resources.limits.cpu, "memory": resources.limits.memory},
        },
        "autoscaling": {
            "cpuUtilization": scaling.cpu_utilization,
            "memoryUtilization": scaling.memory_utilization,
            "scaleDownStabilizationSeconds": scaling.scale_down_stabilization_seconds,
        },
        "drainSeconds": role.drain_seconds,
        "terminationGracePeriodSeconds": role.termination_grace_period_seconds,
        "env": {variable.name: variable.value for variable in role.env},
    }


def _canary(canary: Canary) -> dict[str, Any]:
    values = canary.model_dump(by_alias=True, mode="json", exclude={"gateway"})
    if canary.gateway is not None:
        values |= canary.gateway.model_dump(by_alias=True, include={"step_weights"}, mode="json")
        values["gateway"] = canary.gateway.model_dump(by_alias=True, exclude={"step_weights"}, mode="json")
    return {"enabled": True, "loadTester": LOAD_TESTER, **values}


def _caller(caller: Caller) -> dict[str, Any]:
    source: dict[str, Any] = {"namespace": {_NAMESPACE_LABEL: caller.namespace}}
    if caller.pod_labels:
        source["pod"] = {label.key: label.value for label in caller.pod_labels}
    return source


def _datastore(datastore: Datastore) -> dict[str, Any]:
    return {"cidr": datastore.cidr, "ports": list(datastore.ports)}
