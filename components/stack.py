"""The one place that wires components: settings in, typed outputs out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.keys.purposes import KeyPurpose
from components.observability.places import NAMESPACE
from components.providers import connect
from components.site import Site
from components.tenancy.tenancy import Tenancy, TenancyArgs
from components.vault.vault import NAMESPACE as VAULT
from components.wiring import (
    audit,
    backup,
    certificates,
    cluster,
    data,
    databases,
    edge,
    gitops,
    network,
    observability,
    secrets,
    supply,
    vault,
    workload,
)
from components.wiring.keys import build as build_keys
from components.wiring.keys import key_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

    from components.base import Text
    from components.cluster.handle import ClusterHandle
    from components.keys.keyring import KeyRing
    from components.settings import Settings
    from components.supply.signatures import ImagePolicy


@dataclass(frozen=True)
class Outputs:
    """What a person needs to know about a stack.

    Attributes:
        kubeconfig: what reaches the cluster: a path, or the text of an EKS cluster's kubeconfig, which has no
            credential in it.
        region: AWS region.
        namespaces: of the stack, by their names in the settings.
        vpc: id of the VPC; None where the cluster brings its own.
        envelope_key: ARN of the key that encrypts.
        key_replicas: ARNs of the keys in the second region, by purpose; empty where there are none.
        key_store: id of the custom key store in the HSM cluster of the settings; None without one.
        release_signing_key: ARN of the key that signs.
        release_signing_alias: how cosign names it: `awskms:///<alias>`.
        release_signer_role: ARN of the role that may sign.
        workflow_roles: ARNs of the roles of GitHub's workflows, by their names in the settings.
        repositories: where to push images, by repository.
        evidence_bucket: name of the bucket of evidence.
        documents_bucket: name of the bucket of documents; None: there is none.
        backup_vault: name of the vault of backups; None: there is none.
        backup_buckets: names of the buckets that databases and the cluster are saved in, by what is saved.
        databases: where the cluster's databases are, by name.
        audit_log_group: name of the log group of the audit trail.
        audit_bucket: name of the bucket with the account's record; None without one.
        alarms_topic: ARN of the topic that the account's alarms go to; None without them.
        grafana: where dashboards are; None without observability.
        grafana_admin: Secret of the namespace `observability` with Grafana's administrator; None without it.
        telemetry: where applications send OTLP by gRPC, inside the cluster; None without it.
        logs_bucket: name of the bucket of logs; None without it.
        traces_bucket: name of the bucket of traces; None without it.
        public_address: where the public reaches the API; None without an edge.
        name_servers: what the registrar of the public domain has to be told; None without an edge, empty where the zone
            was there already.
        ds_record: what the registrar has to be told for anybody to check the zone's signatures; None: there are none.
        edge_logs: name of the bucket with the load balancer's logs; None without an edge.
        firewall_log: name of the firewall's log group; None without an edge.
        release: version that runs; None before the first release.
        endpoint: where the API is, inside the cluster; None before the first release.
        drift: what of the workload was set by hand since it was released; empty when all is as declared.
    """

    kubeconfig: Text
    region: str
    namespaces: dict[str, pulumi.Output[str]]
    vpc: pulumi.Output[str] | None
    envelope_key: pulumi.Output[str]
    key_replicas: dict[str, pulumi.Output[str]]
    key_store: pulumi.Output[str] | None
    release_signing_key: pulumi.Output[str]
    release_signing_alias: pulumi.Output[str]
    release_signer_role: pulumi.Output[str]
    workflow_roles: dict[str, pulumi.Output[str]]
    repositories: dict[str, pulumi.Output[str]]
    evidence_bucket: pulumi.Output[str]
    documents_bucket: pulumi.Output[str] | None
    backup_vault: pulumi.Output[str] | None
    backup_buckets: dict[str, pulumi.Output[str]]
    databases: dict[str, pulumi.Output[str]]
    audit_log_group: pulumi.Output[str]
    audit_bucket: pulumi.Output[str] | None
    alarms_topic: pulumi.Output[str] | None
    grafana: pulumi.Output[str] | None
    grafana_admin: pulumi.Output[str] | None
    telemetry: pulumi.Output[str] | None
    logs_bucket: pulumi.Output[str] | None
    traces_bucket: pulumi.Output[str] | None
    public_address: pulumi.Output[str] | None
    name_servers: pulumi.Output[Sequence[str]] | None
    ds_record: pulumi.Output[str] | None
    edge_logs: pulumi.Output[str] | None
    firewall_log: pulumi.Output[str] | None
    release: pulumi.Output[str] | None
    endpoint: pulumi.Output[str] | None
    drift: pulumi.Output[list[str]] | None


@dataclass(frozen=True)
class Inside:
    """What was put into the cluster."""

    tenancy: Tenancy
    telemetry: observability.ObservabilityOutputs | None
    application: workload.WorkloadOutputs | None
    databases: dict[str, pulumi.Output[str]]
    backup_buckets: dict[str, pulumi.Output[str]]


def build(settings: Settings, image_policies: tuple[ImagePolicy, ...] = ()) -> Outputs:
    """Register everything that `settings` ask for.

    Args:
        settings: the stack's.
        image_policies: what the cluster asks of images, where it has somebody to judge them.
    """
    configuration = settings.configuration
    providers = connect(settings)
    site = Site(settings, providers.account, providers.aws, providers.random)
    keys, replicated = build_keys(site)
    # First: the boundary of deployments binds every role that comes after it.
    chain = supply.build(
        site, keys.envelope.arn, keys.release_signing.arn, secrets_key=keys.arn(KeyPurpose.PULUMI_SECRETS)
    )
    vpc = network.build(site, keys.arn(KeyPurpose.LOGS))
    store = key_store(site, vpc)
    stores = data.build(site, keys.arn(KeyPurpose.S3))
    copies = backup.build(site, keys.arn(KeyPurpose.BACKUP), keys.arn(KeyPurpose.LOGS))
    place = cluster.build(
        site,
        vpc,
        cluster.ClusterKeys(envelope=keys.envelope.arn, ebs=keys.arn(KeyPurpose.EBS), logs=keys.arn(KeyPurpose.LOGS)),
        chain.named_roles,
    )
    trail = audit.build(site, keys.arn(KeyPurpose.LOGS), keys.arn(KeyPurpose.LOGS), stores.bucket_arns, place.log_group)
    inside = _inside(site, place.handle, keys, image_policies)
    front = edge.build(site, vpc, keys.arn(KeyPurpose.LOGS))
    if front is not None:
        edge.bind(site, place.handle, front, inside.tenancy.namespaces[configuration.workload.namespace])
    telemetry, application = inside.telemetry, inside.application
    return Outputs(
        kubeconfig=place.kubeconfig,
        region=site.region,
        namespaces=inside.tenancy.namespaces,
        vpc=vpc.vpc_id if vpc else None,
        envelope_key=keys.envelope.arn,
        key_replicas=replicated,
        key_store=store.store if store else None,
        release_signing_key=keys.release_signing.arn,
        release_signing_alias=keys.release_signing.alias,
        release_signer_role=chain.signer_role,
        workflow_roles=chain.github_roles,
        repositories=chain.repositories,
        evidence_bucket=stores.evidence_bucket,
        documents_bucket=stores.documents_bucket,
        backup_vault=copies.vault if copies else None,
        backup_buckets=inside.backup_buckets,
        databases=inside.databases,
        audit_log_group=trail.log_group,
        audit_bucket=trail.bucket,
        alarms_topic=trail.alarms_topic,
        grafana=telemetry.grafana if telemetry else None,
        grafana_admin=telemetry.grafana_admin if telemetry else None,
        telemetry=telemetry.telemetry if telemetry else None,
        logs_bucket=telemetry.logs_bucket if telemetry else None,
        traces_bucket=telemetry.traces_bucket if telemetry else None,
        public_address=front.address if front else None,
        name_servers=front.name_servers if front else None,
        ds_record=front.ds_record if front else None,
        edge_logs=front.logs_bucket if front else None,
        firewall_log=front.firewall_log if front else None,
        release=application.release if application else None,
        endpoint=application.endpoint if application else None,
        drift=application.drift if application else None,
    )


def _inside(site: Site, cluster: ClusterHandle, keys: KeyRing, image_policies: tuple[ImagePolicy, ...]) -> Inside:
    """What lives in the cluster."""
    configuration = site.configuration
    gates = supply.gates(site, cluster, image_policies)
    tenancy = Tenancy("tenancy", TenancyArgs(stack=site.stack, settings=configuration.tenancy), cluster.options)
    data.storage(site, cluster, keys.arn(KeyPurpose.EBS))
    rooms = observability.rooms(site, cluster)
    authority = certificates.build(site, cluster)
    store = vault.build(
        site,
        cluster,
        authority.issuer if authority else None,
        vault.VaultKeys(
            unseal=keys.arn(KeyPurpose.VAULT_UNSEAL), secrets=keys.envelope.arn, backup=keys.arn(KeyPurpose.BACKUP)
        ),
    )
    delivered = secrets.build(
        site,
        cluster,
        keys.envelope.arn,
        store.address if store else None,
        {
            **tenancy.namespaces,
            **({NAMESPACE: rooms.namespace} if rooms else {}),
            **({VAULT: store.namespace} if store else {}),
        },
    )
    gitops.build(site, cluster, delivered.ready if delivered else (), (tenancy, *gates))
    telemetry = (
        observability.build(site, cluster, rooms, keys.arn(KeyPurpose.S3), delivered.ready if delivered else ())
        if rooms
        else None
    )
    monitoring = telemetry.monitoring if telemetry else None
    stored = databases.build(
        site,
        cluster,
        issuer=authority.issuer if authority else None,
        key_arn=keys.arn(KeyPurpose.BACKUP),
        namespaces=tenancy.namespaces,
        monitoring=monitoring,
        after=delivered.ready if delivered else (),
    )
    saved = backup.velero(
        site,
        cluster,
        backup.VeleroKeys(bucket=keys.arn(KeyPurpose.BACKUP), volumes=keys.arn(KeyPurpose.EBS)),
        monitoring,
    )
    application = workload.build(
        site,
        cluster,
        tenancy.namespaces[configuration.workload.namespace],
        monitoring,
        # Nothing runs before its room is closed and the gates stand.
        (tenancy, *gates),
    )
    return Inside(
        tenancy=tenancy,
        telemetry=telemetry,
        application=application,
        databases=stored.addresses if stored else {},
        backup_buckets={**(stored.buckets if stored else {}), **({"cluster": saved} if saved is not None else {})},
    )
