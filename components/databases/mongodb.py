"""MongoDB: one replica set over three zones, run by Percona's operator, which sees nothing but its namespace.

Nobody knows the passwords of its users before they are needed: the operator makes them, in the Secret `mongodb-users`
of its namespace. Certificates are the platform's. Members write their backups themselves. The resource that describes
it has no finalizers: it can be deleted when the operator is gone; the volumes stay, whoever deletes what.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
from pulumi_kubernetes import apiextensions, core, meta
from pydantic import InstanceOf

from components import charts
from components.base import Args, Component, Text
from components.cluster.identity import CREDENTIALS
from components.databases.backups import BackupStore, BackupStoreArgs
from components.databases.replicaset import (
    CLUSTER,
    PORT,
    SERVICE_ACCOUNT,
    Images,
    Place,
    Store,
    hosts,
    operator_values,
    replica_set,
)
from components.labels import labels
from components.observability.handle import MonitoringHandle, scraped
from components.observability.scrape import ScrapedPods, ScrapedPodsArgs
from components.sections.databases import MONGODB as NAMESPACE
from components.sections.databases import Databases, MongoDb
from components.sources import Sources
from components.tenancy.room import APIS, Direction, Flow, Room, RoomArgs
from components.versions import MONGODB, MONGODB_OPERATOR

if TYPE_CHECKING:
    from components.providers import Account

_METRICS_PORT = 8080  # of the operator


class DatabaseArgs(Args):
    """What a database needs.

    Attributes:
        stack: the stack's name.
        databases: the section.
        sources: the mirrors.
        region: of the bucket.
        cluster: name of the EKS cluster; None for one without Pod Identity.
        issuer: the ClusterIssuer of certificates inside the cluster.
        key_arn: the KMS key that encrypts backups.
        callers: namespaces, besides those of the clients, of which pods may call it.
        monitoring: where Prometheus is; None without one.
        after: what the pods wait for.
        protect: whether the engine refuses to delete it.
    """

    stack: str
    databases: Databases
    sources: Sources
    region: str
    cluster: Text | None
    issuer: Text
    key_arn: Text
    callers: tuple[str, ...] = ()
    monitoring: InstanceOf[MonitoringHandle] | None = None
    after: tuple[pulumi.Resource, ...] = ()
    protect: bool = True


class MongoDatabase(Component):
    """MongoDB in its room.

    Attributes:
        hosts: its members, as a connection string has them; known once they are declared.
        bucket: name of the bucket of its backups.
    """

    TYPE = "cartorio:databases:MongoDatabase"
    hosts: pulumi.Output[str]
    bucket: pulumi.Output[str]

    def __init__(
        self, name: str, args: DatabaseArgs, settings: MongoDb, account: Account, opts: pulumi.ResourceOptions
    ) -> None:
        super().__init__(name, opts)
        self._args = args
        self._labels = labels(args.stack, "databases")
        room = self._enter(name, settings)
        store = BackupStore(
            f"{name}-backups",
            BackupStoreArgs(
                stack=args.stack,
                settings=settings.backups,
                cluster=args.cluster,
                namespace=NAMESPACE,
                service_account=SERVICE_ACCOUNT,
                key_arn=args.key_arn,
                region=args.region,
                may_delete=True,
                protect=args.protect,
            ),
            account,
            self._child(),
        )
        described = self._describe(name, settings, store, room)
        if args.monitoring is not None:
            ScrapedPods(
                f"{name}-metrics",
                ScrapedPodsArgs(
                    stack=args.stack,
                    component="mongodb-operator",
                    namespace=room.namespace,
                    pods=(("app.kubernetes.io/name", "psmdb-operator"),),
                    port=_METRICS_PORT,
                    monitoring=args.monitoring,
                ),
                self._child(),
            )
        self.hosts = pulumi.Output.all(hosts(settings.replicas), described.urn).apply(_first)
        self.bucket = store.bucket
        self.register_outputs({"hosts": self.hosts, "bucket": self.bucket})

    def _enter(self, name: str, settings: MongoDb) -> Room:
        args = self._args
        flows = (
            APIS,
            CREDENTIALS,
            Flow(
                name="clients",
                direction=Direction.INGRESS,
                namespaces=tuple(sorted({*settings.clients, *args.callers})),
                ports=(PORT,),
            ),
            *scraped(args.monitoring, _METRICS_PORT),
        )
        return Room(
            f"{name}-room",
            RoomArgs(stack=args.stack, namespace=NAMESPACE, component="databases", flows=flows),
            self._child(),
        )

    def _describe(self, name: str, settings: MongoDb, store: BackupStore, room: Room) -> apiextensions.CustomResource:
        args = self._args
        architecture = args.databases.architecture.value
        pins = MONGODB[architecture]
        images = Images(
            operator=args.sources.image(pins.operator),
            server=args.sources.image(pins.server),
            backup=args.sources.image(pins.backup),
        )
        operator = charts.install(
            f"{name}-operator",
            MONGODB_OPERATOR,
            sources=args.sources,
            release="mongodb-operator",
            namespace=room.namespace,
            values=operator_values(
                (args.sources.repository(pins.operator.repository), f"{pins.operator.tag}@{pins.operator.digest}"),
                architecture,
            ),
            opts=self._child(depends_on=[room, *args.after]),
        )
        members = core.v1.ServiceAccount(
            f"{name}-account",
            metadata=meta.v1.ObjectMetaArgs(name=SERVICE_ACCOUNT, namespace=room.namespace, labels=self._labels),
            automount_service_account_token=False,
            opts=self._child(),
        )
        return apiextensions.CustomResource(
            f"{name}-set",
            api_version="psmdb.percona.com/v1",
            kind="PerconaServerMongoDB",
            metadata={"name": CLUSTER, "namespace": room.namespace, "labels": self._labels},
            spec=replica_set(
                settings,
                images,
                Place(args.databases.storage_class, architecture, args.issuer),
                Store(store.bucket, args.region, args.key_arn),
                MONGODB_OPERATOR.version,
            ),
            # Members get the role when they start.
            opts=self._child(protect=args.protect, depends_on=[operator, members, store]),
        )


def _first(values: list[str]) -> str:
    return values[0]
