"""The values of the application's chart (charts/cartorio/values.schema.json), rendered from the settings. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pulumi

    from components.release import Images, Release
    from components.sections.application import Caller, Datastore, Role, Workload
    from components.workload.chart import Chart


def render(
    settings: Workload, release: Release, images: Images, chart: Chart, secret_name: pulumi.Output[str]
) -> dict[str, Any]:
    """Everything that the chart needs; what it does not name is the chart's own default."""
    return {
        "images": {"api": images.api, "workers": images.workers},
        "version": release.version,
        "chartChecksum": chart.checksum,
        "secretName": secret_name,
        "api": _role(settings.api),
        "workers": _role(settings.workers),
        "networkPolicy": {
            "apiFrom": [_caller(caller) for caller in settings.callers],
            "egress": [_datastore(datastore) for datastore in settings.datastores],
        },
    }


def _role(role: Role) -> dict[str, Any]:
    resources, scaling = role.resources, role.autoscaling
    return {
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


def _caller(caller: Caller) -> dict[str, Any]:
    source: dict[str, Any] = {"namespace": {"kubernetes.io/metadata.name": caller.namespace}}
    if caller.pod_labels:
        source["pod"] = {label.key: label.value for label in caller.pod_labels}
    return source


def _datastore(datastore: Datastore) -> dict[str, Any]:
    return {"cidr": datastore.cidr, "ports": list(datastore.ports)}
