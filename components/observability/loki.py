"""Values of Loki's chart, in which every pod is a whole Loki.

https://github.com/grafana-community/helm-charts/blob/main/charts/loki/values.yaml, and of its configuration
https://grafana.com/docs/loki/latest/configure/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.observability.handle import MONITORED
from components.observability.places import LOKI_PORT, apart, image

if TYPE_CHECKING:
    from components.base import Text
    from components.sections.observability import Logs
    from components.sources import Sources

LOKI = "loki"
_COPIES = 3
_OFF = ("read", "write", "backend")
_ABSENT = ("gateway", "chunksCache", "resultsCache", "lokiCanary", "test", "ruler", "minio")


def loki_values(
    settings: Logs, storage_class: str | None, *, bucket: Text, region: str, sources: Sources
) -> dict[str, Any]:
    """All of them.

    Args:
        settings: about logs.
        storage_class: of the volumes; None: the cluster's default.
        bucket: name of the bucket; the pods' identity reaches it.
        region: of the bucket.
        sources: the mirrors.
    """
    persistence: dict[str, Any] = {
        "enabled": True,
        "size": settings.storage,
        # What is not in the bucket yet outlives a release that was taken away by mistake.
        "enableStatefulSetAutoDeletePVC": False,
        "whenDeleted": "Retain",
        "whenScaled": "Retain",
    }
    if storage_class is not None:
        persistence["storageClass"] = storage_class
    return {
        "fullnameOverride": LOKI,
        "deploymentMode": "Monolithic",
        "loki": {
            "image": image(sources, "docker.io", "grafana/loki"),
            # One tenant: who may ask and write, the room says.
            "auth_enabled": False,
            "server": {"http_listen_port": LOKI_PORT},
            "commonConfig": {"replication_factor": min(_COPIES, settings.replicas)},
            "storage": {
                "type": "s3",
                "bucketNames": {"chunks": bucket, "ruler": bucket, "admin": bucket},
                "s3": {"region": region, "s3ForcePathStyle": False},
            },
            "schemaConfig": {
                "configs": [
                    {
                        "from": "2025-01-01",
                        "store": "tsdb",
                        "object_store": "s3",
                        "schema": "v13",
                        "index": {"prefix": "index_", "period": "24h"},
                    }
                ]
            },
            "compactor": {
                "working_directory": "/var/loki/compactor",
                "retention_enabled": True,
                "delete_request_store": "s3",
            },
            "limits_config": {
                "retention_period": f"{settings.retention_days * 24}h",
                "allow_structured_metadata": True,
                "reject_old_samples": True,
                "reject_old_samples_max_age": "168h",
                "ingestion_rate_mb": 16,
                "ingestion_burst_size_mb": 32,
                "volume_enabled": True,
            },
            "analytics": {"reporting_enabled": False},
        },
        "serviceAccount": {"create": True, "name": LOKI},
        # A role in its own namespace, rather than one that reads Secrets of all.
        "rbac": {"namespaced": True},
        "singleBinary": {
            "replicas": settings.replicas,
            "resources": settings.resources.model_dump(),
            "persistence": persistence,
            "podDisruptionBudget": {"enabled": settings.replicas > 1, "maxUnavailable": 1},
            "topologySpreadConstraints": apart(
                {"app.kubernetes.io/name": LOKI, "app.kubernetes.io/component": "single-binary"}
            ),
            # Alerts and dashboards come as code, not by the sidecar that reads all ConfigMaps.
            "sidecar": False,
            "terminationGracePeriodSeconds": 300,
        },
        **{part: {"replicas": 0} for part in _OFF},
        **{part: {"enabled": False} for part in _ABSENT},
        "sidecar": {"rules": {"enabled": False}},
        "monitoring": {"serviceMonitor": {"enabled": True, "labels": MONITORED}},
    }
