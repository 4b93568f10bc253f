"""What other areas need of the cluster, whichever kind it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

if TYPE_CHECKING:
    import pulumi_kubernetes as kubernetes

    from components.base import Text


@dataclass(frozen=True)
class ClusterHandle:
    """A cluster that things can be put into.

    Attributes:
        name: its name in EKS; None for a cluster that is there already.
        provider: reaches it.
        ready: what everything that runs in the cluster waits for: nodes, names that resolve. A component hands it on to
            those of its children that have pods; what has none needs no node.
        security_group: of its nodes and control plane; None for a cluster that is there already.
    """

    name: Text | None
    provider: kubernetes.Provider
    ready: tuple[pulumi.Resource, ...] = ()
    security_group: Text | None = None

    @property
    def options(self) -> pulumi.ResourceOptions:
        """Options of a component that lives in the cluster."""
        return pulumi.ResourceOptions(providers=[self.provider])
