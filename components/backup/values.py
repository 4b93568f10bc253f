"""Values of Velero's chart: https://github.com/vmware-tanzu/helm-charts/tree/main/charts/velero.

Locations and schedules are not the chart's: they are resources of the program, so that a plan shows them. There is no
node agent: it reads volumes through the nodes' file system, as root, and all that it adds is moving the contents of
snapshots into the bucket. Snapshots of EBS are made by AWS, and AWS Backup copies volumes to another region.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from components.sections.velero import Velero
    from components.sources import ImagePin

SERVICE_ACCOUNT = "velero"
METRICS_PORT = 8085
_USER = 65532  # of the image
_CONTAINER: dict[str, Any] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
}


def velero_values(settings: Velero, *, repository: str, pin: ImagePin, plugin: str) -> dict[str, Any]:
    """Values of the chart.

    Args:
        settings: the section.
        repository: that the image comes from.
        pin: its digest.
        plugin: full reference of the plugin for AWS, by digest.
    """
    return {
        "fullnameOverride": "velero",
        "image": {"repository": repository, "tag": pin.tag, "digest": pin.digest, "pullPolicy": "IfNotPresent"},
        "resources": settings.resources.model_dump(),
        "initContainers": [
            {
                "name": "plugin-for-aws",
                "image": plugin,
                "imagePullPolicy": "IfNotPresent",
                "volumeMounts": [{"mountPath": "/target", "name": "plugins"}],
                "securityContext": _CONTAINER,
                "resources": {
                    "requests": {"cpu": "10m", "memory": "32Mi"},
                    "limits": {"cpu": "250m", "memory": "128Mi"},
                },
            }
        ],
        "podSecurityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "fsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containerSecurityContext": _CONTAINER,
        "extraVolumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}}],
        "extraVolumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108 - in the container
        "configuration": {"logFormat": "json", "backupStorageLocation": [], "volumeSnapshotLocation": []},
        "backupsEnabled": False,
        "snapshotsEnabled": False,
        "deployNodeAgent": False,
        "schedules": {},
        # The role of its service account.
        "credentials": {"useSecret": False},
        "serviceAccount": {"server": {"create": True, "name": SERVICE_ACCOUNT}},
        # The CRDs come with the chart; a job of another image that renews them is not run.
        "upgradeCRDs": False,
        "cleanUpCRDs": False,
        "metrics": {
            "enabled": True,
            "podAnnotations": {"prometheus.io/scrape": "true", "prometheus.io/port": str(METRICS_PORT)},
        },
    }
