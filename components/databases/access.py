"""Who reaches a database: its room lets the clients in, and their namespaces let them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_kubernetes import meta, networking

from components.base import Args, Component, Text
from components.labels import labels

if TYPE_CHECKING:
    import pulumi


class DatabaseAccessArgs(Args):
    """The way out.

    Attributes:
        stack: the stack's name.
        namespaces: of the clients: names, known once they exist, by what they are called in the stack's file.
        database: namespace of the database.
        port: of the database.
    """

    stack: str
    namespaces: tuple[tuple[str, Text], ...]
    database: str
    port: int


class DatabaseAccess(Component):
    """A network policy in each of the clients' namespaces, which deny everything that is not listed."""

    TYPE = "cartorio:databases:DatabaseAccess"

    def __init__(self, name: str, args: DatabaseAccessArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        there = meta.v1.LabelSelectorArgs(match_labels={"kubernetes.io/metadata.name": args.database})
        for called, namespace in args.namespaces:
            networking.v1.NetworkPolicy(
                f"{name}-from-{called}",
                metadata=meta.v1.ObjectMetaArgs(
                    name=f"allow-{args.database}", namespace=namespace, labels=labels(args.stack, "databases")
                ),
                spec=networking.v1.NetworkPolicySpecArgs(
                    pod_selector=meta.v1.LabelSelectorArgs(),
                    policy_types=["Egress"],
                    egress=[
                        networking.v1.NetworkPolicyEgressRuleArgs(
                            to=[networking.v1.NetworkPolicyPeerArgs(namespace_selector=there)],
                            ports=[networking.v1.NetworkPolicyPortArgs(port=args.port, protocol="TCP")],
                        )
                    ],
                ),
                opts=self._child(),
            )
        self.register_outputs({"database": args.database, "port": args.port})
