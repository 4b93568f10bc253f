"""Supply: the account's registry, what it caches and copies, the role that signs, and GitHub's workflows' roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from components.supply.admission import Admission, AdmissionArgs
from components.supply.boundary import bind_roles
from components.supply.cache import PullThroughCache, PullThroughCacheArgs
from components.supply.github import GithubRoles, GithubRolesArgs, github_role_name
from components.supply.registry import Registry, RegistryArgs
from components.supply.replication import (
    RegistryAccess,
    RegistryAccessArgs,
    RegistryReplication,
    RegistryReplicationArgs,
)
from components.supply.signatures import ImageAdmission, ImageAdmissionArgs
from components.supply.signer import ReleaseSigner, ReleaseSignerArgs
from components.supply.templates import EVERYTHING, Occasion, RepositoryTemplates, RepositoryTemplatesArgs
from components.wiring.data import copy_key

if TYPE_CHECKING:
    from components.account import Owner
    from components.base import Text
    from components.cluster.handle import ClusterHandle
    from components.sections.supply import Supply
    from components.site import Site
    from components.supply.signatures import ImagePolicy


@dataclass(frozen=True)
class SupplyOutputs:
    """What a person and CI need to know.

    Attributes:
        repositories: where to push, by repository.
        signer_role: ARN of the role that signs.
        github_roles: ARNs of the roles of GitHub's workflows, by their names in the settings.
        named_roles: the same by their physical names.
    """

    repositories: dict[str, pulumi.Output[str]]
    signer_role: pulumi.Output[str]
    github_roles: dict[str, pulumi.Output[str]]
    named_roles: dict[str, pulumi.Output[str]]


def secrets_users(stack: str, settings: Supply, account: Owner) -> tuple[Text, ...]:
    """ARNs of the workflows' roles, which the policy of the key of Pulumi's secrets names before they exist."""
    roles = settings.github.roles if settings.github else ()
    return tuple(account.arn("iam", f"role/{github_role_name(stack, role.name)}") for role in roles)


def build(site: Site, image_key: Text, signing_key: Text, secrets_key: Text) -> SupplyOutputs:
    """Register the supply chain's part of the account; every role that comes after it is within the boundary.

    Args:
        site: the stack's ground.
        image_key: ARN of the key that encrypts images.
        signing_key: ARN of the key that signs releases.
        secrets_key: ARN of the key of the secrets in Pulumi's state.
    """
    settings = site.configuration.supply
    github = (
        GithubRoles(
            "github",
            GithubRolesArgs(
                stack=site.stack,
                settings=settings.github,
                secrets_key_arn=secrets_key,
                repositories=settings.repositories,
            ),
            site.account,
            site.cloud,
        )
        if settings.github
        else None
    )
    if github is not None and github.boundary_arn is not None:
        bind_roles(github.boundary_arn)
    registry = Registry(
        "registry", RegistryArgs(settings=settings, key_arn=image_key, protect=site.protect), site.cloud
    )
    _exchange(site, settings, image_key)
    signer = ReleaseSigner(
        "signer",
        ReleaseSignerArgs(
            stack=site.stack,
            key_arn=signing_key,
            repositories=settings.repositories,
            trusted=settings.signers,
            github_provider_arn=github.provider_arn if github else None,
            github_subjects=settings.github.signers if settings.github else (),
        ),
        site.account,
        site.cloud,
    )
    roles = github.role_arns if github else {}
    named = {github_role_name(site.stack, role): arn for role, arn in roles.items()}
    return SupplyOutputs(registry.urls, signer.role_arn, roles, named)


def gates(site: Site, cluster: ClusterHandle, policies: tuple[ImagePolicy, ...]) -> tuple[pulumi.Resource, ...]:
    """Register what every image passes: the API server's own policy and, where the stack has it, a judge of signatures.

    Args:
        site: the stack's ground.
        cluster: where they stand.
        policies: what is asked of signatures.
    """
    settings = site.configuration.supply
    admission = Admission("admission", AdmissionArgs(stack=site.stack, registries=settings.registries), cluster.options)
    if settings.policy_controller is None:
        return (admission,)
    signatures = ImageAdmission(
        "signatures",
        ImageAdmissionArgs(
            stack=site.stack,
            settings=settings.policy_controller,
            policies=policies,
            cluster=cluster.name,
            sources=site.sources,
            after=cluster.ready,
        ),
        site.account,
        pulumi.ResourceOptions(providers=[cluster.provider, site.aws]),
    )
    return (admission, signatures)


def _exchange(site: Site, settings: Supply, image_key: Text) -> None:
    """What comes into the registry by itself, and where its images are copied."""
    if settings.pull_through:
        PullThroughCache(
            "registry-cache",
            PullThroughCacheArgs(settings=settings.pull_through, key_arn=image_key),
            site.account,
            site.cloud,
        )
    if settings.accept_from:
        RegistryAccess("registry-access", RegistryAccessArgs(accounts=settings.accept_from), site.account, site.cloud)
    if settings.replication is None:
        return
    region = settings.replication.region
    elsewhere = site.elsewhere(region)
    copies = RepositoryTemplates(
        "registry-copies",
        RepositoryTemplatesArgs(
            prefixes=(EVERYTHING,),
            occasion=Occasion.REPLICATION,
            key_arn=copy_key(site, "registry-copies-key", elsewhere, "images").arn,
            description="Copies of the images of another region",
        ),
        site.account.within(region),
        elsewhere,
    )
    RegistryReplication(
        "registry-replication",
        RegistryReplicationArgs(region=region, repositories=settings.repositories),
        site.account,
        (copies,),
        site.cloud,
    )
