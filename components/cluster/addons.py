"""EKS's managed add-ons, pinned: those that nodes need to come up, and those that need nodes to run on.

https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi_aws as aws
from pydantic import InstanceOf

from components.base import Args, Component, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

    from components.sections.cluster import Dns
    from components.sources import EksPins


@dataclass(frozen=True)
class Addon:
    """One add-on.

    Attributes:
        name: as EKS has it.
        version: exactly this one.
        configuration: what differs from its defaults (`aws eks describe-addon-configuration`).
        after: the add-on, listed before it, that it waits for.
    """

    name: str
    version: str
    configuration: Mapping[str, object] | None = None
    after: str | None = None


def node_addons(pins: EksPins) -> tuple[Addon, ...]:
    """What every node has: without it none becomes ready."""
    return (
        Addon(
            "vpc-cni",
            pins.vpc_cni,
            {
                # Without it, the cluster takes network policies and enforces none.
                "enableNetworkPolicy": "true",
                # Addresses by the block: a node has room for as many pods as it has memory for.
                "env": {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"},
            },
        ),
        Addon("kube-proxy", pins.kube_proxy),
        Addon("eks-pod-identity-agent", pins.pod_identity_agent),
    )


def cluster_addons(pins: EksPins, dns: Dns) -> tuple[Addon, ...]:
    """What runs on some nodes for all; `dns` says how many pods CoreDNS has."""
    return (
        Addon(
            "coredns",
            pins.coredns,
            {
                "autoScaling": {"enabled": True, "minReplicas": dns.min, "maxReplicas": dns.max},
                "topologySpreadConstraints": [
                    {
                        "maxSkew": 1,
                        "topologyKey": "topology.kubernetes.io/zone",
                        "whenUnsatisfiable": "ScheduleAnyway",
                        "labelSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
                    }
                ],
            },
        ),
        Addon("snapshot-controller", pins.snapshot_controller),
        # The driver looks for the kinds that the controller brings when it starts.
        Addon("aws-ebs-csi-driver", pins.ebs_csi_driver, after="snapshot-controller"),
    )


class AddonsArgs(Args):
    """What EKS keeps in which cluster.

    Attributes:
        cluster: its name.
        addons: its add-ons.
    """

    cluster: Text
    addons: tuple[InstanceOf[Addon], ...]


class Addons(Component):
    """Add-ons of a cluster."""

    TYPE = "cartorio:cluster:Addons"

    def __init__(
        self, name: str, args: AddonsArgs, after: tuple[pulumi.Resource, ...], opts: pulumi.ResourceOptions
    ) -> None:
        super().__init__(name, opts)
        made: dict[str, aws.eks.Addon] = {}
        for addon in args.addons:
            made[addon.name] = aws.eks.Addon(
                f"{name}-{addon.name}",
                cluster_name=args.cluster,
                addon_name=addon.name,
                addon_version=addon.version,
                configuration_values=json.dumps(addon.configuration, sort_keys=True) if addon.configuration else None,
                # What somebody has changed by hand is put back: the declaration is here.
                resolve_conflicts_on_create="OVERWRITE",
                resolve_conflicts_on_update="OVERWRITE",
                opts=self._child(depends_on=[*after, *([made[addon.after]] if addon.after else [])]),
            )
        self.register_outputs({"versions": {addon.name: addon.version for addon in args.addons}})
