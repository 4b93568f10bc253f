"""A replica set as Percona's operator wants it described.

Format: https://docs.percona.com/percona-operator-for-mongodb/operator.html; its schema comes with the pinned Go module.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from components.databases.pure import CONTAINER_SECURITY, apart_by, kept, pod_security, schedule, spread
from components.sections.databases import MONGODB

if TYPE_CHECKING:
    from components.base import Text
    from components.sections.databases import MongoDb

CLUSTER, SET = "mongodb", "rs0"
PORT = 27017
SERVICE_ACCOUNT = "mongodb"
USERS = "mongodb-users"
_STORAGE = "s3"
_USER = 1001  # of the images
_OPLOG_MINUTES = 10
# Who came, and what changed of who may come or of what there is: not what documents say.
_AUDITED = (
    "authenticate",
    "createCollection",
    "createDatabase",
    "createIndex",
    "createRole",
    "createUser",
    "dropCollection",
    "dropDatabase",
    "dropIndex",
    "dropRole",
    "dropUser",
    "grantRolesToUser",
    "revokeRolesFromUser",
    "shutdown",
    "updateRole",
    "updateUser",
)


@dataclass(frozen=True)
class Images:
    """Full references, by digest."""

    operator: str
    server: str
    backup: str


@dataclass(frozen=True)
class Place:
    """Where it lives: the class of its volumes, the nodes' architecture, the issuer of its certificates."""

    storage_class: str
    architecture: str
    issuer: Text


@dataclass(frozen=True)
class Store:
    """Where its backups go: bucket, region and the KMS key."""

    bucket: Text
    region: str
    key_arn: Text


def hosts(replicas: int) -> str:
    """Hosts and ports of all members, as a connection string has them."""
    return ",".join(
        f"{CLUSTER}-{SET}-{index}.{CLUSTER}-{SET}.{MONGODB}.svc.cluster.local:{PORT}" for index in range(replicas)
    )


def replica_set(settings: MongoDb, images: Images, place: Place, store: Store, version: str) -> dict[str, Any]:
    """What a `PerconaServerMongoDB` says in its `spec`."""
    return {
        "crVersion": version,
        "image": images.server,
        "imagePullPolicy": "IfNotPresent",
        "initImage": images.operator,
        "initContainerSecurityContext": CONTAINER_SECURITY,
        # The primary last, after it has stepped down.
        "updateStrategy": "SmartUpdate",
        # Versions come from here and not from a service of the vendor's.
        "upgradeOptions": {"apply": "disabled", "setFCV": False},
        "tls": {
            "mode": "requireTLS",
            "allowInvalidCertificates": False,
            "certValidityDuration": "2160h",
            "issuerConf": {"name": place.issuer, "kind": "ClusterIssuer", "group": "cert-manager.io"},
        },
        # The operator makes both and fills them with what nobody has seen.
        "secrets": {"users": USERS, "encryptionKey": "mongodb-encryption-key"},
        "pmm": {"enabled": False, "image": images.server},
        "logcollector": {"enabled": False},
        "sharding": {"enabled": False},
        "replsets": [_members(settings, place)],
        "backup": _backup(settings, images, store),
    }


def _members(settings: MongoDb, place: Place) -> dict[str, Any]:
    labels = {
        "app.kubernetes.io/component": "mongod",
        "app.kubernetes.io/instance": CLUSTER,
        "app.kubernetes.io/replset": SET,
    }
    return {
        "name": SET,
        "size": settings.replicas,
        "serviceAccountName": SERVICE_ACCOUNT,
        "affinity": {"antiAffinityTopologyKey": apart_by(settings.replicas)},
        "topologySpreadConstraints": spread(labels),
        "nodeSelector": {"kubernetes.io/arch": place.architecture},
        "podDisruptionBudget": {"maxUnavailable": 1},
        "terminationGracePeriodSeconds": 120,
        "podSecurityContext": pod_security(_USER),
        "containerSecurityContext": CONTAINER_SECURITY,
        "resources": settings.resources.model_dump(),
        "expose": {"enabled": False},
        "configuration": _configuration(),
        "volumeSpec": {
            "persistentVolumeClaim": {
                "storageClassName": place.storage_class,
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": settings.storage}},
            }
        },
    }


def _configuration() -> str:
    """Mongod's own file: https://docs.percona.com/percona-server-for-mongodb/8.0/audit-logging.html."""
    audited = json.dumps({"atype": {"$in": list(_AUDITED)}})
    return f"""\
net:
  tls:
    disabledProtocols: TLS1_0,TLS1_1
    # Members show each other theirs; clients, whom nobody gives any, have passwords. One that shows one is looked at.
    allowConnectionsWithoutCertificates: true
auditLog:
  destination: console
  format: JSON
  filter: '{audited}'
operationProfiling:
  mode: "off"
"""


def _backup(settings: MongoDb, images: Images, store: Store) -> dict[str, Any]:
    backups = settings.backups
    return {
        "enabled": True,
        "image": images.backup,
        "serviceAccountName": SERVICE_ACCOUNT,
        "podSecurityContext": pod_security(_USER),
        "containerSecurityContext": CONTAINER_SECURITY,
        "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"cpu": "1", "memory": "1Gi"}},
        "storages": {
            _STORAGE: {
                "main": True,
                "type": "s3",
                # Without credentials: those of the members' service account.
                "s3": {
                    "bucket": store.bucket,
                    "region": store.region,
                    "prefix": MONGODB,
                    "serverSideEncryption": {"sseAlgorithm": "aws:kms", "kmsKeyID": store.key_arn},
                },
            }
        },
        "pitr": {
            "enabled": backups.point_in_time,
            "oplogOnly": False,
            "oplogSpanMin": _OPLOG_MINUTES,
            "compressionType": "gzip",
        },
        "tasks": [
            {
                "name": "scheduled",
                "enabled": True,
                "type": "logical",
                "schedule": schedule(backups.every_hours, 17),
                "storageName": _STORAGE,
                "compressionType": "gzip",
                "retention": {
                    "type": "count",
                    "count": kept(backups.retention_days, backups.every_hours),
                    "deleteFromStorage": True,
                },
            }
        ],
    }


def operator_values(image: tuple[str, str], architecture: str) -> dict[str, Any]:
    """Values of the operator's chart; it sees its own namespace only, and tells its vendor nothing.

    Args:
        image: repository, and tag with digest.
        architecture: of the nodes that its image is for.
    """
    repository, tag = image
    return {
        "fullnameOverride": "mongodb-operator",
        "image": {"repository": repository, "tag": tag, "pullPolicy": "IfNotPresent"},
        "watchAllNamespaces": False,
        "disableTelemetry": True,
        "logStructured": True,
        "podAnnotations": {"prometheus.io/scrape": "true", "prometheus.io/port": "8080"},
        "podSecurityContext": {"runAsNonRoot": True, "runAsUser": 2, "seccompProfile": {"type": "RuntimeDefault"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "resources": {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"cpu": "500m", "memory": "512Mi"}},
        "nodeSelector": {"kubernetes.io/arch": architecture},
    }
