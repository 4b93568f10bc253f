"""The one place that wires components: settings in, typed outputs out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from components.audit.trail import AuditTrail, AuditTrailArgs
from components.data.bucket import Bucket
from components.keys.keyring import KeyRing, KeyRingArgs, PurposeUsers
from components.keys.purposes import KeyPurpose
from components.network.vpc import Network, NetworkArgs
from components.providers import connect
from components.supply.admission import Admission, AdmissionArgs
from components.supply.registry import Registry, RegistryArgs
from components.supply.signer import ReleaseSigner, ReleaseSignerArgs, signer_role_name
from components.tenancy.tenancy import Tenancy, TenancyArgs
from components.wiring.data import evidence_args
from components.workload.application import Application, ApplicationArgs

if TYPE_CHECKING:
    from components.providers import Providers
    from components.settings import Settings


@dataclass(frozen=True)
class Outputs:
    """What a person needs to know about a stack.

    Attributes:
        kubeconfig: path of the kubeconfig that reaches the cluster.
        region: AWS region.
        namespaces: of the stack, by their names in the settings.
        vpc: id of the VPC; None where the cluster brings its own.
        envelope_key: ARN of the key that encrypts.
        release_signing_key: ARN of the key that signs.
        release_signing_alias: how cosign names it: `awskms:///<alias>`.
        release_signer_role: ARN of the role that may sign.
        repositories: where to push images, by repository.
        evidence_bucket: name of the bucket of evidence.
        audit_log_group: name of the log group of the audit trail.
        release: version that runs; None before the first release.
        endpoint: where the API is, inside the cluster; None before the first release.
        drift: what of the workload was set by hand since it was released; empty when all is as declared.
    """

    kubeconfig: str
    region: str
    namespaces: dict[str, pulumi.Output[str]]
    vpc: pulumi.Output[str] | None
    envelope_key: pulumi.Output[str]
    release_signing_key: pulumi.Output[str]
    release_signing_alias: pulumi.Output[str]
    release_signer_role: pulumi.Output[str]
    repositories: dict[str, pulumi.Output[str]]
    evidence_bucket: pulumi.Output[str]
    audit_log_group: pulumi.Output[str]
    release: pulumi.Output[str] | None
    endpoint: pulumi.Output[str] | None
    drift: pulumi.Output[list[str]] | None


def build(settings: Settings) -> Outputs:
    """Register everything that `settings` ask for."""
    configuration, protect = settings.configuration, settings.configuration.protect
    providers = connect(settings)
    cloud = pulumi.ResourceOptions(providers=[providers.aws])
    signer_role = providers.account.arn("iam", f"role/{signer_role_name(settings.stack)}")
    keys = KeyRing(
        "keys",
        KeyRingArgs(
            stack=settings.stack,
            settings=configuration.keys,
            platform_users=(PurposeUsers(purpose=KeyPurpose.RELEASE_SIGNING, principals=(signer_role,)),),
            protect=protect,
        ),
        providers.account,
        cloud,
    )
    envelope = keys.envelope.arn
    signer = ReleaseSigner(
        "signer",
        ReleaseSignerArgs(stack=settings.stack, key_arn=keys.release_signing.arn, trusted=configuration.supply.signers),
        providers.account,
        cloud,
    )
    network = _network(settings, providers, keys.arn(KeyPurpose.LOGS))
    registry = Registry(
        "registry", RegistryArgs(settings=configuration.supply, key_arn=envelope, protect=protect), cloud
    )
    trail = AuditTrail("audit", AuditTrailArgs(settings=configuration.audit, key_arn=envelope, protect=protect), cloud)
    evidence = Bucket("evidence", evidence_args(configuration.data.evidence, envelope, protect=protect), cloud)
    tenancy, application = _cluster(settings, providers)
    return Outputs(
        kubeconfig=settings.kubeconfig,
        region=configuration.aws.region,
        namespaces=tenancy.namespaces,
        vpc=network.vpc_id if network else None,
        envelope_key=envelope,
        release_signing_key=keys.release_signing.arn,
        release_signing_alias=keys.release_signing.alias,
        release_signer_role=signer.role_arn,
        repositories=registry.urls,
        evidence_bucket=evidence.bucket,
        audit_log_group=trail.log_group,
        release=application.version if application else None,
        endpoint=application.endpoint if application else None,
        drift=application.drift if application else None,
    )


def _network(settings: Settings, providers: Providers, key: pulumi.Output[str]) -> Network | None:
    section = settings.configuration.network
    if section is None:
        return None
    return Network(
        "network",
        NetworkArgs(stack=settings.stack, settings=section, key_arn=key, protect=settings.configuration.protect),
        providers.account,
        pulumi.ResourceOptions(providers=[providers.aws]),
    )


def _cluster(settings: Settings, providers: Providers) -> tuple[Tenancy, Application | None]:
    configuration, release = settings.configuration, settings.release
    cluster = pulumi.ResourceOptions(providers=[providers.kubernetes])
    admission = Admission(
        "admission", AdmissionArgs(stack=settings.stack, registries=configuration.supply.registries), cluster
    )
    tenancy = Tenancy("tenancy", TenancyArgs(stack=settings.stack, settings=configuration.tenancy), cluster)
    if release.images is None:
        return tenancy, None
    application = Application(
        "workload",
        ApplicationArgs(
            stack=settings.stack,
            settings=configuration.workload,
            release=release,
            images=release.images,
            chart=settings.chart,
            namespace=tenancy.namespaces[configuration.workload.namespace],
            # Nothing runs before its room is closed and the gate stands.
            after=(tenancy, admission),
        ),
        pulumi.ResourceOptions(providers=[providers.kubernetes, providers.random]),
    )
    return tenancy, application
