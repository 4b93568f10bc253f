"""What the parts of observability are called, where they listen, and what every pod of theirs is like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from components.sources import Sources

NAMESPACE: Final = "observability"
AGENTS_NAMESPACE: Final = "observability-agents"
"""Of the pods that read the nodes' files, which no restricted pod may."""
APPLICATION_PORT: Final = 8080
GRAFANA_PORT: Final = 3000
LOKI_PORT: Final = 3100
COLLECTOR_METRICS: Final = 8888
OTLP_GRPC, OTLP_HTTP = 4317, 4318
PROMETHEUS_PORT: Final = 9090
TEMPO_PORT: Final = 3200
MONITORING = "monitoring"  # the release of Prometheus and Alertmanager, after which the chart names its objects
PROMETHEUS = f"http://{MONITORING}-prometheus.{NAMESPACE}.svc:{PROMETHEUS_PORT}"
ALERTMANAGER = f"http://{MONITORING}-alertmanager.{NAMESPACE}.svc:9093"
LOKI = f"http://loki.{NAMESPACE}.svc:{LOKI_PORT}"
TEMPO = f"http://tempo.{NAMESPACE}.svc:{TEMPO_PORT}"
TEMPO_OTLP = f"tempo.{NAMESPACE}.svc:{OTLP_GRPC}"
COLLECTOR_OTLP = f"collector.{NAMESPACE}.svc:{OTLP_GRPC}"

RESTRICTED: Final[dict[str, Any]] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}
"""Security context of a container, as https://kubernetes.io/docs/concepts/security/pod-security-standards/ has it."""


def of_user(number: int) -> dict[str, Any]:
    """Security context of a pod whose volumes belong to a user of that number."""
    return {
        "runAsNonRoot": True,
        "runAsUser": number,
        "runAsGroup": number,
        "fsGroup": number,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def image(sources: Sources, registry: str, repository: str) -> dict[str, str]:
    """Registry and repository of an image as charts want them; its tag is the chart's own."""
    host, _, rest = sources.repository(f"{registry}/{repository}").partition("/")
    return {"registry": host, "repository": rest}


def apart(pods: dict[str, str]) -> list[dict[str, Any]]:
    """Constraints that spread pods with those labels over zones, and over the nodes of each."""
    return [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": pods},
        }
        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
    ]


def claim(size: str, storage_class: str | None) -> dict[str, Any]:
    """Template of a volume's claim for what the Prometheus operator makes."""
    spec: dict[str, Any] = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
    if storage_class is not None:
        spec["storageClassName"] = storage_class
    return {"volumeClaimTemplate": {"spec": spec}}
