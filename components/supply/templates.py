"""What repositories are like that nobody but ECR makes: for what it caches from elsewhere, and for replicas.

Without a template they would have tags that move and no key of ours:
https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html. A template with a key needs a
role that ECR takes: https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates-create.html.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws

from components.base import Args, Component, Text
from components.policies import Principal, Statement, document

if TYPE_CHECKING:
    from components.providers import Account

EVERYTHING: Final = "ROOT"
"""The prefix of a template for every repository that has none of its own."""


class Occasion(StrEnum):
    """Why ECR makes a repository."""

    CACHE = "PULL_THROUGH_CACHE"
    REPLICATION = "REPLICATION"


class RepositoryTemplatesArgs(Args):
    """What the repositories are like.

    Attributes:
        prefixes: beginnings of their names, or `EVERYTHING`.
        occasion: why they are made.
        key_arn: the key that encrypts their layers; it is of the templates' region.
        description: what they hold.
    """

    prefixes: tuple[str, ...]
    occasion: Occasion
    key_arn: Text
    description: str


class RepositoryTemplates(Component):
    """A template a prefix, and the role that ECR makes the repositories with.

    Attributes:
        role_arn: the role.
        prefixes: of the templates, known once they stand.
    """

    TYPE = "cartorio:supply:RepositoryTemplates"
    role_arn: pulumi.Output[str]
    prefixes: dict[str, pulumi.Output[str]]

    def __init__(
        self, name: str, args: RepositoryTemplatesArgs, account: Account, opts: pulumi.ResourceOptions
    ) -> None:
        super().__init__(name, opts)
        role, permissions = self._role(name, args, account)
        self.role_arn = role.arn
        self.prefixes = {
            prefix: aws.ecr.RepositoryCreationTemplate(
                f"{name}-{prefix.lower().replace('/', '-')}",
                prefix=prefix,
                applied_fors=[args.occasion.value],
                description=args.description,
                # What was looked at and signed is what a tag names for ever.
                image_tag_mutability="IMMUTABLE",
                encryption_configurations=[
                    aws.ecr.RepositoryCreationTemplateEncryptionConfigurationArgs(
                        encryption_type="KMS", kms_key=args.key_arn
                    )
                ],
                custom_role_arn=role.arn,
                opts=self._child(depends_on=[permissions]),
            ).prefix
            for prefix in args.prefixes
        }
        self.register_outputs({"roleArn": self.role_arn, "prefixes": self.prefixes})

    def _role(
        self, name: str, args: RepositoryTemplatesArgs, account: Account
    ) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        role = aws.iam.Role(
            f"{name}-role",
            description=f"ECR makes repositories: {args.description}",
            assume_role_policy=document(
                Statement(
                    sid="Assume",
                    # Only a principal of this account that may pass the role gives it to ECR.
                    principal=Principal("Service", ("ecr.amazonaws.com",)),
                    actions=("sts:AssumeRole",),
                    resources=(),
                )
            ),
            opts=self._child(),
        )
        policy = aws.iam.RolePolicy(
            f"{name}-role-policy",
            role=role.name,
            policy=document(
                Statement(
                    sid="MakeRepositories",
                    actions=("ecr:CreateRepository", "ecr:ReplicateImage", "ecr:TagResource"),
                    resources=tuple(repositories(account, prefix) for prefix in args.prefixes),
                ),
                Statement(
                    sid="Encrypt",
                    actions=("kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"),
                    resources=(args.key_arn,),
                ),
            ),
            opts=self._child(),
        )
        return role, policy


def repositories(account: Account, prefix: str) -> pulumi.Output[str]:
    """ARN pattern of the repositories of the account's region that begin with `prefix`."""
    which = "*" if prefix == EVERYTHING else f"{prefix}/*"
    return pulumi.Output.concat(
        "arn:", account.partition, f":ecr:{account.region}:", account.id, f":repository/{which}"
    )
