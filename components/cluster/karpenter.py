"""Karpenter: nodes as the pods need them.

Values: https://github.com/aws/karpenter-provider-aws/tree/main/charts/karpenter. Its kinds come from a chart of their
own (`karpenter-crd`), which Helm renews with the rest; those in the `crds` folder of a chart it never touches again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pulumi
from pulumi_kubernetes import apiextensions, flowcontrol, meta

from components import charts
from components.base import Args, Component, Text
from components.cluster.identity import CREDENTIALS, WorkloadIdentity, WorkloadIdentityArgs
from components.cluster.interruption import Interruptions
from components.cluster.pools import NODE_CLASS, NODE_POOL, node_class_spec, node_pool_spec
from components.cluster.scaling_policies import Ground, karpenter_statements
from components.labels import labels
from components.sections.cluster import Karpenter as Settings
from components.sections.cluster import Pool
from components.sources import Sources
from components.tenancy.room import APIS, Room, RoomArgs
from components.versions import KARPENTER, KARPENTER_CRD, KARPENTER_IMAGE

if TYPE_CHECKING:
    from components.providers import Account

NAMESPACE: Final = "karpenter"
_SERVICE_ACCOUNT = "karpenter"


class KarpenterArgs(Args):
    """What it scales and with what.

    Attributes:
        stack: the stack's name.
        settings: the stack's file.
        sources: the mirrors.
        identifier: the cluster's name.
        cluster: the same, known once the cluster exists.
        endpoint: of the cluster's API.
        subnets: where nodes are, one a zone.
        security_group: of the nodes.
        node_role_arn: the role of the nodes.
        instance_profile: how machines get that role.
        volume_key_arn: encrypts their volumes.
        tags: of machines and volumes.
        after: what its pods wait for.
    """

    stack: str
    settings: Settings
    sources: Sources
    identifier: str
    cluster: Text
    endpoint: Text
    subnets: tuple[Text, ...]
    security_group: Text
    node_role_arn: Text
    instance_profile: Text
    volume_key_arn: Text
    tags: dict[str, str]
    after: tuple[pulumi.Resource, ...] = ()


class Karpenter(Component):
    """The controller in its room, what it may do, what it hears, and its pools.

    When the stack goes, the pools go first, while the controller is there to take their machines away.

    Attributes:
        pools: the pools' names.
    """

    TYPE = "cartorio:cluster:Karpenter"
    pools: tuple[str, ...]

    def __init__(self, name: str, args: KarpenterArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._name, self._args, self._account = name, args, account
        self._labels = labels(args.stack, "cluster")
        interruptions = Interruptions(f"{name}-interruptions", self._child())
        identity = self._identity(interruptions)
        controller = self._controller(interruptions, identity)
        for pool in args.settings.pools:
            self._pool(pool, controller)
        self.pools = tuple(pool.name for pool in args.settings.pools)
        self.register_outputs({"pools": list(self.pools), "queue": interruptions.queue})

    def _identity(self, interruptions: Interruptions) -> WorkloadIdentity:
        args = self._args
        ground = Ground(
            cluster=args.identifier,
            queue_arn=interruptions.arn,
            subnets=args.subnets,
            security_group=args.security_group,
            node_role_arn=args.node_role_arn,
            instance_profile=args.instance_profile,
            volume_key_arn=args.volume_key_arn,
        )
        return WorkloadIdentity(
            f"{self._name}-controller",
            WorkloadIdentityArgs(
                stack=args.stack,
                cluster=args.cluster,
                namespace=NAMESPACE,
                service_account=_SERVICE_ACCOUNT,
                statements=karpenter_statements(ground, self._account),
            ),
            self._account,
            self._child(),
        )

    def _controller(self, interruptions: Interruptions, identity: WorkloadIdentity) -> pulumi.Resource:
        name, args = self._name, self._args
        room = Room(
            f"{name}-room",
            RoomArgs(
                stack=args.stack,
                namespace=NAMESPACE,
                component="cluster",
                flows=(APIS, CREDENTIALS),
            ),
            self._child(),
        )
        kinds = charts.install(
            f"{name}-kinds",
            KARPENTER_CRD,
            sources=args.sources,
            release="karpenter-crd",
            namespace=room.namespace,
            values={},
            opts=self._child(),
        )
        return charts.install(
            f"{name}-release",
            KARPENTER,
            sources=args.sources,
            release="karpenter",
            namespace=room.namespace,
            values=karpenter_values(
                cluster=args.cluster,
                endpoint=args.endpoint,
                queue=interruptions.queue,
                image=args.sources.repository(KARPENTER_IMAGE),
            ),
            opts=self._child(depends_on=[room, kinds, identity, *self._precedence(), *args.after]),
        )

    def _precedence(self) -> tuple[pulumi.Resource, ...]:
        """Karpenter's requests come before those of the pods that it finds room for, as they do in kube-system.

        https://karpenter.sh/docs/getting-started/getting-started-with-karpenter/#preventing-apiserver-request-throttling
        """
        leases = flowcontrol.v1.ResourcePolicyRuleArgs(
            api_groups=["coordination.k8s.io"],
            namespaces=["*"],
            resources=["leases"],
            verbs=["create", "get", "update"],
        )
        everything = flowcontrol.v1.ResourcePolicyRuleArgs(
            api_groups=["*"], cluster_scope=True, namespaces=["*"], resources=["*"], verbs=["*"]
        )
        return (
            self._flow("leader-election", "leader-election", 200, leases),
            self._flow("workload", "workload-high", 1000, everything),
        )

    def _flow(
        self, role: str, level: str, precedence: int, rule: flowcontrol.v1.ResourcePolicyRuleArgs
    ) -> flowcontrol.v1.FlowSchema:
        return flowcontrol.v1.FlowSchema(
            f"{self._name}-{role}",
            metadata=meta.v1.ObjectMetaArgs(name=f"karpenter-{role}", labels=self._labels),
            spec=flowcontrol.v1.FlowSchemaSpecArgs(
                distinguisher_method=flowcontrol.v1.FlowDistinguisherMethodArgs(type="ByUser"),
                matching_precedence=precedence,
                priority_level_configuration=flowcontrol.v1.PriorityLevelConfigurationReferenceArgs(name=level),
                rules=[
                    flowcontrol.v1.PolicyRulesWithSubjectsArgs(
                        resource_rules=[rule],
                        subjects=[
                            flowcontrol.v1.SubjectArgs(
                                kind="ServiceAccount",
                                service_account=flowcontrol.v1.ServiceAccountSubjectArgs(
                                    name=_SERVICE_ACCOUNT, namespace=NAMESPACE
                                ),
                            )
                        ],
                    )
                ],
            ),
            opts=self._child(),
        )

    def _pool(self, pool: Pool, controller: pulumi.Resource) -> None:
        args, child = self._args, f"{self._name}-{pool.name}"
        metadata = {"name": pool.name, "labels": self._labels}
        api_version, kind = NODE_CLASS
        node_class = apiextensions.CustomResource(
            f"{child}-class",
            api_version=api_version,
            kind=kind,
            metadata=metadata,
            spec=node_class_spec(
                pool,
                instance_profile=args.instance_profile,
                subnets=args.subnets,
                security_group=args.security_group,
                volume_key_arn=args.volume_key_arn,
                tags={**args.tags, "Name": child},
            ),
            opts=self._child(depends_on=[controller]),
        )
        api_version, kind = NODE_POOL
        apiextensions.CustomResource(
            child,
            api_version=api_version,
            kind=kind,
            metadata=metadata,
            spec=node_pool_spec(pool, args.settings, pool.name),
            opts=self._child(depends_on=[node_class]),
        )


def karpenter_values(*, cluster: Text, endpoint: Text, queue: Text, image: str) -> dict[str, Any]:
    """Two controllers, on nodes that Karpenter did not make and so does not take away.

    Args:
        cluster: the cluster's name.
        endpoint: of its API.
        queue: name of the queue of interruptions.
        image: repository of the controller's image; the chart has its digest.
    """
    return {
        "replicas": 2,
        "serviceAccount": {"name": _SERVICE_ACCOUNT},
        "controller": {
            "image": {"repository": image},
            "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "1Gi"}},
        },
        "settings": {"clusterName": cluster, "clusterEndpoint": endpoint, "interruptionQueue": queue},
    }
