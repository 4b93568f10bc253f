"""Who may do what in an EKS cluster: access entries of IAM roles, instead of the old `aws-auth` ConfigMap.

https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.base import Args, Component, Text
from components.sections.cluster import Access as Settings
from components.sections.cluster import AccessLevel

if TYPE_CHECKING:
    from components.providers import Account

# https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
_POLICIES = {
    AccessLevel.CLUSTER_ADMIN: "AmazonEKSClusterAdminPolicy",
    AccessLevel.ADMIN: "AmazonEKSAdminPolicy",
    AccessLevel.EDIT: "AmazonEKSEditPolicy",
    AccessLevel.VIEW: "AmazonEKSViewPolicy",
}


class AccessArgs(Args):
    """Who may do what in which cluster.

    Attributes:
        cluster: its name.
        roles: the settings of each role.
    """

    cluster: Text
    roles: tuple[Settings, ...]


class Access(Component):
    """An entry a role, and what it may do."""

    TYPE = "cartorio:cluster:Access"

    def __init__(self, name: str, args: AccessArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        for settings in args.roles:
            # A role's path is part of its name here: two roles may share the rest.
            child = f"{name}-{settings.role.replace('/', '-')}"
            entry = aws.eks.AccessEntry(
                child,
                cluster_name=args.cluster,
                principal_arn=account.arn("iam", f"role/{settings.role}"),
                kubernetes_groups=list(settings.groups) or None,
                type="STANDARD",
                opts=self._child(),
            )
            if settings.level is not None:
                aws.eks.AccessPolicyAssociation(
                    f"{child}-level",
                    cluster_name=args.cluster,
                    principal_arn=entry.principal_arn,
                    policy_arn=pulumi.Output.concat(
                        "arn:", account.partition, ":eks::aws:cluster-access-policy/", _POLICIES[settings.level]
                    ),
                    access_scope=aws.eks.AccessPolicyAssociationAccessScopeArgs(
                        type="namespace" if settings.namespaces else "cluster",
                        namespaces=list(settings.namespaces) or None,
                    ),
                    opts=self._child(depends_on=[entry]),
                )
        self.register_outputs({})
