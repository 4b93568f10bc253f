"""Managed groups of nodes over all zones, and what every node may do in the account.

https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.base import Args, Component, Text
from components.cluster.bottlerocket import DATA_DEVICE, SETTINGS, SYSTEM_DEVICE, SYSTEM_GIB
from components.labels import NODES
from components.policies import Principal, Statement, document
from components.sections.cluster import Architecture, NodeGroup
from components.versions import BOTTLEROCKET

if TYPE_CHECKING:
    from components.providers import Account

_AMI_TYPES = {Architecture.ARM64: "BOTTLEROCKET_ARM_64", Architecture.AMD64: "BOTTLEROCKET_x86_64"}
# To join the cluster and to pull images; what pods need is theirs (`components.cluster.identity`).
_MANAGED = ("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly")


class NodesArgs(Args):
    """What the groups are like.

    Attributes:
        cluster: the cluster's name.
        version: of Kubernetes.
        groups: the settings of each.
        subnets: where nodes are, one a zone.
        volume_key_arn: encrypts their volumes.
        tags: of machines and volumes: what makes them does not give them the stack's own.
        scaled: whether something else than this program decides how many there are.
        caches: ARN patterns of the repositories into which a pull brings what it finds upstream.
    """

    cluster: Text
    version: str
    groups: tuple[NodeGroup, ...]
    subnets: tuple[Text, ...]
    volume_key_arn: Text
    tags: dict[str, str]
    scaled: bool = False
    caches: tuple[Text, ...] = ()


class Nodes(Component):
    """The groups, and the role of all nodes.

    Attributes:
        role_arn: of the nodes.
        instance_profile: how machines get the role that no group makes.
    """

    TYPE = "cartorio:cluster:Nodes"
    role_arn: pulumi.Output[str]
    instance_profile: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: NodesArgs,
        account: Account,
        after: tuple[pulumi.Resource, ...],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        role, permissions = self._role(account)
        for group in args.groups:
            self._group(group, role, [*permissions, *after])
        self.role_arn = role.arn
        self.instance_profile = aws.iam.InstanceProfile(f"{name}-profile", role=role.name, opts=self._child()).name
        self.register_outputs({"roleArn": self.role_arn})

    def _role(self, account: Account) -> tuple[aws.iam.Role, list[pulumi.Resource]]:
        role = aws.iam.Role(
            f"{self._name}-role",
            description="Nodes of the cluster",
            assume_role_policy=document(
                Statement(
                    sid="Assume",
                    principal=Principal("Service", ("ec2.amazonaws.com",)),
                    actions=("sts:AssumeRole",),
                    resources=(),
                )
            ),
            opts=self._child(),
        )
        managed = [
            aws.iam.RolePolicyAttachment(
                f"{self._name}-{policy}",
                role=role.name,
                policy_arn=pulumi.Output.concat("arn:", account.partition, ":iam::aws:policy/", policy),
                opts=self._child(),
            )
            for policy in _MANAGED
        ]
        return role, [*managed, *self._pulling_through(role)]

    def _pulling_through(self, role: aws.iam.Role) -> list[pulumi.Resource]:
        """https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html."""
        if not self._args.caches:
            return []
        return [
            aws.iam.RolePolicy(
                f"{self._name}-cache",
                role=role.name,
                policy=document(
                    Statement(
                        sid="PullThrough",
                        actions=("ecr:BatchImportUpstreamImage", "ecr:CreateRepository"),
                        resources=self._args.caches,
                    )
                ),
                opts=self._child(),
            )
        ]

    def _group(self, group: NodeGroup, role: aws.iam.Role, after: list[pulumi.Resource]) -> None:
        args, template = self._args, self._template(group)
        aws.eks.NodeGroup(
            f"{self._name}-{group.name}",
            cluster_name=args.cluster,
            node_role_arn=role.arn,
            subnet_ids=list(args.subnets),
            ami_type=_AMI_TYPES[group.architecture],
            version=args.version,
            release_version=BOTTLEROCKET,
            capacity_type="ON_DEMAND",
            instance_types=list(group.instance_types),
            launch_template=aws.eks.NodeGroupLaunchTemplateArgs(
                id=template.id, version=template.latest_version.apply(str)
            ),
            scaling_config=aws.eks.NodeGroupScalingConfigArgs(
                min_size=group.min, max_size=group.max, desired_size=group.min
            ),
            update_config=aws.eks.NodeGroupUpdateConfigArgs(max_unavailable=group.max_unavailable),
            node_repair_config=aws.eks.NodeGroupNodeRepairConfigArgs(enabled=True),
            labels={NODES: group.name},
            taints=[aws.eks.NodeGroupTaintArgs(key=NODES, value=group.name, effect="NO_SCHEDULE")]
            if group.dedicated
            else None,
            opts=self._child(depends_on=after, ignore_changes=["scalingConfig.desiredSize"] if args.scaled else None),
        )

    def _template(self, group: NodeGroup) -> aws.ec2.LaunchTemplate:
        return aws.ec2.LaunchTemplate(
            f"{self._name}-{group.name}-template",
            description=f"Nodes of the group {group.name}",
            user_data=base64.b64encode(SETTINGS.encode()).decode(),
            metadata_options=aws.ec2.LaunchTemplateMetadataOptionsArgs(
                http_endpoint="enabled",
                http_tokens="required",
                # One hop ends at the node: no pod reads the node's credentials.
                http_put_response_hop_limit=1,
            ),
            monitoring=aws.ec2.LaunchTemplateMonitoringArgs(enabled=True),
            block_device_mappings=[
                self._volume(SYSTEM_DEVICE, SYSTEM_GIB),
                self._volume(DATA_DEVICE, group.volume_gib),
            ],
            tag_specifications=[
                aws.ec2.LaunchTemplateTagSpecificationArgs(
                    resource_type=kind, tags={**self._args.tags, "Name": f"{self._name}-{group.name}"}
                )
                for kind in ("instance", "volume")
            ],
            opts=self._child(),
        )

    def _volume(self, device: str, gib: int) -> aws.ec2.LaunchTemplateBlockDeviceMappingArgs:
        return aws.ec2.LaunchTemplateBlockDeviceMappingArgs(
            device_name=device,
            ebs=aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgs(
                volume_type="gp3",
                volume_size=gib,
                # The SDK has texts here.
                encrypted="true",
                delete_on_termination="true",
                kms_key_id=self._args.volume_key_arn,
            ),
        )
