"""Values of Tempo's chart: one pod.

https://github.com/grafana-community/helm-charts/blob/main/charts/tempo/values.yaml, and of its configuration
https://grafana.com/docs/tempo/latest/configuration/. Traces help to understand; nothing depends on them. What comes
while the pod moves waits in the collector, what has come is on its volume.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.observability.handle import MONITORED
from components.observability.places import OTLP_GRPC, TEMPO_PORT, image, of_user

if TYPE_CHECKING:
    from components.base import Text
    from components.sections.observability import Store
    from components.sources import Sources

TEMPO = "tempo"
_USER = 10001


def tempo_values(
    settings: Store, storage_class: str | None, *, bucket: Text, region: str, sources: Sources
) -> dict[str, Any]:
    """All of them.

    Args:
        settings: about traces.
        storage_class: of the volume; None: the cluster's default.
        bucket: name of the bucket; the pod's identity reaches it.
        region: of the bucket.
        sources: the mirrors.
    """
    persistence: dict[str, Any] = {"enabled": True, "size": settings.storage}
    if storage_class is not None:
        persistence["storageClassName"] = storage_class
    return {
        "fullnameOverride": TEMPO,
        "replicas": 1,
        "tempo": {
            **image(sources, "docker.io", "grafana/tempo"),
            "memBallastSizeMbs": 0,
            "reportingEnabled": False,
            "retention": f"{settings.retention_days * 24}h",
            "resources": settings.resources.model_dump(),
            "server": {"http_listen_port": TEMPO_PORT},
            "storage": {
                "trace": {
                    "backend": "s3",
                    "s3": {"bucket": bucket, "region": region, "endpoint": f"s3.{region}.amazonaws.com"},
                    "wal": {"path": "/var/tempo/wal"},
                }
            },
            # The chart adds Jaeger's to it; the room's policies let nobody reach those.
            "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": f"0.0.0.0:{OTLP_GRPC}"}}}},
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
                "readOnlyRootFilesystem": True,
            },
        },
        "securityContext": of_user(_USER),
        "serviceAccount": {"create": True, "name": TEMPO, "automountServiceAccountToken": False},
        "persistence": persistence,
        "serviceMonitor": {"enabled": True, "additionalLabels": MONITORED},
    }
