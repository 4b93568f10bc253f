"""GitOps: Flux, where the stack's file has the section."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from components.gitops.flux import Flux, FluxArgs

if TYPE_CHECKING:
    from components.cluster.handle import ClusterHandle
    from components.site import Site


def build(
    site: Site,
    cluster: ClusterHandle,
    secrets: tuple[pulumi.Resource, ...],
    ground: tuple[pulumi.Resource, ...],
) -> Flux | None:
    """Register Flux, its source and its trees.

    Args:
        site: the stack.
        cluster: where it runs.
        secrets: what delivers secrets into the cluster.
        ground: what the trees are applied to.
    """
    settings = site.configuration.gitops
    if settings is None:
        return None
    return Flux(
        "gitops",
        FluxArgs(
            stack=site.stack,
            settings=settings,
            sources=site.sources,
            cluster=cluster.name,
            after=cluster.ready,
            secrets=secrets,
            ground=ground,
        ),
        site.account,
        pulumi.ResourceOptions(providers=[site.aws, cluster.provider]),
    )
