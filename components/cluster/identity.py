"""AWS credentials for a service account: a role that only its pods get, through EKS Pod Identity.

https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html; the session tags that the trust relies on:
https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pydantic import InstanceOf

from components.base import Args, Component, Text
from components.policies import Condition, Principal, Statement, document
from components.tenancy.room import Direction, Flow

if TYPE_CHECKING:
    from components.providers import Account

_SERVICE = "pods.eks.amazonaws.com"
# The agent of the node; https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html
_AGENT, _AGENT_PORT = "169.254.170.23/32", 80

CREDENTIALS = Flow(name="pod-identity", direction=Direction.EGRESS, cidrs=(_AGENT,), ports=(_AGENT_PORT,))
"""The way to the credentials: a room of pods that have an identity needs it."""


class WorkloadIdentityArgs(Args):
    """Whose pods get the role, and what it may do.

    Attributes:
        stack: the stack's name, for the role's description.
        cluster: name of the EKS cluster; None: nothing hands the role out yet, and any cluster of the account might.
        namespace: of the service account.
        service_account: its name.
        statements: what the role may do.
        managed: ARNs of AWS's own policies that the role has besides.
        role_name: its physical name, where the policy of a key names it before it exists; None: automatic.
    """

    stack: str
    cluster: Text | None
    namespace: str
    service_account: str
    statements: tuple[InstanceOf[Statement], ...]
    managed: tuple[str, ...] = ()
    role_name: str | None = None


class WorkloadIdentity(Component):
    """The role and, in an EKS cluster, what ties the service account to it.

    Attributes:
        role_arn: of the role, known once it has its permissions: who waits for it finds them there.
    """

    TYPE = "cartorio:cluster:WorkloadIdentity"
    role_arn: pulumi.Output[str]

    def __init__(self, name: str, args: WorkloadIdentityArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        role = aws.iam.Role(
            f"{name}-role",
            name=args.role_name,
            description=f"Pods of {args.namespace}/{args.service_account} in the stack {args.stack}",
            assume_role_policy=document(pod_trust(args, account)),
            opts=self._child(),
        )
        permissions = self._permissions(name, args, account, role)
        if args.cluster is not None:
            aws.eks.PodIdentityAssociation(
                f"{name}-association",
                cluster_name=args.cluster,
                namespace=args.namespace,
                service_account=args.service_account,
                role_arn=role.arn,
                # A pod that gets the role before its permissions would fail, and start over.
                opts=self._child(depends_on=permissions),
            )
        self.role_arn = pulumi.Output.all(role.arn, *(permission.id for permission in permissions)).apply(_first)
        self.register_outputs({"roleArn": self.role_arn})

    def _permissions(
        self, name: str, args: WorkloadIdentityArgs, account: Account, role: aws.iam.Role
    ) -> list[pulumi.CustomResource]:
        attached: list[pulumi.CustomResource] = [
            aws.iam.RolePolicyAttachment(
                f"{name}-{policy.rpartition('/')[2]}",
                role=role.name,
                policy_arn=pulumi.Output.concat("arn:", account.partition, ":iam::aws:policy/", policy),
                opts=self._child(),
            )
            for policy in args.managed
        ]
        if args.statements:
            own = aws.iam.RolePolicy(
                f"{name}-policy", role=role.name, policy=document(*args.statements), opts=self._child()
            )
            attached.append(own)
        return attached


def pod_trust(args: WorkloadIdentityArgs, account: Account) -> Statement:
    """Who may take the role: EKS, for the one service account of the one cluster.

    Without the conditions, anybody who may tie service accounts to roles could tie any of theirs to this one.
    """
    tags: dict[str, Text] = {
        "kubernetes-namespace": args.namespace,
        "kubernetes-service-account": args.service_account,
    }
    if args.cluster is not None:
        tags["eks-cluster-name"] = args.cluster
    return Statement(
        sid="AssumeForPods",
        principal=Principal("Service", (_SERVICE,)),
        actions=("sts:AssumeRole", "sts:TagSession"),
        resources=(),
        conditions=(
            Condition("StringEquals", "aws:SourceAccount", (account.id,)),
            *(Condition("StringEquals", f"aws:RequestTag/{tag}", (value,)) for tag, value in sorted(tags.items())),
        ),
    )


def _first(values: list[str]) -> str:
    return values[0]
