"""The cluster: EKS where the stack's file asks for it, else the one that its kubeconfig names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from components.cluster.autoscaler import Autoscaler, AutoscalerArgs
from components.cluster.eks import EksCluster, EksClusterArgs
from components.cluster.existing import ExistingCluster, ExistingClusterArgs
from components.cluster.karpenter import Karpenter, KarpenterArgs
from components.labels import tags
from components.supply.templates import repositories

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.base import Text
    from components.cluster.handle import ClusterHandle
    from components.network.vpc import Network
    from components.sections.cluster import Eks
    from components.site import Site


@dataclass(frozen=True)
class ClusterKeys:
    """KMS keys: `envelope` encrypts Kubernetes' secrets, `ebs` volumes, `logs` the control plane's logs."""

    envelope: Text
    ebs: Text
    logs: Text


@dataclass(frozen=True)
class ClusterOutputs:
    """What others need of the cluster, and what people need to reach it.

    Attributes:
        handle: of the cluster.
        kubeconfig: the paths of an existing cluster's, or the text of an EKS cluster's; no credential is in either.
        log_group: name of the log group of EKS's control plane; None: the cluster is not the stack's own.
    """

    handle: ClusterHandle
    kubeconfig: Text
    log_group: pulumi.Output[str] | None = None


def build(site: Site, network: Network | None, keys: ClusterKeys, own_roles: Mapping[str, Text]) -> ClusterOutputs:
    """Register the cluster; EKS needs the network, as the settings have it.

    Args:
        site: the stack.
        network: where EKS is.
        keys: what EKS encrypts with.
        own_roles: ARNs of the roles that the stack makes and the cluster may let in, by their physical names.
    """
    settings = site.configuration.cluster
    if settings.eks is None or network is None:
        existing = ExistingCluster(
            "cluster",
            ExistingClusterArgs(
                identifier=settings.identifier, kubeconfig=settings.kubeconfig, context=settings.context
            ),
            pulumi.ResourceOptions(),
        )
        return ClusterOutputs(existing.handle, site.settings.kubeconfig)
    cluster = EksCluster(
        "cluster",
        EksClusterArgs(
            stack=site.stack,
            identifier=settings.identifier,
            settings=settings.eks,
            control_plane_subnets=network.intra_subnets,
            node_subnets=network.private_subnets,
            ways_out=network.ways_out,
            own_roles=tuple(own_roles.items()),
            envelope_key_arn=keys.envelope,
            volume_key_arn=keys.ebs,
            logs_key_arn=keys.logs,
            tags=_tags(site),
            caches=tuple(
                repositories(site.account, source.prefix) for source in site.configuration.supply.pull_through
            ),
            protect=site.protect,
        ),
        site.account,
        site.cloud,
    )
    _scale(site, settings.eks, cluster, network, keys)
    return ClusterOutputs(cluster.handle, cluster.kubeconfig, cluster.log_group)


def _scale(site: Site, settings: Eks, cluster: EksCluster, network: Network, keys: ClusterKeys) -> None:
    """Register what adds nodes and takes them away, where the stack's file wants it."""
    handle, identifier = cluster.handle, site.configuration.cluster.identifier
    both = pulumi.ResourceOptions(providers=[site.aws, handle.provider])
    if settings.karpenter is not None:
        Karpenter(
            "karpenter",
            KarpenterArgs(
                stack=site.stack,
                settings=settings.karpenter,
                sources=site.sources,
                identifier=identifier,
                cluster=cluster.name,
                endpoint=cluster.endpoint,
                subnets=network.private_subnets,
                security_group=cluster.security_group,
                node_role_arn=cluster.nodes.role_arn,
                instance_profile=cluster.nodes.instance_profile,
                volume_key_arn=keys.ebs,
                tags=_tags(site),
                after=handle.ready,
            ),
            site.account,
            both,
        )
    if settings.cluster_autoscaler:
        Autoscaler(
            "autoscaler",
            AutoscalerArgs(
                stack=site.stack,
                sources=site.sources,
                identifier=identifier,
                cluster=cluster.name,
                after=handle.ready,
            ),
            site.account,
            both,
        )


def _tags(site: Site) -> dict[str, str]:
    return tags(site.stack, site.configuration.profile, site.configuration.aws)
