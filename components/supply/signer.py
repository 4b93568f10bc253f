"""The role that signs releases: it may use the signing key, and write signatures beside the images; nothing else.

What a push needs: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_aws as aws
from pydantic import ValidationInfo, field_validator

from components.base import Args, Component, Text
from components.naming import physical_name
from components.policies import Condition, Principal, Statement, document
from components.supply.github import github_trust
from components.supply.registry import repository_arn
from components.values import GithubSubject, PrincipalArn, RepositoryName

if TYPE_CHECKING:
    import pulumi

    from components.providers import Account

_ROLE_LIMIT = 64  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_SESSION_SECONDS = 3600
# cosign reads the image's manifest, and pushes what it has signed as an image of the same repository.
_PUSH = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:GetDownloadUrlForLayer",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)


def signer_role_name(stack: str) -> str:
    """Physical name of the role. The key's policy names it before it exists, and CI assumes it by name."""
    return physical_name("cartorio", stack, "release-signer", limit=_ROLE_LIMIT)


class ReleaseSignerArgs(Args):
    """The stack's name, the key that the role may sign with, and who may take the role.

    Attributes:
        stack: the stack's name.
        key_arn: the key.
        repositories: names of the repositories whose images are signed.
        trusted: principals of the account.
        github_provider_arn: the account's OIDC provider for GitHub; needed when there are `github_subjects`.
        github_subjects: workflows. With neither these nor `trusted`, the account's IAM decides.
    """

    stack: str
    key_arn: Text
    repositories: tuple[RepositoryName, ...]
    trusted: tuple[PrincipalArn, ...] = ()
    github_provider_arn: Text | None = None
    github_subjects: tuple[GithubSubject, ...] = ()

    @field_validator("github_subjects")
    @classmethod
    def _federated(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        # Without the provider nothing would be left of the restriction to these subjects.
        if value and info.data.get("github_provider_arn") is None:
            raise ValueError("github_subjects need github_provider_arn")
        return value


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
            assume_role_policy=document(*_trust(args, account)),
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
                ),
                # A token for the registry as a whole: what it opens, the next statement says.
                Statement(sid="SignIn", actions=("ecr:GetAuthorizationToken",), resources=("*",)),
                Statement(
                    sid="WriteSignatures",
                    actions=_PUSH,
                    resources=tuple(repository_arn(account, repository) for repository in args.repositories),
                ),
            ),
            opts=self._child(),
        )
        self.role_arn = role.arn
        self.register_outputs({"roleArn": self.role_arn})


def _trust(args: ReleaseSignerArgs, account: Account) -> tuple[Statement, ...]:
    federated = (
        (github_trust(args.github_provider_arn, args.github_subjects),)
        if args.github_provider_arn is not None and args.github_subjects
        else ()
    )
    if federated and not args.trusted:
        return federated
    return (
        Statement(
            sid="Assume",
            principal=Principal("AWS", (account.arn("iam", "root"),)),
            actions=("sts:AssumeRole",),
            resources=(),
            conditions=(Condition("ArnEquals", "aws:PrincipalArn", args.trusted),) if args.trusted else (),
        ),
        *federated,
    )
