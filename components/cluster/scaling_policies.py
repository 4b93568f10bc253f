"""What Karpenter and the cluster autoscaler may do in the account: no more than each of them documents.

https://karpenter.sh/docs/reference/cloudformation/ and
https://github.com/kubernetes/autoscaler/tree/master/cluster-autoscaler/cloudprovider/aws. Karpenter's is narrower where
the stack knows more: subnets, security group and instance profile are the cluster's own, and it makes no profiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from components.cluster.controlplane import cluster_arn
from components.cluster.volumes import volume_statements
from components.policies import Condition, Statement

if TYPE_CHECKING:
    from components.base import Text
    from components.providers import Account

_EVERYTHING = ("*",)
_MADE = ("fleet", "instance", "launch-template", "network-interface", "spot-instances-request", "volume")
_POOL, _CLAIM, _CLUSTER = "karpenter.sh/nodepool", "karpenter.sh/nodeclaim", "eks:eks-cluster-name"


@dataclass(frozen=True)
class Ground:
    """What Karpenter works with.

    Attributes:
        cluster: the cluster's name.
        queue_arn: where it hears of machines that go.
        subnets: ids, of nodes.
        security_group: id, of nodes.
        node_role_arn: the role that machines get.
        instance_profile: name; how they get it.
        volume_key_arn: encrypts their volumes.
    """

    cluster: str
    queue_arn: Text
    subnets: tuple[Text, ...]
    security_group: Text
    node_role_arn: Text
    instance_profile: Text
    volume_key_arn: Text


def karpenter_statements(ground: Ground, account: Account) -> tuple[Statement, ...]:
    """The statements of Karpenter's controller."""
    return (
        *_launching(ground, account),
        *volume_statements(ground.volume_key_arn, account.region),
        *_looking(ground, account),
    )


def autoscaler_statements(cluster: str, account: Account) -> tuple[Statement, ...]:
    """The statements of the cluster autoscaler; EKS tags the groups of its node groups itself."""
    return (
        Statement(
            sid="Look",
            actions=(
                "autoscaling:DescribeAutoScalingGroups",
                "autoscaling:DescribeAutoScalingInstances",
                "autoscaling:DescribeLaunchConfigurations",
                "autoscaling:DescribeScalingActivities",
                "autoscaling:DescribeTags",
                "ec2:DescribeImages",
                "ec2:DescribeInstanceTypes",
                "ec2:DescribeLaunchTemplateVersions",
                "ec2:GetInstanceTypesFromInstanceRequirements",
            ),
            resources=_EVERYTHING,
            conditions=(_here(account),),
        ),
        Statement(
            sid="LookAtNodeGroups",
            actions=("eks:DescribeNodegroup",),
            resources=(_eks(account, f"nodegroup/{cluster}/*"),),
        ),
        Statement(
            sid="Scale",
            actions=("autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"),
            resources=(
                pulumi.Output.concat(
                    "arn:", account.partition, f":autoscaling:{account.region}:", account.id, ":autoScalingGroup:*"
                ),
            ),
            conditions=(Condition("StringEquals", f"aws:ResourceTag/k8s.io/cluster-autoscaler/{cluster}", ("owned",)),),
        ),
    )


