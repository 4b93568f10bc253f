"""A cluster that is there already, by its kubeconfig."""

from __future__ import annotations

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Args, Component
from components.cluster.handle import ClusterHandle


class ExistingClusterArgs(Args):
    """How to reach it.

    Attributes:
        identifier: names it in the state.
        kubeconfig: path; None: the file that KUBECONFIG names.
        context: in the kubeconfig; None: its current one.
    """

    identifier: str
    kubeconfig: str | None = None
    context: str | None = None


class ExistingCluster(Component):
    """The way to it; nothing of the cluster itself is the stack's.

    Attributes:
        handle: what other areas need of it.
    """

    TYPE = "cartorio:cluster:ExistingCluster"
    handle: ClusterHandle

    def __init__(self, name: str, args: ExistingClusterArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        # The provider was the stack's own once: without this, everything in the cluster would be made anew. It can go
        # when no state is older than November 2026: by June 2027.
        before = pulumi.Alias(name="kubernetes", parent=pulumi.ROOT_STACK_RESOURCE)
        self.handle = ClusterHandle(
            name=None,
            provider=kubernetes.Provider(
                f"{name}-kubernetes",
                # Unset, the provider takes the file that KUBECONFIG names.
                kubeconfig=args.kubeconfig,
                context=args.context,
                cluster_identifier=args.identifier,
                enable_server_side_apply=True,
                opts=self._child(aliases=[before]),
            ),
        )
        self.register_outputs({"identifier": args.identifier})
