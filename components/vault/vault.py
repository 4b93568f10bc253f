"""Vault: servers in every zone, unsealed by KMS or an HSM, reached over TLS only, and the jobs that look after it.

Nobody holds a root token: the first job has one for a moment and revokes it; all later configuration is made by a job
that logs in by its service account and may do no more than configure (`policies/configure.hcl`). What a person needs
in an emergency are the recovery shares, encrypted for their custodians and kept in Secrets Manager.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi_kubernetes import apiextensions, batch, core, meta

from components import charts
from components.base import Args, Component, Text
from components.cluster.identity import WorkloadIdentity, WorkloadIdentityArgs
from components.labels import labels
from components.naming import physical_name
from components.policies import Condition, Statement
from components.sections.vault import Vault as Settings
from components.sources import Sources
from components.tenancy.room import APIS, Direction, Flow, Room, RoomArgs
from components.vault import files, pods
from components.vault.values import API_PORT, RELEASE, SCRIPTS, TLS_SECRET, dns_names, vault_values
from components.versions import AWS_CLI, VAULT, VAULT_IMAGE

if TYPE_CHECKING:
    from components.providers import Account

NAMESPACE = "vault"
_ROLE_LIMIT = 64  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
# Where EKS Pod Identity gives out credentials: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
POD_IDENTITY = Flow(name="pod-identity", direction=Direction.EGRESS, cidrs=("169.254.170.23/32",), ports=(80,))
_RECOVERY_WINDOW_DAYS = 30
_HISTORY = 3


class VaultArgs(Args):
    """What Vault needs.

    Attributes:
        stack: the stack's name.
        settings: the section.
        sources: the mirrors.
        region: of the keys and the bucket.
        cluster: the EKS cluster's name; None for a cluster without Pod Identity.
        issuer: the ClusterIssuer of certificates inside the cluster.
        unseal_key_arn: the KMS key that unseals.
        secrets_key_arn: the KMS key that encrypts the kept recovery shares.
        bucket: name of the bucket of snapshots.
        bucket_arn: its ARN.
        bucket_key_arn: the KMS key that encrypts it.
        callers: namespaces, besides those of the clients, of which pods may call Vault.
        after: what the pods wait for.
        protect: whether the engine refuses to delete the recovery shares.
    """

    stack: str
    settings: Settings
    sources: Sources
    region: str
    cluster: Text | None
    issuer: Text
    unseal_key_arn: Text
    secrets_key_arn: Text
    bucket: Text
    bucket_arn: Text
    bucket_key_arn: Text
    callers: tuple[str, ...] = ()
    after: tuple[pulumi.Resource, ...] = ()
    protect: bool = True


def unseal_role_name(stack: str) -> str:
    """Physical name of the servers' role: the policy of the key that unseals names it before it exists."""
    return physical_name("cartorio", stack, "vault-unseal", limit=_ROLE_LIMIT)


