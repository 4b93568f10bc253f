"""Clusters, their nodes and the registry of their images.

Sources: https://www.pulumi.com/registry/packages/aws/api-docs/ of eks and ecr.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from guardrails.resources import aws_reading as at

if TYPE_CHECKING:
    from guardrails.resources.reading import Unknown


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EksCluster(at.AwsResource):
    """A control plane; absent properties have AWS's defaults."""

    label: ClassVar[str] = "aws:eks/cluster:Cluster"

    name: at.Text = at.text("name")
    version: at.Text = at.text("version")
    support: at.Text = at.text("upgradePolicy.supportType", "EXTENDED")
    public: at.Flag = at.flag("vpcConfig.endpointPublicAccess", default=True)
    private: at.Flag = at.flag("vpcConfig.endpointPrivateAccess")
    public_cidrs: at.Texts = at.texts("vpcConfig.publicAccessCidrs")
    logs: at.Texts = at.texts("enabledClusterLogTypes")
    encrypted: at.Texts = at.texts("encryptionConfig.resources")
    key: at.Link = at.link("encryptionConfig.provider.keyArn")
    access_mode: at.Text = at.text("accessConfig.authenticationMode", "CONFIG_MAP")
    creator_is_admin: at.Flag = at.flag("accessConfig.bootstrapClusterCreatorAdminPermissions", default=True)
    refuses_deletion: at.Flag = at.flag("deletionProtection")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NodeGroup(at.AwsResource):
    """Machines of a cluster."""

    label: ClassVar[str] = "aws:eks/nodeGroup:NodeGroup"

    remote_access: at.Flag = at.present("remoteAccess")
    template: at.Flag = at.present("launchTemplate")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AccessEntry(at.AwsResource):
    """Somebody whom a cluster lets in."""

    label: ClassVar[str] = "aws:eks/accessEntry:AccessEntry"

    principal: at.Text = at.text("principalArn")
    groups: at.Texts = at.texts("kubernetesGroups")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Addon(at.AwsResource):
    """What AWS installs in a cluster."""

    label: ClassVar[str] = "aws:eks/addon:Addon"

    name: at.Text = at.text("addonName")
    version: at.Text = at.text("addonVersion")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RepositoryKey(at.Block):
    """How a repository is encrypted."""

    kind: at.Text = at.text("encryptionType", "AES256")
    key: at.Link = at.link("kmsKey")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Repository(at.AwsResource):
    """A repository of images."""

    label: ClassVar[str] = "aws:ecr/repository:Repository"

    name: at.Text = at.text("name")
    mutability: at.Text = at.text("imageTagMutability", "MUTABLE")
    deletes_contents: at.Flag = at.flag("forceDelete")
    scans: at.Flag = at.flag("imageScanningConfiguration.scanOnPush")
    encryption: tuple[RepositoryKey, ...] | Unknown = at.blocks("encryptionConfigurations", RepositoryKey)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RepositoryTemplate(at.AwsResource):
    """What repositories are like that the registry makes by itself, of images that it fetches."""

    label: ClassVar[str] = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate"

    mutability: at.Text = at.text("imageTagMutability", "MUTABLE")
    encryption: tuple[RepositoryKey, ...] | Unknown = at.blocks("encryptionConfigurations", RepositoryKey)
    policy: at.Policy = at.policy("repositoryPolicy")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RepositoryPolicy(at.AwsResource):
    """Who may do what with a repository, or the whole registry."""

    label: ClassVar[str] = "aws:ecr RepositoryPolicy, RegistryPolicy"
    types: ClassVar[tuple[str, ...]] = (
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
        "aws:ecr/registryPolicy:RegistryPolicy",
    )

    policy: at.Policy = at.policy("policy")


KINDS: Final = at.kinds(
    EksCluster,
    NodeGroup,
    AccessEntry,
    Addon,
    Repository,
    RepositoryTemplate,
    RepositoryPolicy,
)
"""What each type is read as."""
