"""The cluster autoscaler: groups of nodes that grow and shrink between their bounds.

Values: https://github.com/kubernetes/autoscaler/tree/master/charts/cluster-autoscaler.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pulumi

from components import charts
from components.base import Args, Component, Text
from components.cluster.identity import CREDENTIALS, WorkloadIdentity, WorkloadIdentityArgs
from components.cluster.scaling_policies import autoscaler_statements
from components.sources import Sources
from components.tenancy.room import APIS, Room, RoomArgs
from components.versions import CLUSTER_AUTOSCALER, CLUSTER_AUTOSCALER_IMAGE

if TYPE_CHECKING:
    from components.providers import Account

NAMESPACE: Final = "cluster-autoscaler"
_SERVICE_ACCOUNT = "cluster-autoscaler"


class AutoscalerArgs(Args):
    """What it scales.

    Attributes:
        stack: the stack's name.
        sources: the mirrors.
        identifier: the cluster's name.
        cluster: the same, known once the cluster exists.
        after: what its pods wait for.
    """

    stack: str
    sources: Sources
    identifier: str
    cluster: Text
    after: tuple[pulumi.Resource, ...] = ()


class Autoscaler(Component):
    """The autoscaler in its room, and what it may do."""

    TYPE = "cartorio:cluster:Autoscaler"

    def __init__(self, name: str, args: AutoscalerArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        identity = WorkloadIdentity(
            f"{name}-controller",
            WorkloadIdentityArgs(
                stack=args.stack,
                cluster=args.cluster,
                namespace=NAMESPACE,
                service_account=_SERVICE_ACCOUNT,
                statements=autoscaler_statements(args.identifier, account),
            ),
            account,
            self._child(),
        )
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
        charts.install(
            f"{name}-release",
            CLUSTER_AUTOSCALER,
            sources=args.sources,
            release="cluster-autoscaler",
            namespace=room.namespace,
            values=autoscaler_values(
                cluster=args.cluster, region=account.region, image=args.sources.repository(CLUSTER_AUTOSCALER_IMAGE)
            ),
            opts=self._child(depends_on=[room, identity, *args.after]),
        )
        self.register_outputs({"namespace": room.namespace})


def autoscaler_values(*, cluster: Text, region: str, image: str) -> dict[str, Any]:
    """Two of them, one of which leads; groups that are alike are kept alike, so that no zone is left behind.

    Args:
        cluster: the cluster's name, which EKS tags its groups with.
        region: of the cluster.
        image: repository of the image; the chart has its tag.
    """
    return {
        "cloudProvider": "aws",
        "awsRegion": region,
        "autoDiscovery": {"clusterName": cluster},
        "fullnameOverride": "cluster-autoscaler",
        "replicaCount": 2,
        "image": {"repository": image},
        "rbac": {"serviceAccount": {"name": _SERVICE_ACCOUNT}},
        "podDisruptionBudget": {"maxUnavailable": 1},
        "priorityClassName": "system-cluster-critical",
        "extraArgs": {
            "balance-similar-node-groups": True,
            "expander": "least-waste",
            "skip-nodes-with-local-storage": False,
            "skip-nodes-with-system-pods": False,
        },
        "resources": {"requests": {"cpu": "100m", "memory": "600Mi"}, "limits": {"cpu": "500m", "memory": "600Mi"}},
        "securityContext": {
            "fsGroup": 65534,
            "runAsNonRoot": True,
            "runAsUser": 65534,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containerSecurityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": {"app.kubernetes.io/instance": "cluster-autoscaler"}},
            }
        ],
    }
