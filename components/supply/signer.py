"""The role that signs releases: it may use the signing key, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_aws as aws

from components.base import Args, Component, Text
from components.naming import physical_name
from components.policies import Condition, Principal, Statement, document
from components.values import PrincipalArn

if TYPE_CHECKING:
    import pulumi

    from components.providers import Account

_ROLE_LIMIT = 64  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_SESSION_SECONDS = 3600


def signer_role_name(stack: str) -> str:
    """Physical name of the role. The key's policy names it before it exists, and CI assumes it by name."""
    return physical_name("cartorio", stack, "release-signer", limit=_ROLE_LIMIT)


class ReleaseSignerArgs(Args):
    """The stack's name, the key that the role may sign with, and who may take the role."""

    stack: str
    key_arn: Text
    trusted: tuple[PrincipalArn, ...] = ()


class ReleaseSigner(Component):
    """The role.

    Attributes:
        role_arn: what the release process assumes.
    """

    TYPE = "cartorio:supply:ReleaseSigner"
    role_arn: pulumi.Output[str]

    def __init__(self, name: str, args: ReleaseSignerArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        role = aws.iam.Role(
            f"{name}-role",
            name=signer_role_name(args.stack),
            description="Signs the digests of released images",
            assume_role_policy=document(_trust(args.trusted, account)),
            max_session_duration=_SESSION_SECONDS,
            opts=self._child(),
        )
        aws.iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy=document(
                Statement(
                    sid="Sign",
                    # DescribeKey and GetPublicKey: cosign looks at the key before it signs.
                    actions=("kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"),
                    resources=(args.key_arn,),
                )
            ),
            opts=self._child(),
        )
        self.role_arn = role.arn
        self.register_outputs({"roleArn": self.role_arn})


def _trust(trusted: tuple[str, ...], account: Account) -> Statement:
    return Statement(
        sid="Assume",
        principal=Principal("AWS", (account.arn("iam", "root"),)),
        actions=("sts:AssumeRole",),
        resources=(),
        conditions=(Condition("ArnEquals", "aws:PrincipalArn", trusted),) if trusted else (),
    )
