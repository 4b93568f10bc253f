"""Pods behind the load balancer: AWS's controller registers those of the API's service, and does nothing else.

The load balancer, its certificate and its firewall are the stack's own, so that the policy pack sees them and nobody
changes them by an annotation. https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/targetgroupbinding/;
values: https://github.com/kubernetes-sigs/aws-load-balancer-controller/tree/main/helm
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws
from pulumi_kubernetes import apiextensions

from components import charts
from components.base import Args, Component, Text
from components.cluster.identity import CREDENTIALS, WorkloadIdentity, WorkloadIdentityArgs
from components.labels import labels
from components.policies import Statement
from components.sources import Sources
from components.tenancy.room import APIS, Direction, Flow, Room, RoomArgs
from components.versions import LOAD_BALANCER_CONTROLLER, LOAD_BALANCER_CONTROLLER_IMAGE

if TYPE_CHECKING:
    from components.providers import Account

NAMESPACE = "load-balancer-controller"
_SERVICE_ACCOUNT = "load-balancer-controller"
# The API server is outside of every namespace.
_WEBHOOK = Flow(name="webhook", direction=Direction.INGRESS, ports=(9443,))
_REPLICAS = 2

# The controller's own list has a hundred actions: it makes load balancers. Here it registers targets in one group.
_LOOK = (
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeInstances",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "elasticloadbalancing:DescribeTags",
    "elasticloadbalancing:DescribeTargetGroupAttributes",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
)
_REGISTER = ("elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets")


class TargetsArgs(Args):
    """Which pods, and behind what.

    Attributes:
        stack: the stack's name.
        sources: the mirrors.
        region: of the VPC.
        vpc_id: the VPC.
        cluster: name of the EKS cluster; None: a cluster that is there already, named by `identifier`.
        identifier: how the stack calls the cluster.
        cluster_group: security group of nodes and pods; None: whoever runs the cluster lets the calls in.
        balancer_group: security group of the load balancer.
        target_group: ARN of the group.
        namespace: of the service.
        service: the API's service.
        service_port: the service's port.
        port: the pods'.
        after: what the controller's pods wait for.
    """

    stack: str
    sources: Sources
    region: str
    vpc_id: Text
    cluster: Text | None
    identifier: str
    cluster_group: Text | None
    balancer_group: Text
    target_group: Text
    namespace: Text
    service: str
    service_port: int
    port: int
    after: tuple[pulumi.Resource, ...] = ()


class Targets(Component):
    """The controller in its room, its role, and what ties the service to the group.

    Attributes:
        binding: what ties them, as `namespace/name`.
    """

    TYPE = "cartorio:edge:Targets"
    binding: pulumi.Output[str]

    def __init__(self, name: str, args: TargetsArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        if args.cluster_group is not None:
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-calls",
                security_group_id=args.cluster_group,
                referenced_security_group_id=args.balancer_group,
                ip_protocol="tcp",
                from_port=args.port,
                to_port=args.port,
                description="Calls from the load balancer",
                opts=self._child(),
            )
        controller = self._controller(name, args, account)
        apiextensions.CustomResource(
            f"{name}-binding",
            api_version="elbv2.k8s.aws/v1beta1",
            kind="TargetGroupBinding",
            metadata={"name": args.service, "namespace": args.namespace, "labels": labels(args.stack, "edge")},
            spec={
                "serviceRef": {"name": args.service, "port": args.service_port},
                "targetGroupARN": args.target_group,
                "targetType": "ip",
            },
            opts=self._child(depends_on=[controller]),
        )
        self.binding = pulumi.Output.concat(args.namespace, "/", args.service)
        self.register_outputs({"binding": self.binding})

    def _controller(self, name: str, args: TargetsArgs, account: Account) -> pulumi.Resource:
        identity = WorkloadIdentity(
            f"{name}-identity",
            WorkloadIdentityArgs(
                stack=args.stack,
                cluster=args.cluster,
                namespace=NAMESPACE,
                service_account=_SERVICE_ACCOUNT,
                statements=(
                    # None of these can be narrowed to a resource.
                    Statement(sid="Look", actions=_LOOK, resources=("*",)),
                    Statement(sid="Register", actions=_REGISTER, resources=(args.target_group,)),
                ),
            ),
            account,
            self._child(),
        )
        room = Room(
            f"{name}-room",
            RoomArgs(stack=args.stack, namespace=NAMESPACE, component="edge", flows=(APIS, _WEBHOOK, CREDENTIALS)),
            self._child(),
        )
        return charts.install(
            f"{name}-controller",
            LOAD_BALANCER_CONTROLLER,
            sources=args.sources,
            release=LOAD_BALANCER_CONTROLLER.name,
            namespace=room.namespace,
            values=controller_values(args),
            opts=self._child(depends_on=[room, identity, *args.after]),
        )


def controller_values(args: TargetsArgs) -> dict[str, Any]:
    """Two of them, for the one namespace; neither Ingress nor Service makes a load balancer."""
    return {
        "clusterName": args.identifier if args.cluster is None else args.cluster,
        "region": args.region,
        # Neither is asked of the node's metadata, which pods do not reach.
        "vpcId": args.vpc_id,
        "image": {"repository": args.sources.repository(LOAD_BALANCER_CONTROLLER_IMAGE)},
        "replicaCount": _REPLICAS,
        "podDisruptionBudget": {"maxUnavailable": 1},
        "serviceAccount": {"create": True, "name": _SERVICE_ACCOUNT},
        "watchNamespace": args.namespace,
        "createIngressClassResource": False,
        "ingressClassParams": {"create": False},
        "enableServiceMutatorWebhook": False,
        "enableShield": False,
        "enableWaf": False,
        "enableWafv2": False,
        "enableBackendSecurityGroup": False,
        "keepTLSSecret": True,
        "controllerConfig": {
            "featureGates": {"ALBGatewayAPI": False, "NLBGatewayAPI": False, "EnableServiceController": False}
        },
        "podSecurityContext": {"fsGroup": 65534, "seccompProfile": {"type": "RuntimeDefault"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
            "runAsNonRoot": True,
        },
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "500m", "memory": "256Mi"}},
    }
