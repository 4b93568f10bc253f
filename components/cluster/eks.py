"""An EKS cluster: control plane, access, add-ons, nodes, the way to it; each waits for what it needs only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Args, Component, Text
from components.cluster.access import Access, AccessArgs
from components.cluster.addons import Addons, AddonsArgs, cluster_addons, node_addons
from components.cluster.controlplane import ControlPlane, ControlPlaneArgs
from components.cluster.handle import ClusterHandle
from components.cluster.identity import WorkloadIdentity, WorkloadIdentityArgs
from components.cluster.kubeconfig import eks_kubeconfig
from components.cluster.nodes import Nodes, NodesArgs
from components.cluster.volumes import volume_statements
from components.sections.cluster import Eks
from components.versions import EKS

if TYPE_CHECKING:
    from components.policies import Statement
    from components.providers import Account

_SYSTEM = "kube-system"


class EksClusterArgs(Args):
    """What the cluster is like and what it stands on.

    Attributes:
        stack: the stack's name.
        identifier: the cluster's name, and how the state knows it.
        settings: the stack's file.
        control_plane_subnets: where the control plane's interfaces are, one a zone.
        node_subnets: where nodes and pods are, one a zone.
        ways_out: what nodes wait for in those: until then they reach nothing.
        own_roles: ARNs of roles of the stack's own that `settings.access` names, by name.
        envelope_key_arn: encrypts Kubernetes' secrets.
        volume_key_arn: encrypts the volumes of nodes and pods.
        logs_key_arn: encrypts the control plane's logs.
        tags: of machines and volumes.
        caches: ARN patterns of the repositories into which a node's pull brings what it finds upstream.
        protect: whether it is kept from deletion.
    """

    stack: str
    identifier: str
    settings: Eks
    control_plane_subnets: tuple[Text, ...]
    node_subnets: tuple[Text, ...]
    ways_out: tuple[pulumi.Resource, ...] = ()
    own_roles: tuple[tuple[str, Text], ...] = ()
    envelope_key_arn: Text
    volume_key_arn: Text
    logs_key_arn: Text
    tags: dict[str, str]
    caches: tuple[Text, ...] = ()
    protect: bool = True


class EksCluster(Component):
    """The cluster.

    Attributes:
        handle: what other areas need of it.
        name: its name, known once it exists.
        endpoint: the API's address.
        security_group: of its nodes and control plane.
        kubeconfig: how to reach it; without any credential.
        nodes: its groups of nodes.
        log_group: name of the log group of its control plane.
    """

    TYPE = "cartorio:cluster:EksCluster"
    handle: ClusterHandle
    name: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    security_group: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]
    nodes: Nodes
    log_group: pulumi.Output[str]

    def __init__(self, name: str, args: EksClusterArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._name, self._args, self._account = name, args, account
        plane = ControlPlane(
            f"{name}-plane",
            ControlPlaneArgs(
                stack=args.stack,
                cluster=args.identifier,
                settings=args.settings,
                subnets=args.control_plane_subnets,
                envelope_key_arn=args.envelope_key_arn,
                logs_key_arn=args.logs_key_arn,
                protect=args.protect,
            ),
            account,
            self._child(),
        )
        access = Access(
            f"{name}-access",
            AccessArgs(cluster=plane.name, roles=args.settings.access, own=args.own_roles),
            account,
            self._child(),
        )
        self.nodes, services = self._nodes(plane)
        self.log_group = plane.log_group
        self.name, self.endpoint, self.security_group = plane.name, plane.endpoint, plane.security_group
        self.kubeconfig = eks_kubeconfig(plane.name, plane.endpoint, plane.certificate_authority, account.region)
        self.handle = ClusterHandle(
            name=self.name,
            provider=kubernetes.Provider(
                f"{name}-kubernetes",
                kubeconfig=self.kubeconfig,
                # So that a new endpoint or certificate replaces nothing in the cluster.
                cluster_identifier=args.identifier,
                enable_server_side_apply=True,
                # Before its access entry, not even whoever made the cluster gets in.
                opts=self._child(depends_on=[access]),
            ),
            ready=(services,),
            security_group=self.security_group,
        )
        self.register_outputs({"name": self.name, "endpoint": self.endpoint})

    def _nodes(self, plane: ControlPlane) -> tuple[Nodes, Addons]:
        name, args, pins = self._name, self._args, EKS[self._args.settings.version]
        network = self._identity(plane, "network", "aws-node", "AmazonEKS_CNI_Policy")
        basics = Addons(
            f"{name}-basics",
            AddonsArgs(cluster=plane.name, addons=node_addons(pins)),
            (network,),
            self._child(),
        )
        nodes = Nodes(
            f"{name}-nodes",
            NodesArgs(
                cluster=plane.name,
                version=args.settings.version,
                groups=args.settings.node_groups,
                subnets=args.node_subnets,
                volume_key_arn=args.volume_key_arn,
                tags=args.tags,
                scaled=args.settings.cluster_autoscaler,
                caches=args.caches,
            ),
            self._account,
            (basics, *args.ways_out),
            self._child(),
        )
        volumes = self._identity(
            plane,
            "volumes",
            "ebs-csi-controller-sa",
            "service-role/AmazonEBSCSIDriverPolicy",
            *volume_statements(args.volume_key_arn, self._account.region),
        )
        services = Addons(
            f"{name}-services",
            AddonsArgs(cluster=plane.name, addons=cluster_addons(pins, args.settings.dns)),
            (nodes, volumes),
            self._child(),
        )
        return nodes, services

    def _identity(
        self, plane: ControlPlane, role: str, service_account: str, managed: str, *statements: Statement
    ) -> WorkloadIdentity:
        return WorkloadIdentity(
            f"{self._name}-{role}",
            WorkloadIdentityArgs(
                stack=self._args.stack,
                cluster=plane.name,
                namespace=_SYSTEM,
                service_account=service_account,
                statements=statements,
                managed=(managed,),
            ),
            self._account,
            self._child(),
        )