class Vault(Component):
    """Vault in its room.

    Attributes:
        address: where clients reach it.
        namespace: its own, known once it exists.
        unseal_role: ARN of the role that may use the key for unsealing.
    """

    TYPE = "cartorio:vault:Vault"
    address: pulumi.Output[str]
    namespace: pulumi.Output[str]
    unseal_role: pulumi.Output[str]

    def __init__(self, name: str, args: VaultArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._args = args
        self._account = account
        self._labels = labels(args.stack, "vault")
        self._image = args.settings.pkcs11.image if args.settings.pkcs11 else args.sources.image(VAULT_IMAGE)
        self._room = self._enter(name)
        self.namespace = self._room.namespace
        identity = self._identity(
            name,
            "server",
            RELEASE,
            Statement("Unseal", ("kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"), (args.unseal_key_arn,)),
            role_name=unseal_role_name(args.stack),
        )
        certificate = self._certificate(name)
        maps = [
            self._map(name, "scripts", SCRIPTS, files.scripts()),
            self._map(name, "configuration", pods.CONFIGURATION, files.configuration(args.settings, NAMESPACE)),
        ]
        release = charts.install(
            f"{name}-release",
            VAULT,
            sources=args.sources,
            release=RELEASE,
            namespace=self._room.namespace,
            values=vault_values(args.settings, image=self._image, region=args.region, key_arn=args.unseal_key_arn),
            opts=self._child(depends_on=[self._room, identity, certificate, *maps, *args.after]),
        )
        self._initialise(name, release)
        self._configure(name, release)
        self._snapshot(name, release)
        # Known only when there is something to reach.
        self.address = pulumi.Output.concat("https://vault-active.", release.status["namespace"], f".svc:{API_PORT}")
        self.unseal_role = identity.role_arn
        self.register_outputs({"address": self.address, "unseal_role": self.unseal_role})

    def _enter(self, name: str) -> Room:
        args = self._args
        callers = sorted({*args.callers, *(client.namespace for client in args.settings.clients)})
        databases = sorted({database.namespace for database in args.settings.databases})
        hsm = args.settings.pkcs11
        flows = [
            # KMS, S3, Secrets Manager, and the API server, which reviews tokens.
            APIS,
            POD_IDENTITY,
        ]
        if callers:
            flows.append(
                Flow(name="callers", direction=Direction.INGRESS, namespaces=tuple(callers), ports=(API_PORT,))
            )
        if hsm is not None and hsm.networks:
            flows.append(Flow(name="hsm", direction=Direction.EGRESS, cidrs=hsm.networks, ports=hsm.ports))
        if databases:
            flows.append(Flow(name="databases", direction=Direction.EGRESS, namespaces=tuple(databases)))
        return Room(
            f"{name}-room",
            RoomArgs(stack=args.stack, namespace=NAMESPACE, component="vault", flows=tuple(flows)),
            self._child(),
        )

    def _identity(
        self, name: str, role: str, service_account: str, *statements: Statement, role_name: str | None = None
    ) -> WorkloadIdentity:
        return WorkloadIdentity(
            f"{name}-{role}",
            WorkloadIdentityArgs(
                stack=self._args.stack,
                cluster=self._args.cluster,
                namespace=NAMESPACE,
                service_account=service_account,
                statements=statements,
                role_name=role_name,
            ),
            self._account,
            self._child(),
        )

    def _encrypting(self, key: Text, service: str) -> Statement:
        through = Condition("StringEquals", "kms:ViaService", (f"{service}.{self._args.region}.amazonaws.com",))
        return Statement("Encrypt", ("kms:Decrypt", "kms:GenerateDataKey"), (key,), conditions=(through,))

    def _metadata(self, name: str) -> meta.v1.ObjectMetaArgs:
        # Fixed names: Vault's roles, its policies and the chart's values rely on them.
        return meta.v1.ObjectMetaArgs(name=name, namespace=self._room.namespace, labels=self._labels)

    def _map(self, name: str, role: str, physical: str, data: dict[str, str]) -> core.v1.ConfigMap:
        return core.v1.ConfigMap(f"{name}-{role}", metadata=self._metadata(physical), data=data, opts=self._child())

    def _account_of(self, name: str, role: str) -> core.v1.ServiceAccount:
        return core.v1.ServiceAccount(
            f"{name}-{role}-account",
            metadata=self._metadata(f"vault-{role}"),
            automount_service_account_token=False,
            opts=self._child(),
        )

    def _certificate(self, name: str) -> apiextensions.CustomResource:
        return apiextensions.CustomResource(
            f"{name}-certificate",
            api_version="cert-manager.io/v1",
            kind="Certificate",
            metadata={"name": TLS_SECRET, "namespace": self._room.namespace, "labels": self._labels},
            spec={
                "secretName": TLS_SECRET,
                "commonName": "vault",
                "dnsNames": dns_names(NAMESPACE),
                "ipAddresses": ["127.0.0.1"],
                "duration": "2160h",
                "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"},
                "usages": ["digital signature", "server auth", "client auth"],
                "issuerRef": {"name": self._args.issuer, "kind": "ClusterIssuer", "group": "cert-manager.io"},
            },
            opts=self._child(),
        )

    def _initialise(self, name: str, release: pulumi.Resource) -> None:
        recovery = self._args.settings.recovery
        secret = aws.secretsmanager.Secret(
            f"{name}-recovery",
            description="Recovery shares of Vault, each encrypted with its custodian's PGP key.",
            kms_key_id=self._args.secrets_key_arn,
            recovery_window_in_days=_RECOVERY_WINDOW_DAYS,
            opts=self._child(protect=self._args.protect),
        )
        if not recovery.custodians:
            return
        identity = self._identity(
            name,
            "keeper",
            "vault-init",
            # It may put the shares there and see that they are, not read them.
            Statement("Keep", ("secretsmanager:DescribeSecret", "secretsmanager:PutSecretValue"), (secret.arn,)),
            self._encrypting(self._args.secrets_key_arn, "secretsmanager"),
        )
        custodians = files.custodians(self._args.settings)
        keys = self._map(name, "custodians", pods.CUSTODIANS, custodians)
        account = self._account_of(name, "init")
        # A custodian who comes later changes nothing in a Vault that is initialised: that takes `operator rekey`.
        spec = pods.pod(
            service_account="vault-init",
            before=[
                pods.container(
                    "initialise",
                    "init.sh",
                    image=self._image,
                    mounts=("tls", "configuration", "custodians", "handover"),
                    environment={
                        "VAULT_ADDR": pods.FIRST,
                        "RECOVERY_SHARES": str(len(custodians)),
                        "RECOVERY_THRESHOLD": str(recovery.threshold),
                    },
                )
            ],
            last=pods.container(
                "keep",
                "keep.sh",
                image=self._args.sources.image(AWS_CLI),
                mounts=("handover",),
                environment={"AWS_REGION": self._args.region, "RECOVERY_SECRET": secret.arn},
            ),
        )
        batch.v1.Job(
            f"{name}-init",
            metadata=self._metadata("vault-init"),
            spec=batch.v1.JobSpecArgs(
                backoff_limit=6,
                active_deadline_seconds=900,
                template=pods.template(self._labels, spec),
            ),
            opts=self._child(depends_on=[release, identity, keys, account]),
        )

    def _configure(self, name: str, release: pulumi.Resource) -> None:
        account = self._account_of(name, "configure")
        databases = {database.name: database.admin_secret for database in self._args.settings.databases}
        step = pods.container(
            "configure",
            "configure.sh",
            image=self._image,
            mounts=("tls", "configuration", "token", *(f"database-{database}" for database in databases)),
            environment={"VAULT_ADDR": pods.ACTIVE, "ROLE": "configure"},
        )
        spec = pods.pod(service_account="vault-configure", before=(), last=step, databases=databases)
        # Every quarter of an hour: what was changed by hand, or waited for a database, comes right by itself.
        self._cron(name, "configure", "*/15 * * * *", spec, 600, [release, account])

    def _snapshot(self, name: str, release: pulumi.Resource) -> None:
        args = self._args
        objects = pulumi.Output.concat(args.bucket_arn, "/vault/*")
        identity = self._identity(
            name,
            "snapshotter",
            "vault-snapshot",
            Statement("Put", ("s3:PutObject",), (objects,)),
            self._encrypting(args.bucket_key_arn, "s3"),
        )
        account = self._account_of(name, "snapshot")
        spec = pods.pod(
            service_account="vault-snapshot",
            before=[
                pods.container(
                    "take",
                    "snapshot.sh",
                    image=self._image,
                    mounts=("tls", "token", "handover"),
                    environment={"VAULT_ADDR": pods.ACTIVE, "ROLE": "snapshot"},
                )
            ],
            last=pods.container(
                "upload",
                "upload.sh",
                image=args.sources.image(AWS_CLI),
                mounts=("handover",),
                environment={"AWS_REGION": args.region, "BUCKET": args.bucket, "KEY": args.bucket_key_arn},
            ),
            scratch="128Mi",
        )
        schedule = f"7 */{args.settings.snapshots.every_hours} * * *"
        self._cron(name, "snapshot", schedule, spec, 1800, [release, identity, account])

    def _cron(
        self,
        name: str,
        role: str,
        schedule: str,
        spec: core.v1.PodSpecArgs,
        seconds: int,
        after: list[pulumi.Resource],
    ) -> None:
        batch.v1.CronJob(
            f"{name}-{role}",
            metadata=self._metadata(f"vault-{role}"),
            spec=batch.v1.CronJobSpecArgs(
                schedule=schedule,
                time_zone="Etc/UTC",
                concurrency_policy="Forbid",
                starting_deadline_seconds=600,
                successful_jobs_history_limit=_HISTORY,
                failed_jobs_history_limit=_HISTORY,
                job_template=batch.v1.JobTemplateSpecArgs(
                    spec=batch.v1.JobSpecArgs(
                        backoff_limit=2,
                        active_deadline_seconds=seconds,
                        template=pods.template(self._labels, spec),
                    )
                ),
            ),
            opts=self._child(depends_on=after),
        )
