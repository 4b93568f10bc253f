"""Values of Neo4j's chart, and how its memory is shared out.

https://neo4j.com/docs/operations-manual/5/kubernetes/quickstart-cluster/ and
https://neo4j.com/docs/operations-manual/5/performance/memory-configuration/. One release is one member.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from components.databases.pure import CONTAINER_SECURITY, apart_by, pod_security, spread
from components.sections.databases import NEO4J
from components.values import memory_bytes

if TYPE_CHECKING:
    from components.sections.databases import Neo4j

BOLT_PORT, BACKUP_PORT, METRICS_PORT = 7687, 6362, 2004
AUTH_SECRET = "neo4j-auth"  # noqa: S105 - the name of a Secret
TLS_SECRET = "neo4j-tls"  # noqa: S105 - the name of a Secret
USER = 7474  # of the image
MEMBERS = {"app": NEO4J, "helm.neo4j.com/clustering": "true"}
"""Labels of the members' pods, which the chart gives them."""
_MIB = 2**20
# Above this, Java's references take twice the space.
_LARGEST_HEAP = 31 * 1024
# What Java takes besides its heap, and the operating system: a sixth, half a gibibyte at least.
_REST, _LEAST_REST = 6, 512
_HEAP_PERCENT = 45


@dataclass(frozen=True)
class Memory:
    """In mebibytes: Java's heap, and the page cache that holds the graph."""

    heap: int
    page_cache: int


def shares(limit: str) -> Memory:
    """Share out what a member may take. Whatever the heap may not have goes to the page cache.

    Args:
        limit: as Kubernetes writes it, 2Gi at least.
    """
    total = memory_bytes(limit) // _MIB
    left = total - max(_LEAST_REST, total // _REST)
    heap = min(_LARGEST_HEAP, left * _HEAP_PERCENT // 100)
    return Memory(heap=heap, page_cache=left - heap)


def member(index: int) -> str:
    """Name of the release, and of the service, of one member."""
    return f"{NEO4J}-{index}"


def dns_names(replicas: int) -> list[str]:
    """Every name that a member is addressed by, from outside and by the others."""
    services = [
        NEO4J,
        *(f"{member(index)}{suffix}" for index in range(replicas) for suffix in ("", "-admin", "-internals")),
    ]
    return [
        name
        for service in services
        for name in (service, f"{service}.{NEO4J}.svc", f"{service}.{NEO4J}.svc.cluster.local")
    ]


def neo4j_values(settings: Neo4j, index: int, *, image: str, storage_class: str, architecture: str) -> dict[str, Any]:
    """Values of one member.

    Args:
        settings: the section.
        index: which member.
        image: full reference, by digest.
        storage_class: of its volume.
        architecture: of the nodes that it runs on.
    """
    return {
        "fullnameOverride": member(index),
        # The pack and the engine render without a cluster to look into.
        "disableLookups": True,
        "neo4j": {
            "name": NEO4J,
            "edition": "enterprise",
            "acceptLicenseAgreement": "yes" if settings.accept_license else "no",
            "minimumClusterSize": settings.replicas,
            "passwordFromSecret": AUTH_SECRET,
            "resources": settings.resources.model_dump(),
        },
        "image": {"customImage": image, "imagePullPolicy": "IfNotPresent"},
        "volumes": {
            "data": {
                "mode": "dynamic",
                "dynamic": {
                    "storageClassName": storage_class,
                    "accessModes": ["ReadWriteOnce"],
                    "requests": {"storage": settings.storage},
                },
            }
        },
        "services": {
            # No load balancer, and no job of another vendor's image that removes one.
            "neo4j": {"enabled": False, "cleanup": {"enabled": False}},
            "admin": {"enabled": True},
            "internals": {"enabled": True},
        },
        "config": _configuration(settings),
        "ssl": {policy: _certificate() for policy in ("bolt", "cluster", "backup")},
        "securityContext": pod_security(USER),
        # The image's entrypoint writes its configuration into its own folders: the root file system stays writable.
        "containerSecurityContext": {**CONTAINER_SECURITY, "runAsUser": USER, "runAsGroup": USER},
        "podSpec": {
            "annotations": {"prometheus.io/scrape": "true", "prometheus.io/port": str(METRICS_PORT)},
            "podAntiAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": [
                    {"labelSelector": {"matchLabels": MEMBERS}, "topologyKey": apart_by(settings.replicas)}
                ]
            },
            "topologySpreadConstraints": spread(MEMBERS),
            "loadbalancer": "exclude",
            "terminationGracePeriodSeconds": 600,
        },
        "nodeSelector": {"kubernetes.io/arch": architecture},
        # One budget for all members is the program's; the chart's would be one for each.
        "podDisruptionBudget": {"enabled": False},
        "logInitialPassword": False,
    }


def backup_configuration() -> str:
    """What `neo4j-admin database backup` is told of TLS: members give themselves only to who has a certificate."""
    return """\
dbms.ssl.policy.backup.enabled=true
dbms.ssl.policy.backup.base_directory=/certificates
dbms.ssl.policy.backup.client_auth=REQUIRE
internal.dbms.ssl.system.ignore_dot_files=true
"""


def _configuration(settings: Neo4j) -> dict[str, str]:
    memory = shares(settings.resources.limits.memory)
    return {
        "server.memory.heap.initial_size": f"{memory.heap}m",
        "server.memory.heap.max_size": f"{memory.heap}m",
        "server.memory.pagecache.size": f"{memory.page_cache}m",
        # Bolt only, and over TLS only: the chart requires it where there is a certificate.
        "server.http.enabled": "false",
        "server.https.enabled": "false",
        "dbms.ssl.policy.cluster.client_auth": "REQUIRE",
        "dbms.ssl.policy.backup.client_auth": "REQUIRE",
        # What is asked names people.
        "db.logs.query.parameter_logging_enabled": "false",
        "dbms.security.allow_csv_import_from_file_urls": "false",
        "dbms.usage_report.enabled": "false",
        "server.metrics.prometheus.enabled": "true",
        "server.metrics.prometheus.endpoint": f"0.0.0.0:{METRICS_PORT}",
    }


def _certificate() -> dict[str, Any]:
    trusted = {"secret": {"name": TLS_SECRET, "items": [{"key": "ca.crt", "path": "ca.crt"}]}}
    return {
        "privateKey": {"secretName": TLS_SECRET, "subPath": "tls.key"},
        "publicCertificate": {"secretName": TLS_SECRET, "subPath": "tls.crt"},
        "trustedCerts": {"sources": [trusted]},
    }