def _launching(ground: Ground, account: Account) -> tuple[Statement, ...]:
    owner = f"kubernetes.io/cluster/{ground.cluster}"
    asked = (
        Condition("StringEquals", f"aws:RequestTag/{owner}", ("owned",)),
        Condition("StringEquals", f"aws:RequestTag/{_CLUSTER}", (ground.cluster,)),
        Condition("StringLike", f"aws:RequestTag/{_POOL}", ("*",)),
    )
    its_own = (
        Condition("StringEquals", f"aws:ResourceTag/{owner}", ("owned",)),
        Condition("StringLike", f"aws:ResourceTag/{_POOL}", ("*",)),
    )
    made = tuple(_ec2(account, f"{kind}/*") for kind in _MADE)
    return (
        Statement(
            sid="LaunchFrom",
            actions=("ec2:CreateFleet", "ec2:RunInstances"),
            resources=(
                # Images and snapshots of AWS belong to no account of ours.
                pulumi.Output.concat("arn:", account.partition, f":ec2:{account.region}::image/*"),
                pulumi.Output.concat("arn:", account.partition, f":ec2:{account.region}::snapshot/*"),
                _ec2(account, "security-group/", ground.security_group),
                *(_ec2(account, "subnet/", subnet) for subnet in ground.subnets),
            ),
        ),
        Statement(
            sid="LaunchByTemplate",
            actions=("ec2:CreateFleet", "ec2:RunInstances"),
            resources=(_ec2(account, "launch-template/*"),),
            conditions=its_own,
        ),
        Statement(
            sid="Launch",
            actions=("ec2:CreateFleet", "ec2:CreateLaunchTemplate", "ec2:RunInstances"),
            resources=made,
            conditions=asked,
        ),
        Statement(
            sid="TagWhatItLaunches",
            actions=("ec2:CreateTags",),
            resources=made,
            conditions=(
                *asked,
                Condition("StringEquals", "ec2:CreateAction", ("CreateFleet", "CreateLaunchTemplate", "RunInstances")),
            ),
        ),
        Statement(
            sid="NameItsMachines",
            actions=("ec2:CreateTags",),
            resources=(_ec2(account, "instance/*"),),
            conditions=(
                *its_own,
                Condition("StringEqualsIfExists", f"aws:RequestTag/{_CLUSTER}", (ground.cluster,)),
                Condition("ForAllValues:StringEquals", "aws:TagKeys", (_CLUSTER, _CLAIM, "Name")),
            ),
        ),
        Statement(
            sid="TakeAwayItsOwn",
            actions=("ec2:DeleteLaunchTemplate", "ec2:TerminateInstances"),
            resources=(_ec2(account, "instance/*"), _ec2(account, "launch-template/*")),
            conditions=its_own,
        ),
        Statement(
            sid="GiveTheNodesRole",
            actions=("iam:PassRole",),
            resources=(ground.node_role_arn,),
            conditions=(Condition("StringEquals", "iam:PassedToService", ("ec2.amazonaws.com",)),),
        ),
    )


def _looking(ground: Ground, account: Account) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="Look",
            actions=(
                "ec2:DescribeCapacityReservations",
                "ec2:DescribeImages",
                "ec2:DescribeInstanceStatus",
                "ec2:DescribeInstanceTypeOfferings",
                "ec2:DescribeInstanceTypes",
                "ec2:DescribeInstances",
                "ec2:DescribeLaunchTemplates",
                "ec2:DescribePlacementGroups",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSpotPriceHistory",
                "ec2:DescribeSubnets",
            ),
            resources=_EVERYTHING,
            conditions=(_here(account),),
        ),
        # Neither knows of resources, nor has the one of prices an endpoint in the region.
        Statement(
            sid="LookAtPricesAndProfiles",
            actions=("iam:ListInstanceProfiles", "pricing:GetProducts"),
            resources=_EVERYTHING,
        ),
        Statement(
            sid="LookAtTheProfile",
            actions=("iam:GetInstanceProfile",),
            resources=(pulumi.Output.concat(account.arn("iam", "instance-profile/"), ground.instance_profile),),
        ),
        Statement(
            sid="FindImages",
            actions=("ssm:GetParameter",),
            resources=(
                pulumi.Output.concat("arn:", account.partition, f":ssm:{account.region}::parameter/aws/service/*"),
            ),
        ),
        Statement(
            sid="FindTheApi", actions=("eks:DescribeCluster",), resources=(cluster_arn(ground.cluster, account),)
        ),
        Statement(
            sid="Hear",
            actions=("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ReceiveMessage"),
            resources=(ground.queue_arn,),
        ),
    )


def _here(account: Account) -> Condition:
    return Condition("StringEquals", "aws:RequestedRegion", (account.region,))


def _ec2(account: Account, *resource: Text) -> pulumi.Output[str]:
    return pulumi.Output.concat("arn:", account.partition, f":ec2:{account.region}:", account.id, ":", *resource)


def _eks(account: Account, resource: str) -> pulumi.Output[str]:
    return pulumi.Output.concat("arn:", account.partition, f":eks:{account.region}:", account.id, ":", resource)
