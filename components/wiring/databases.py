"""The databases in the cluster, and the way to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from components.databases.access import DatabaseAccess, DatabaseAccessArgs
from components.databases.graph import BOLT_PORT
from components.databases.mongodb import DatabaseArgs, MongoDatabase
from components.databases.neo4j import GraphDatabase
from components.databases.replicaset import PORT
from components.sections.databases import MONGODB, NEO4J

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.base import Text
    from components.cluster.handle import ClusterHandle
    from components.observability.handle import MonitoringHandle
    from components.sections.databases import Database
    from components.site import Site


@dataclass(frozen=True)
class DatabaseOutputs:
    """What people and applications need to know.

    Attributes:
        addresses: of the databases, by name: hosts of MongoDB's replica set, Neo4j's URI.
        buckets: of their backups, by name.
    """

    addresses: dict[str, pulumi.Output[str]]
    buckets: dict[str, pulumi.Output[str]]


def build(
    site: Site,
    cluster: ClusterHandle,
    *,
    issuer: Text | None,
    key_arn: Text,
    namespaces: Mapping[str, Text],
    monitoring: MonitoringHandle | None = None,
    after: tuple[pulumi.Resource, ...] = (),
) -> DatabaseOutputs | None:
    """Register the databases, where the stack's file has the section; `issuer` is then there too.

    Args:
        site: the stack.
        cluster: where they run.
        issuer: the ClusterIssuer of certificates inside the cluster.
        key_arn: the KMS key that encrypts backups.
        namespaces: of the stack, by name.
        monitoring: where Prometheus is; None without one.
        after: what makes passwords, and the class of the volumes.
    """
    databases = site.configuration.databases
    if databases is None or issuer is None:
        return None
    vault = site.configuration.vault
    served = {database.namespace for database in vault.databases} if vault is not None else set()
    opts = pulumi.ResourceOptions(providers=[site.aws, cluster.provider])

    def args(namespace: str) -> DatabaseArgs:
        return DatabaseArgs(
            stack=site.stack,
            databases=databases,
            sources=site.sources,
            region=site.region,
            cluster=cluster.name,
            issuer=issuer,
            key_arn=key_arn,
            # Vault makes short-lived users there, where the stack's file says so.
            callers=("vault",) if namespace in served else (),
            monitoring=monitoring,
            after=(*cluster.ready, *after),
            protect=site.protect,
        )

    addresses: dict[str, pulumi.Output[str]] = {}
    buckets: dict[str, pulumi.Output[str]] = {}
    if databases.mongodb is not None:
        mongodb = MongoDatabase(MONGODB, args(MONGODB), databases.mongodb, site.account, opts)
        addresses[MONGODB], buckets[MONGODB] = mongodb.hosts, mongodb.bucket
        _open(site, cluster, (MONGODB, PORT), databases.mongodb, namespaces)
    if databases.neo4j is not None:
        neo4j = GraphDatabase(NEO4J, args(NEO4J), databases.neo4j, site.account, opts)
        addresses[NEO4J], buckets[NEO4J] = neo4j.address, neo4j.bucket
        _open(site, cluster, (NEO4J, BOLT_PORT), databases.neo4j, namespaces)
    return DatabaseOutputs(addresses=addresses, buckets=buckets)


def _open(
    site: Site, cluster: ClusterHandle, there: tuple[str, int], settings: Database, namespaces: Mapping[str, Text]
) -> None:
    database, port = there
    DatabaseAccess(
        f"{database}-access",
        DatabaseAccessArgs(
            stack=site.stack,
            namespaces=tuple((client, namespaces[client]) for client in settings.clients),
            database=database,
            port=port,
        ),
        cluster.options,
    )
