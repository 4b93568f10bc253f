"""Vault: its servers and jobs, and the bucket of its snapshots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from components.data.bucket import Bucket, BucketArgs
from components.labels import BACKED_UP
from components.vault.vault import Vault, VaultArgs

if TYPE_CHECKING:
    from components.base import Text
    from components.cluster.handle import ClusterHandle
    from components.site import Site


@dataclass(frozen=True)
class VaultKeys:
    """KMS keys: `unseal` unseals, `secrets` encrypts the recovery shares, `backup` the snapshots."""

    unseal: Text
    secrets: Text
    backup: Text


@dataclass(frozen=True)
class VaultOutputs:
    """What other areas and people need: address, namespace, the bucket of snapshots, and the role that unseals."""

    address: pulumi.Output[str]
    namespace: pulumi.Output[str]
    snapshots: pulumi.Output[str]
    unseal_role: pulumi.Output[str]


def build(site: Site, cluster: ClusterHandle, issuer: Text | None, keys: VaultKeys) -> VaultOutputs | None:
    """Register Vault, where the stack's file has the section; `issuer` is then there too."""
    settings = site.configuration.vault
    if settings is None or issuer is None:
        return None
    days = settings.snapshots.retention_days
    bucket = Bucket(
        "vault-snapshots",
        BucketArgs(
            key_arn=keys.backup,
            protect=site.protect,
            force_destroy=not site.protect,
            expire_days=days,
            noncurrent_days=days,
            tags=(BACKED_UP,),
        ),
        site.cloud,
    )
    vault = Vault(
        "vault",
        VaultArgs(
            stack=site.stack,
            settings=settings,
            sources=site.sources,
            region=site.region,
            cluster=cluster.name,
            issuer=issuer,
            unseal_key_arn=keys.unseal,
            secrets_key_arn=keys.secrets,
            bucket=bucket.bucket,
            bucket_arn=bucket.arn,
            bucket_key_arn=keys.backup,
            callers=("external-secrets",) if site.configuration.secrets else (),
            after=cluster.ready,
            protect=site.protect,
        ),
        site.account,
        pulumi.ResourceOptions(providers=[site.aws, cluster.provider]),
    )
    return VaultOutputs(
        address=vault.address, namespace=vault.namespace, snapshots=bucket.bucket, unseal_role=vault.unseal_role
    )
