"""Copies of the account's images: in a second region, and of images that other accounts may send here.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html: what was pushed before is not copied, and a
deletion is not either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.base import Args, Component
from components.policies import Principal, Statement, document
from components.supply.templates import EVERYTHING, repositories
from components.values import AccountId, Region, RepositoryName

if TYPE_CHECKING:
    from components.providers import Account


class RegistryReplicationArgs(Args):
    """What is copied where.

    Attributes:
        region: where the copies are.
        repositories: which are copied: those whose names begin so.
    """

    region: Region
    repositories: tuple[RepositoryName, ...]


class RegistryReplication(Component):
    """The one rule of the registry. What the copies are like, a template of the other region says: it is made first.

    Attributes:
        registry: the registry that copies, which is the account.
    """

    TYPE = "cartorio:supply:RegistryReplication"
    registry: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: RegistryReplicationArgs,
        account: Account,
        after: tuple[pulumi.Resource, ...],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__(name, opts)
        rule = aws.ecr.ReplicationConfigurationReplicationConfigurationRuleArgs(
            destinations=[
                aws.ecr.ReplicationConfigurationReplicationConfigurationRuleDestinationArgs(
                    region=args.region, registry_id=account.id
                )
            ],
            repository_filters=[
                aws.ecr.ReplicationConfigurationReplicationConfigurationRuleRepositoryFilterArgs(
                    filter=repository, filter_type="PREFIX_MATCH"
                )
                for repository in args.repositories
            ],
        )
        self.registry = aws.ecr.ReplicationConfiguration(
            f"{name}-rule",
            replication_configuration=aws.ecr.ReplicationConfigurationReplicationConfigurationArgs(rules=[rule]),
            opts=self._child(depends_on=after),
        ).registry_id
        self.register_outputs({"registry": self.registry})


class RegistryAccessArgs(Args):
    """Who may send images.

    Attributes:
        accounts: of which the registries may copy images here.
    """

    accounts: tuple[AccountId, ...]


class RegistryAccess(Component):
    """The registry's policy: other accounts may replicate into it, and nothing else.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions-create-replication.html

    Attributes:
        registry: the registry, which is the account.
    """

    TYPE = "cartorio:supply:RegistryAccess"
    registry: pulumi.Output[str]

    def __init__(self, name: str, args: RegistryAccessArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        senders = tuple(pulumi.Output.concat("arn:", account.partition, f":iam::{one}:root") for one in args.accounts)
        self.registry = aws.ecr.RegistryPolicy(
            f"{name}-policy",
            policy=document(
                Statement(
                    sid="ReplicateFromOtherAccounts",
                    principal=Principal("AWS", senders),
                    actions=("ecr:CreateRepository", "ecr:ReplicateImage"),
                    resources=(repositories(account, EVERYTHING),),
                )
            ),
            opts=self._child(),
        ).registry_id
        self.register_outputs({"registry": self.registry})
