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
    """Who gets in.

    Attributes:
        cluster: the cluster's name.
        roles: the settings of each role.
        own: ARNs of roles that the stack itself makes, by name: EKS gives no access to a role that is not there yet.
    """

    cluster: Text
    roles: tuple[Settings, ...]
    own: tuple[tuple[str, Text], ...] = ()


class Access(Component):
    """An entry a role, and what it may do."""

    TYPE = "cartorio:cluster:Access"

    def __init__(self, name: str, args: AccessArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        own, principals = dict(args.own), list[Text]()
        for settings in args.roles:
            # A role's path is part of its name here: two roles may share the rest.
            child = f"{name}-{settings.role.replace('/', '-')}"
            entry = aws.eks.AccessEntry(
                child,
                cluster_name=args.cluster,
                principal_arn=own.get(settings.role) or account.arn("iam", f"role/{settings.role}"),
                kubernetes_groups=list(settings.groups) or None,
                type="STANDARD",
                opts=self._child(),
            )
            principals.append(entry.principal_arn)
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
        self.register_outputs({"principals": principals})
