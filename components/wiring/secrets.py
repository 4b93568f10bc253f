"""Secrets: the operator that delivers them, and those that Secrets Manager keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from components.gitops.objects import NAMESPACE as FLUX_NAMESPACE
from components.secrets.secrets import ExternalSecrets, ExternalSecretsArgs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.base import Text
    from components.cluster.handle import ClusterHandle
    from components.site import Site


@dataclass(frozen=True)
class SecretsOutputs:
    """What others need.

    Attributes:
        arns: of the secrets whose values people put, by name.
        ready: what waits for Secrets waits for this: they are declared to the operator then.
    """

    arns: dict[str, pulumi.Output[str]]
    ready: tuple[pulumi.Resource, ...]


def build(
    site: Site, cluster: ClusterHandle, key_arn: Text, vault: Text | None, namespaces: Mapping[str, Text]
) -> SecretsOutputs | None:
    """Register the operator, its stores and deliveries, where the stack's file has the section.

    Args:
        site: the stack.
        cluster: where the operator runs.
        key_arn: the KMS key that encrypts the secrets.
        vault: Vault's address; None without one.
        namespaces: of the stack, by name.
    """
    settings = site.configuration.secrets
    if settings is None:
        return None
    secrets = ExternalSecrets(
        "secrets",
        ExternalSecretsArgs(
            stack=site.stack,
            settings=settings,
            sources=site.sources,
            region=site.region,
            cluster=cluster.name,
            key_arn=key_arn,
            vault=vault,
            namespaces=tuple(namespaces.items()),
            others=_others(site),
            after=cluster.ready,
            protect=site.protect,
        ),
        site.account,
        pulumi.ResourceOptions(providers=[site.aws, cluster.provider]),
    )
    return SecretsOutputs(arns=secrets.arns, ready=(secrets,))


def _others(site: Site) -> tuple[str, ...]:
    """Namespaces of the platform's own that something is delivered to."""
    gitops = site.configuration.gitops
    return (FLUX_NAMESPACE,) if gitops is not None and gitops.secrets else ()
