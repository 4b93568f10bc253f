"""EKS's control plane: the API server, what it may do in the account, its secrets' key and its logs.

https://docs.aws.amazon.com/eks/latest/userguide/clusters.html and https://docs.aws.amazon.com/eks/latest/best-practices/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.base import Args, Component, Text
from components.naming import physical_name
from components.policies import Condition, Principal, Statement, document
from components.sections.cluster import Eks

if TYPE_CHECKING:
    from components.account import Owner
    from components.providers import Account

_HTTPS = 443
_ROLE_LIMIT = 64  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")


def cluster_role_name(stack: str) -> str:
    """Physical name of the control plane's role: the key of its secrets names it before it exists."""
    return physical_name("cartorio", stack, "cluster", limit=_ROLE_LIMIT)


class ControlPlaneArgs(Args):
    """What the control plane is like.

    Attributes:
        stack: the stack's name.
        cluster: name of the cluster.
        settings: the stack's file.
        subnets: where its interfaces are, one a zone.
        envelope_key_arn: encrypts Kubernetes' secrets.
        logs_key_arn: encrypts its logs.
        protect: whether it is kept from deletion, by the engine and by EKS itself.
    """

    stack: str
    cluster: str
    settings: Eks
    subnets: tuple[Text, ...]
    envelope_key_arn: Text
    logs_key_arn: Text
    protect: bool = True


class ControlPlane(Component):
    """The cluster without nodes.

    Attributes:
        name: the cluster's name, known once it exists.
        endpoint: the API's address.
        certificate_authority: of the API's certificate, in base64.
        security_group: of the control plane's interfaces and the nodes.
        log_group: name of the log group, which is there before the cluster is.
    """

    TYPE = "cartorio:cluster:ControlPlane"
    name: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    certificate_authority: pulumi.Output[str]
    security_group: pulumi.Output[str]
    log_group: pulumi.Output[str]

    def __init__(self, name: str, args: ControlPlaneArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._name, self._args, self._account = name, args, account
        # EKS would make the group itself: without a key, and kept for ever.
        logs = aws.cloudwatch.LogGroup(
            f"{name}-log",
            name=f"/aws/eks/{args.cluster}/cluster",
            kms_key_id=args.logs_key_arn,
            retention_in_days=args.settings.log_retention_days,
            opts=self._child(protect=args.protect),
        )
        self.log_group = logs.name
        cluster = self._cluster(logs)
        self.name, self.endpoint = cluster.name, cluster.endpoint
        self.certificate_authority = cluster.certificate_authority.data
        self.security_group = cluster.vpc_config.cluster_security_group_id
        for index, cidr in enumerate(args.settings.private_access_cidrs):
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-access-{index}",
                security_group_id=self.security_group,
                cidr_ipv4=cidr,
                ip_protocol="tcp",
                from_port=_HTTPS,
                to_port=_HTTPS,
                description="The API from inside the VPC",
                opts=self._child(),
            )
        self.register_outputs({"name": self.name, "endpoint": self.endpoint})

    def _cluster(self, logs: aws.cloudwatch.LogGroup) -> aws.eks.Cluster:
        name, args, settings = self._name, self._args, self._args.settings
        role, permissions = self._role()
        return aws.eks.Cluster(
            f"{name}-cluster",
            # Named: kubeconfigs, log groups, tags and session tags of other AWS services rely on it.
            name=args.cluster,
            version=settings.version,
            role_arn=role.arn,
            access_config=aws.eks.ClusterAccessConfigArgs(
                authentication_mode="API", bootstrap_cluster_creator_admin_permissions=False
            ),
            # The add-ons are EKS's managed ones, pinned.
            bootstrap_self_managed_addons=False,
            deletion_protection=args.protect,
            enabled_cluster_log_types=list(_LOGS),
            encryption_config=aws.eks.ClusterEncryptionConfigArgs(
                provider=aws.eks.ClusterEncryptionConfigProviderArgs(key_arn=args.envelope_key_arn),
                resources=["secrets"],
            ),
            kubernetes_network_config=aws.eks.ClusterKubernetesNetworkConfigArgs(
                service_ipv4_cidr=settings.service_cidr, ip_family="ipv4"
            ),
            upgrade_policy=aws.eks.ClusterUpgradePolicyArgs(support_type="STANDARD"),
            vpc_config=aws.eks.ClusterVpcConfigArgs(
                subnet_ids=list(args.subnets),
                endpoint_private_access=True,
                endpoint_public_access=bool(settings.public_access_cidrs),
                public_access_cidrs=list(settings.public_access_cidrs) or None,
            ),
            zonal_shift_config=aws.eks.ClusterZonalShiftConfigArgs(enabled=True),
            # When it goes, its role's permissions and its log go after it.
            opts=self._child(protect=args.protect, depends_on=[*permissions, logs]),
        )

    def _role(self) -> tuple[aws.iam.Role, tuple[pulumi.Resource, ...]]:
        name, args, account = self._name, self._args, self._account
        role = aws.iam.Role(
            f"{name}-role",
            name=cluster_role_name(args.stack),
            description=f"Control plane of the cluster {args.cluster}",
            assume_role_policy=document(_trust(args.cluster, account)),
            opts=self._child(),
        )
        attachment = aws.iam.RolePolicyAttachment(
            f"{name}-managed",
            role=role.name,
            policy_arn=pulumi.Output.concat("arn:", account.partition, ":iam::aws:policy/AmazonEKSClusterPolicy"),
            opts=self._child(),
        )
        policy = aws.iam.RolePolicy(
            f"{name}-secrets",
            role=role.name,
            policy=document(
                Statement(
                    sid="EncryptSecrets",
                    actions=("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants"),
                    resources=(args.envelope_key_arn,),
                )
            ),
            opts=self._child(),
        )
        return role, (attachment, policy)


def cluster_arn(cluster: str, account: Owner) -> pulumi.Output[str]:
    """ARN of a cluster of the stack's region, before it exists."""
    return pulumi.Output.concat("arn:", account.partition, f":eks:{account.region}:", account.id, f":cluster/{cluster}")


def _trust(cluster: str, account: Account) -> Statement:
    # https://docs.aws.amazon.com/eks/latest/userguide/cross-service-confused-deputy-prevention.html
    return Statement(
        sid="Assume",
        principal=Principal("Service", ("eks.amazonaws.com",)),
        actions=("sts:AssumeRole",),
        resources=(),
        conditions=(
            Condition("StringEquals", "aws:SourceAccount", (account.id,)),
            Condition("ArnLike", "aws:SourceArn", (cluster_arn(cluster, account),)),
        ),
    )
