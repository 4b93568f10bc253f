"""Secrets: kept by Secrets Manager or Vault, delivered into the cluster by External Secrets, never seen by the program.

The values come from people or from rotation at the source; the program declares names, keys, policies and where they
are delivered. A store serves only the namespaces that something is delivered to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi_kubernetes import apiextensions

from components import charts
from components.base import Args, Component, Text
from components.cluster.identity import WorkloadIdentity, WorkloadIdentityArgs
from components.labels import labels
from components.policies import Condition, Effect, Principal, Statement, document
from components.secrets.values import SERVICE_ACCOUNT, WEBHOOK_PORT, external_secrets_values
from components.sections.secrets import Delivery, Secrets, SecretSource
from components.sources import Sources
from components.tenancy.room import APIS, Direction, Flow, Room, RoomArgs
from components.versions import EXTERNAL_SECRETS, EXTERNAL_SECRETS_IMAGE

if TYPE_CHECKING:
    from components.providers import Account

NAMESPACE = "external-secrets"
_API_VERSION = "external-secrets.io/v1"
_PROTECTED_WINDOW_DAYS = 30
_SHORTEST_WINDOW_DAYS = 7
_POD_IDENTITY = ("169.254.170.23/32", 80)


class ExternalSecretsArgs(Args):
    """What the secrets need.

    Attributes:
        stack: the stack's name.
        settings: the section.
        sources: the mirrors.
        region: of Secrets Manager.
        cluster: the EKS cluster's name; None for a cluster without Pod Identity.
        key_arn: the KMS key that encrypts the secrets.
        vault: Vault's address; None without a Vault.
        namespaces: namespaces of the stack, name and output, so that a delivery waits for its own.
        others: namespaces of the platform that ask Secrets Manager's store for something themselves.
        after: what the pods wait for.
        protect: whether the engine refuses to delete the secrets, and how long AWS keeps deleted ones.
    """

    stack: str
    settings: Secrets
    sources: Sources
    region: str
    cluster: Text | None
    key_arn: Text
    vault: Text | None = None
    namespaces: tuple[tuple[str, Text], ...] = ()
    others: tuple[str, ...] = ()
    after: tuple[pulumi.Resource, ...] = ()
    protect: bool = True


class ExternalSecrets(Component):
    """The operator in its room, its stores, the secrets of Secrets Manager and what is delivered.

    Attributes:
        arns: of the secrets of Secrets Manager, by their names in the settings.
    """

    TYPE = "cartorio:secrets:ExternalSecrets"
    arns: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: ExternalSecretsArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._args = args
        self._labels = labels(args.stack, "secrets")
        identity = WorkloadIdentity(
            f"{name}-operator",
            WorkloadIdentityArgs(
                stack=args.stack,
                cluster=args.cluster,
                namespace=NAMESPACE,
                service_account=SERVICE_ACCOUNT,
                statements=self._reading(account),
            ),
            account,
            self._child(),
        )
        self.arns = {
            secret.name: self._kept(name, secret.name, secret.description, identity, account)
            for secret in args.settings.managed
        }
        operator = self._operator(name, identity)
        stores = self._stores(name, operator)
        for delivery in args.settings.delivered:
            self._deliver(name, delivery, stores[delivery.source])
        self.register_outputs({"arns": self.arns})

    def _path(self, secret: str) -> str:
        return f"cartorio/{self._args.stack}/{secret}"

    def _reading(self, account: Account) -> tuple[Statement, ...]:
        mine = pulumi.Output.concat(
            "arn:", account.partition, ":secretsmanager:", account.region, ":", account.id, ":secret:", self._path("*")
        )
        through = pulumi.Output.concat("secretsmanager.", account.region, ".amazonaws.com")
        return (
            Statement("Read", ("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"), (mine,)),
            Statement(
                "Decrypt",
                ("kms:Decrypt",),
                (self._args.key_arn,),
                conditions=(Condition("StringEquals", "kms:ViaService", (through,)),),
            ),
        )

    def _kept(
        self, name: str, secret: str, description: str, reader: WorkloadIdentity, account: Account
    ) -> pulumi.Output[str]:
        protect = self._args.protect
        child = f"{name}-{secret.replace('/', '-')}"
        kept = aws.secretsmanager.Secret(
            child,
            name=self._path(secret),
            description=description,
            kms_key_id=self._args.key_arn,
            recovery_window_in_days=_PROTECTED_WINDOW_DAYS if protect else _SHORTEST_WINDOW_DAYS,
            opts=self._child(protect=protect),
        )
        owner = pulumi.Output.concat("arn:", account.partition, ":iam::", account.id, ":root")
        aws.secretsmanager.SecretPolicy(
            f"{child}-policy",
            secret_arn=kept.arn,
            block_public_policy=True,
            policy=document(
                # Roles of this account other than the operator may put values there, and not read them.
                Statement(
                    sid="OperatorOnly",
                    effect=Effect.DENY,
                    principal=Principal("AWS", ("*",)),
                    actions=("secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"),
                    resources=("*",),
                    conditions=(Condition("ArnNotEquals", "aws:PrincipalArn", (reader.role_arn, owner)),),
                ),
                Statement(
                    sid="AccountOnly",
                    effect=Effect.DENY,
                    principal=Principal("AWS", ("*",)),
                    actions=("secretsmanager:*",),
                    resources=("*",),
                    conditions=(Condition("StringNotEquals", "aws:PrincipalAccount", (account.id,)),),
                ),
            ),
            opts=self._child(),
        )
        return kept.arn

    def _operator(self, name: str, identity: WorkloadIdentity) -> pulumi.Resource:
        args = self._args
        agent, port = _POD_IDENTITY
        room = Room(
            f"{name}-room",
            RoomArgs(
                stack=args.stack,
                namespace=NAMESPACE,
                component="secrets",
                flows=(
                    # Secrets Manager and the API server.
                    APIS,
                    Flow(name="vault", direction=Direction.EGRESS, namespaces=("vault",), ports=(8200,)),
                    Flow(name="pod-identity", direction=Direction.EGRESS, cidrs=(agent,), ports=(port,)),
                    # The API server is outside of every namespace.
                    Flow(name="webhook", direction=Direction.INGRESS, ports=(WEBHOOK_PORT,)),
                ),
            ),
            self._child(),
        )
        return charts.install(
            f"{name}-release",
            EXTERNAL_SECRETS,
            sources=args.sources,
            release="external-secrets",
            namespace=room.namespace,
            values=external_secrets_values(args.settings.replicas, args.sources.repository(EXTERNAL_SECRETS_IMAGE)),
            # Pods get the identity when they start.
            opts=self._child(depends_on=[room, identity, *args.after]),
        )

    def _stores(self, name: str, operator: pulumi.Resource) -> dict[SecretSource, apiextensions.CustomResource]:
        providers: dict[SecretSource, dict[str, object]] = {
            SecretSource.SECRETS_MANAGER: {"aws": {"service": "SecretsManager", "region": self._args.region}}
        }
        if self._args.vault is not None:
            providers[SecretSource.VAULT] = {"vault": _vault(self._args.vault)}
        return {source: self._store(name, source, provider, operator) for source, provider in providers.items()}

    def _store(
        self, name: str, source: SecretSource, provider: dict[str, object], operator: pulumi.Resource
    ) -> apiextensions.CustomResource:
        served = {entry.namespace for entry in self._args.settings.delivered if entry.source is source}
        if source is SecretSource.SECRETS_MANAGER:
            served |= set(self._args.others)
        return apiextensions.CustomResource(
            f"{name}-{source.value}",
            api_version=_API_VERSION,
            kind="ClusterSecretStore",
            metadata={"name": source.value, "labels": self._labels},
            spec={
                "provider": provider,
                # A store without a condition would serve every namespace: one that serves nobody serves its own.
                "conditions": [{"namespaces": sorted(served) or [NAMESPACE]}],
            },
            opts=self._child(depends_on=[operator]),
        )

    def _deliver(self, name: str, delivery: Delivery, store: apiextensions.CustomResource) -> None:
        path = self._path if delivery.source is SecretSource.SECRETS_MANAGER else _vault_path
        apiextensions.CustomResource(
            f"{name}-{delivery.namespace}-{delivery.name}",
            api_version=_API_VERSION,
            kind="ExternalSecret",
            metadata={
                "name": delivery.name,
                "namespace": dict(self._args.namespaces).get(delivery.namespace, delivery.namespace),
                "labels": self._labels,
            },
            spec={
                "refreshInterval": f"{delivery.refresh_minutes}m",
                "secretStoreRef": {"kind": "ClusterSecretStore", "name": delivery.source.value},
                # The Secret goes with its declaration, but stays while its source is out of reach.
                "target": {"name": delivery.name, "creationPolicy": "Owner", "deletionPolicy": "Retain"},
                "data": [
                    {
                        "secretKey": entry.key,
                        "remoteRef": {
                            "key": path(entry.secret),
                            **({"property": entry.property} if entry.property else {}),
                        },
                    }
                    for entry in delivery.entries
                ],
            },
            opts=self._child(depends_on=[store]),
        )


def _vault_path(secret: str) -> str:
    return f"cartorio/{secret}"


def _vault(address: Text) -> dict[str, object]:
    return {
        "server": address,
        "path": "secret",
        "version": "v2",
        "caProvider": {"type": "Secret", "name": "vault-tls", "namespace": "vault", "key": "ca.crt"},
        "auth": {
            "kubernetes": {
                "mountPath": "kubernetes",
                "role": "external-secrets",
                "serviceAccountRef": {"name": SERVICE_ACCOUNT, "namespace": NAMESPACE, "audiences": ["vault"]},
            }
        },
    }
