"""Keys: the ring, its replicas in a second region, the HSM cluster, and which parts of the platform use which key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.audit.recording import recorder_role_name
from components.audit.shipping import shipper_role_name
from components.cluster.controlplane import cluster_role_name
from components.keys.hsm import HsmStore, HsmStoreArgs
from components.keys.inventory import PurposeUsers
from components.keys.keyring import KeyRing, KeyRingArgs
from components.keys.purposes import KeyPurpose
from components.keys.replicas import KeyReplicas, KeyReplicasArgs
from components.sections.cluster import AccessLevel
from components.supply.signer import signer_role_name
from components.vault.vault import unseal_role_name
from components.wiring.supply import secrets_users

if TYPE_CHECKING:
    from components.account import Owner
    from components.network.vpc import Network
    from components.sections.configuration import Configuration
    from components.site import Site


def platform_users(stack: str, configuration: Configuration, account: Owner) -> tuple[PurposeUsers, ...]:
    """The platform's own users of keys; nobody else uses one without being named in the stack's file."""
    users = {
        KeyPurpose.RELEASE_SIGNING: (account.arn("iam", f"role/{signer_role_name(stack)}"),),
        KeyPurpose.PULUMI_SECRETS: secrets_users(stack, configuration.supply, account),
        KeyPurpose.LOGS: tuple(
            account.arn("iam", f"role/{name(stack)}")
            for name, wanted in (
                (recorder_role_name, configuration.audit.recording),
                (shipper_role_name, configuration.audit.kubernetes),
            )
            if wanted is not None
        ),
        KeyPurpose.VAULT_UNSEAL: (
            (account.arn("iam", f"role/{unseal_role_name(stack)}"),) if configuration.vault is not None else ()
        ),
    }
    return (
        *(PurposeUsers(purpose=purpose, principals=principals) for purpose, principals in users.items()),
        *_cluster_users(stack, configuration, account),
    )


def _cluster_users(stack: str, configuration: Configuration, account: Owner) -> tuple[PurposeUsers, ...]:
    """The control plane encrypts its secrets; whoever runs the program, and so makes the cluster, lets EKS do so."""
    eks = configuration.cluster.eks
    if eks is None:
        return ()
    makers = (access.role for access in eks.access if access.level is AccessLevel.CLUSTER_ADMIN)
    return (
        PurposeUsers(
            purpose=KeyPurpose.ENVELOPE,
            principals=(account.arn("iam", f"role/{cluster_role_name(stack)}"),),
            grantors=tuple(account.arn("iam", f"role/{role}") for role in makers),
        ),
    )


def build(site: Site) -> tuple[KeyRing, dict[str, pulumi.Output[str]]]:
    """The stack's keys, and the ARNs of their replicas by purpose."""
    settings = site.configuration.keys
    users = platform_users(site.stack, site.configuration, site.account)
    keys = KeyRing(
        "keys",
        KeyRingArgs(stack=site.stack, settings=settings, platform_users=users, protect=site.protect),
        site.account,
        site.cloud,
    )
    if settings.replica is None:
        return keys, {}
    replicas = KeyReplicas(
        "keys-copy",
        KeyReplicasArgs(
            stack=site.stack,
            settings=settings,
            platform_users=users,
            primaries=tuple((purpose, keys.arn(purpose)) for purpose in settings.replica.purposes),
            protect=site.protect,
        ),
        site.account,
        site.elsewhere(settings.replica.region),
    )
    return keys, {purpose.value: arn for purpose, arn in replicas.arns.items()}


def key_store(site: Site, network: Network | None) -> HsmStore | None:
    """The HSM cluster of the settings, and the key store in it."""
    store = site.configuration.keys.store
    if store is None or store.cluster is None:
        return None
    secret = store.cluster.password_secret
    look = pulumi.InvokeOptions(provider=site.aws)
    args = HsmStoreArgs(
        stack=site.stack,
        settings=store.cluster,
        subnets=network.intra_subnets if network else (),
        password=_secret(aws.secretsmanager.get_secret_version_output(secret_id=secret, opts=look).secret_string)
        if secret
        else None,
        protect=site.protect,
    )
    return HsmStore("hsm", args, site.cloud)


def _secret(value: pulumi.Output[str]) -> pulumi.Output[str]:
    """A look-up's answer is no secret by itself."""
    hidden: pulumi.Output[str] = pulumi.Output.all(value, pulumi.Output.secret("")).apply(_first)
    return hidden


def _first(values: list[str]) -> str:
    return values[0]
