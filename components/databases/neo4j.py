"""Neo4j: one cluster of primaries over three zones, each member a release of its own, as its vendor's chart wants it.

The password of its administrator is made inside the cluster by External Secrets, once, and never leaves it. Between
members, and to whoever takes a backup, both sides show a certificate. All members are released at once, because none of
them is ready before it has found the others: when a setting is changed, update one after the other, with
`pulumi up --target`.

Backups are not the vendor's chart neo4j-admin: its pods are not restricted, and it wants keys of AWS in a Secret. The
same command in the same image writes to S3 by itself (https://neo4j.com/docs/operations-manual/5/backup-restore/).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
from pulumi_kubernetes import apiextensions, batch, core, meta, policy

from components import charts
from components.base import Component
from components.cluster.identity import CREDENTIALS
from components.databases import graph
from components.databases.backups import BackupStore, BackupStoreArgs
from components.databases.pods import backup_pod
from components.databases.pure import schedule
from components.labels import labels
from components.observability.handle import scraped
from components.observability.scrape import ScrapedPods, ScrapedPodsArgs
from components.sections.databases import NEO4J as NAMESPACE
from components.tenancy.room import APIS, Direction, Flow, Room, RoomArgs
from components.versions import NEO4J, NEO4J_IMAGE

if TYPE_CHECKING:
    from components.databases.mongodb import DatabaseArgs
    from components.providers import Account
    from components.sections.databases import Neo4j

BACKUP = "neo4j-backup"
_GENERATOR = "generators.external-secrets.io/v1alpha1"
_START_SECONDS = 1800
_BACKUP_SECONDS = 6 * 3600
_HISTORY = 3


class GraphDatabase(Component):
    """Neo4j in its room.

    Attributes:
        address: where clients reach it, known once it is there.
        bucket: name of the bucket of its backups.
    """

    TYPE = "cartorio:databases:GraphDatabase"
    address: pulumi.Output[str]
    bucket: pulumi.Output[str]

    def __init__(
        self, name: str, args: DatabaseArgs, settings: Neo4j, account: Account, opts: pulumi.ResourceOptions
    ) -> None:
        super().__init__(name, opts)
        self._args = args
        self._settings = settings
        self._labels = labels(args.stack, "databases")
        self._room = self._enter(name)
        before = [self._password(name), self._certificate(name)]
        members = [self._member(name, index, before) for index in range(settings.replicas)]
        self._budget(name)
        service = self._service(name, members)
        if args.monitoring is not None:
            ScrapedPods(
                f"{name}-metrics",
                ScrapedPodsArgs(
                    stack=args.stack,
                    component="neo4j",
                    namespace=self._room.namespace,
                    pods=tuple(graph.MEMBERS.items()),
                    port=graph.METRICS_PORT,
                    monitoring=args.monitoring,
                ),
                self._child(),
            )
        self.bucket = self._backups(name, account, members)
        self.address = pulumi.Output.concat(
            "neo4j+s://", service.metadata["name"], f".{NAMESPACE}.svc.cluster.local:{graph.BOLT_PORT}"
        )
        self.register_outputs({"address": self.address, "bucket": self.bucket})

    def _enter(self, name: str) -> Room:
        args = self._args
        clients = tuple(sorted({*self._settings.clients, *args.callers}))
        flows = (
            # The API server knows the members.
            APIS,
            CREDENTIALS,
            Flow(name="clients", direction=Direction.INGRESS, namespaces=clients, ports=(graph.BOLT_PORT,)),
            *scraped(args.monitoring, graph.METRICS_PORT),
        )
        return Room(
            f"{name}-room",
            RoomArgs(stack=args.stack, namespace=NAMESPACE, component="databases", flows=flows),
            self._child(),
        )

    def _metadata(self, name: str) -> meta.v1.ObjectMetaArgs:
        # Fixed names: the chart's values rely on them.
        return meta.v1.ObjectMetaArgs(name=name, namespace=self._room.namespace, labels=self._labels)

    def _custom(
        self, name: str, api: tuple[str, str], physical: str, spec: dict[str, object], *after: pulumi.Resource
    ) -> apiextensions.CustomResource:
        version, kind = api
        return apiextensions.CustomResource(
            name,
            api_version=version,
            kind=kind,
            metadata={"name": physical, "namespace": self._room.namespace, "labels": self._labels},
            spec=spec,
            opts=self._child(depends_on=[*after]),
        )

    def _password(self, name: str) -> pulumi.Resource:
        """A password that nobody has seen, made once: it outlives whatever becomes of its declaration."""
        spec: dict[str, object] = {"length": 40, "digits": 10, "symbols": 0, "noUpper": False, "allowRepeat": True}
        generator = self._custom(
            f"{name}-password", (_GENERATOR, "Password"), graph.AUTH_SECRET, spec, *self._args.after
        )
        source = {"generatorRef": {"apiVersion": _GENERATOR, "kind": "Password", "name": graph.AUTH_SECRET}}
        return self._custom(
            f"{name}-auth",
            ("external-secrets.io/v1", "ExternalSecret"),
            graph.AUTH_SECRET,
            {
                "refreshPolicy": "CreatedOnce",
                "target": {
                    "name": graph.AUTH_SECRET,
                    "creationPolicy": "Orphan",
                    "deletionPolicy": "Retain",
                    "template": {"engineVersion": "v2", "data": {"NEO4J_AUTH": "neo4j/{{ .password }}"}},
                },
                "dataFrom": [{"sourceRef": source}],
            },
            generator,
        )

    def _certificate(self, name: str) -> pulumi.Resource:
        return self._custom(
            f"{name}-certificate",
            ("cert-manager.io/v1", "Certificate"),
            graph.TLS_SECRET,
            {
                "secretName": graph.TLS_SECRET,
                "commonName": NAMESPACE,
                "dnsNames": graph.dns_names(self._settings.replicas),
                # Members read it when they start; a year leaves room for an update in every quarter.
                "duration": "8760h",
                "renewBefore": "2880h",
                "privateKey": {"algorithm": "RSA", "size": 3072, "encoding": "PKCS8", "rotationPolicy": "Always"},
                "usages": ["digital signature", "key encipherment", "server auth", "client auth"],
                "issuerRef": {"name": self._args.issuer, "kind": "ClusterIssuer", "group": "cert-manager.io"},
            },
        )

    def _member(self, name: str, index: int, before: list[pulumi.Resource]) -> pulumi.Resource:
        args = self._args
        return charts.install(
            f"{name}-{index}",
            NEO4J,
            sources=args.sources,
            release=graph.member(index),
            namespace=self._room.namespace,
            values=graph.neo4j_values(
                self._settings,
                index,
                image=args.sources.image(NEO4J_IMAGE),
                storage_class=args.databases.storage_class,
                architecture=args.databases.architecture.value,
            ),
            opts=self._child(protect=args.protect, depends_on=[self._room, *before, *args.after]),
            timeout_seconds=_START_SECONDS,
        )

    def _budget(self, name: str) -> None:
        policy.v1.PodDisruptionBudget(
            f"{name}-budget",
            metadata=self._metadata(NAMESPACE),
            spec=policy.v1.PodDisruptionBudgetSpecArgs(
                max_unavailable=1, selector=meta.v1.LabelSelectorArgs(match_labels=graph.MEMBERS)
            ),
            opts=self._child(),
        )

    def _service(self, name: str, members: list[pulumi.Resource]) -> core.v1.Service:
        """The one address for clients, who are then sent to the member that serves them."""
        return core.v1.Service(
            f"{name}-service",
            metadata=meta.v1.ObjectMetaArgs(
                name=NAMESPACE,
                namespace=self._room.namespace,
                labels=self._labels,
                # The releases have waited for the members; a service without any is none of the engine's business.
                annotations={"pulumi.com/skipAwait": "true"},
            ),
            spec=core.v1.ServiceSpecArgs(
                type="ClusterIP",
                selector=graph.MEMBERS,
                ports=[
                    core.v1.ServicePortArgs(
                        name="tcp-bolt", port=graph.BOLT_PORT, target_port=graph.BOLT_PORT, protocol="TCP"
                    )
                ],
            ),
            opts=self._child(depends_on=members),
        )

    def _backups(self, name: str, account: Account, members: list[pulumi.Resource]) -> pulumi.Output[str]:
        args, settings = self._args, self._settings
        store = BackupStore(
            f"{name}-backups",
            BackupStoreArgs(
                stack=args.stack,
                settings=settings.backups,
                cluster=args.cluster,
                namespace=NAMESPACE,
                service_account=BACKUP,
                key_arn=args.key_arn,
                region=args.region,
                may_delete=False,
                protect=args.protect,
            ),
            account,
            self._child(),
        )
        runs_as = core.v1.ServiceAccount(
            f"{name}-backup-account",
            metadata=self._metadata(BACKUP),
            automount_service_account_token=False,
            opts=self._child(),
        )
        told = core.v1.ConfigMap(
            f"{name}-backup-configuration",
            metadata=self._metadata(BACKUP),
            data={"backup.conf": graph.backup_configuration()},
            opts=self._child(),
        )
        pod = backup_pod(
            image=args.sources.image(NEO4J_IMAGE),
            members=[f"{graph.member(index)}-admin:{graph.BACKUP_PORT}" for index in range(settings.replicas)],
            bucket=store.bucket,
            region=args.region,
            service_account=BACKUP,
            scratch=settings.storage,
            architecture=args.databases.architecture.value,
        )
        batch.v1.CronJob(
            f"{name}-backup",
            metadata=self._metadata(BACKUP),
            spec=batch.v1.CronJobSpecArgs(
                schedule=schedule(settings.backups.every_hours, 47),
                time_zone="Etc/UTC",
                concurrency_policy="Forbid",
                starting_deadline_seconds=600,
                successful_jobs_history_limit=_HISTORY,
                failed_jobs_history_limit=_HISTORY,
                job_template=batch.v1.JobTemplateSpecArgs(
                    spec=batch.v1.JobSpecArgs(
                        backoff_limit=2,
                        active_deadline_seconds=_BACKUP_SECONDS,
                        template=core.v1.PodTemplateSpecArgs(
                            metadata=meta.v1.ObjectMetaArgs(labels=self._labels), spec=pod
                        ),
                    )
                ),
            ),
            opts=self._child(depends_on=[*members, store, runs_as, told]),
        )
        return store.bucket
