"""Values of the OpenTelemetry collector's chart: the one that applications send to, and the agent on every node.

https://github.com/open-telemetry/opentelemetry-helm-charts/blob/main/charts/opentelemetry-collector/values.yaml

Both mask personal data: the agent before a log leaves its node, the collector whatever applications send it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.observability import masking
from components.observability.handle import MONITORED
from components.observability.places import (
    COLLECTOR_METRICS,
    COLLECTOR_OTLP,
    LOKI,
    MONITORING,
    NAMESPACE,
    OTLP_GRPC,
    OTLP_HTTP,
    PROMETHEUS_PORT,
    RESTRICTED,
    TEMPO_OTLP,
    apart,
    of_user,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.sections.observability import Collector
    from components.sources import Sources

COLLECTOR, AGENT = "collector", "agent"
_IMAGE = "docker.io/otel/opentelemetry-collector-k8s"
_COMMAND = "otelcol-k8s"
_USER = 10001
_POD = "${env:MY_POD_IP}"
_PERSONAL = "transform/personal"
_TLS_OFF = {"insecure": True}  # between rooms that speak to nobody else
# What waits while its receiver moves: a quarter of an hour, in memory.
_PATIENCE: dict[str, Any] = {
    "sending_queue": {"enabled": True, "queue_size": 2000, "num_consumers": 4},
    "retry_on_failure": {"enabled": True, "initial_interval": "2s", "max_interval": "30s", "max_elapsed_time": "900s"},
}
_UNUSED = ("jaeger-compact", "jaeger-thrift", "jaeger-grpc", "zipkin")


def collector_values(settings: Collector, prometheus_replicas: int, sources: Sources) -> dict[str, Any]:
    """The collector: OTLP in; logs to Loki, traces to Tempo, metrics to every Prometheus.

    Args:
        settings: about the collector.
        prometheus_replicas: servers, each of which gets everything.
        sources: the mirrors.
    """
    servers = {
        f"otlp_http/prometheus-{index}": {
            "endpoint": f"http://prometheus-{MONITORING}-prometheus-{index}.prometheus-operated.{NAMESPACE}.svc"
            f":{PROMETHEUS_PORT}/api/v1/otlp",
            "tls": _TLS_OFF,
            **_PATIENCE,
        }
        for index in range(prometheus_replicas)
    }
    exporters: dict[str, Any] = {
        "otlp_http/loki": {"endpoint": f"{LOKI}/otlp", "tls": _TLS_OFF, **_PATIENCE},
        "otlp_grpc/tempo": {"endpoint": TEMPO_OTLP, "tls": _TLS_OFF, **_PATIENCE},
        **servers,
    }
    processors = ["memory_limiter", _PERSONAL, "k8s_attributes", "batch"]
    config = _config(
        settings,
        receivers={
            "otlp": {
                "protocols": {
                    "grpc": {"endpoint": f"{_POD}:{OTLP_GRPC}"},
                    "http": {"endpoint": f"{_POD}:{OTLP_HTTP}"},
                }
            }
        },
        exporters=exporters,
        pipelines={
            "logs": _pipeline(["otlp"], processors, ["otlp_http/loki"]),
            "traces": _pipeline(["otlp"], processors, ["otlp_grpc/tempo"]),
            "metrics": _pipeline(["otlp"], processors, list(servers)),
        },
    )
    return {
        **_common(COLLECTOR, sources),
        "mode": "deployment",
        "replicaCount": settings.replicas,
        "alternateConfig": config,
        "presets": {"kubernetesAttributes": {"enabled": True}},
        "ports": {**_ports(), "otlp": {"enabled": True}, "otlp-http": {"enabled": True}},
        "resources": settings.resources.model_dump(),
        "podSecurityContext": of_user(_USER),
        "securityContext": RESTRICTED,
        "podDisruptionBudget": {"enabled": settings.replicas > 1, "minAvailable": 1},
        "topologySpreadConstraints": apart({"app.kubernetes.io/instance": COLLECTOR}),
        "serviceMonitor": {"enabled": True, "extraLabels": MONITORED},
        "rollout": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
    }


def agent_values(settings: Collector, sources: Sources) -> dict[str, Any]:
    """The agent: the logs of all pods of its node to the collector.

    It runs as root, without any capability and with a read-only file system: only root may read the kubelet's files.
    """
    config = _config(
        settings,
        receivers={},
        exporters={"otlp_grpc/collector": {"endpoint": COLLECTOR_OTLP, "tls": _TLS_OFF, **_PATIENCE}},
        pipelines={
            # The chart puts the receiver of the nodes' files in.
            "logs": _pipeline([], ["memory_limiter", _PERSONAL, "batch"], ["otlp_grpc/collector"])
        },
    )
    return {
        **_common(AGENT, sources),
        "mode": "daemonset",
        "alternateConfig": config,
        "presets": {"logsCollection": {"enabled": True, "storeCheckpoints": True}},
        "ports": {**_ports(), "otlp": {"enabled": False}, "otlp-http": {"enabled": False}},
        "resources": settings.agent.model_dump(),
        "podSecurityContext": {"runAsUser": 0, "runAsGroup": 0, "seccompProfile": {"type": "RuntimeDefault"}},
        "securityContext": {**RESTRICTED, "runAsNonRoot": False, "runAsUser": 0, "runAsGroup": 0},
        "serviceAccount": {"create": True, "automountServiceAccountToken": False},
        # Every node has logs, whatever it is kept for.
        "tolerations": [{"operator": "Exists"}],
        "podMonitor": {"enabled": True, "extraLabels": MONITORED},
        "rollout": {"rollingUpdate": {"maxUnavailable": "10%"}},
    }


def _common(name: str, sources: Sources) -> dict[str, Any]:
    return {
        "fullnameOverride": name,
        "image": {"repository": sources.repository(_IMAGE)},
        "command": {"name": _COMMAND},
        "useGOMEMLIMIT": True,
    }


def _ports() -> dict[str, Any]:
    return {**{port: {"enabled": False} for port in _UNUSED}, "metrics": {"enabled": True}}


def _config(
    settings: Collector,
    *,
    receivers: Mapping[str, Any],
    exporters: Mapping[str, Any],
    pipelines: Mapping[str, Any],
) -> dict[str, Any]:
    return {
        "extensions": {"health_check": {"endpoint": f"{_POD}:13133"}},
        "receivers": dict(receivers),
        "processors": {
            "memory_limiter": {"check_interval": "5s", "limit_percentage": 80, "spike_limit_percentage": 25},
            _PERSONAL: masking.processor(settings.personal_attributes),
            "batch": {"send_batch_size": 8192, "timeout": "5s"},
        },
        "exporters": dict(exporters),
        "service": {
            "extensions": ["health_check"],
            "pipelines": dict(pipelines),
            "telemetry": {
                "metrics": {
                    "readers": [{"pull": {"exporter": {"prometheus": {"host": _POD, "port": COLLECTOR_METRICS}}}}]
                }
            },
        },
    }


def _pipeline(receivers: Sequence[str], processors: Sequence[str], exporters: Sequence[str]) -> dict[str, Any]:
    return {"receivers": list(receivers), "processors": list(processors), "exporters": list(exporters)}
