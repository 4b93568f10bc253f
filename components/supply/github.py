"""GitHub's workflows in the account: short-lived credentials for exactly one subject a role, no stored keys.

A token's `sub` says which repository and which environment, branch or event it is for. The trust compares it as a whole
(`StringEquals`): a pattern would let in branches and repositories that nobody has thought of.
https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws

from components.base import Args, Component, Text
from components.labels import PART_OF
from components.naming import physical_name
from components.policies import Condition, Effect, Principal, Statement, document
from components.sections.supply import Github, GithubAccess, GithubRole
from components.supply.registry import repository_arn
from components.values import RepositoryName

if TYPE_CHECKING:
    from components.providers import Account

_ROLE_LIMIT = 64  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_POLICY_LIMIT = 128
_ISSUER: Final = "token.actions.githubusercontent.com"
_AUDIENCE: Final = "sts.amazonaws.com"

# Managed policies of AWS. SecurityAudit reads how things are set up; ReadOnlyAccess would read documents and evidence
# too, which a run that a pull request has started must not.
_MANAGED = {GithubAccess.PREVIEW: "SecurityAudit", GithubAccess.DEPLOY: "AdministratorAccess"}

# What a deployment never needs: to blind the auditors, to destroy keys and evidence, to make lasting credentials.
_FORBIDDEN = (
    "account:*",
    "cloudtrail:DeleteTrail",
    "cloudtrail:StopLogging",
    "config:DeleteConfigurationRecorder",
    "config:StopConfigurationRecorder",
    "guardduty:DeleteDetector",
    "guardduty:DisassociateFromAdministratorAccount",
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreateUser",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteUserPermissionsBoundary",
    "iam:PutGroupPolicy",
    "iam:PutUserPermissionsBoundary",
    "iam:PutUserPolicy",
    "kms:DisableKey",
    "kms:ScheduleKeyDeletion",
    "organizations:*",
    "s3:BypassGovernanceRetention",
)
# Whoever could change these could step over the boundary.
_OWN_POLICY = ("iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion")
_OWN_ROLE = (
    "iam:AttachRolePolicy",
    "iam:DeleteRolePermissionsBoundary",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
)


# What gives a role more than it has: only to roles within the boundary, and none is made outside it.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html says
# which actions know `iam:PermissionsBoundary`; the others are held to what carries the project's tag.
_RAISING = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
)
_REWRITING = ("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:UpdateAssumeRolePolicy")


def github_role_name(stack: str, role: str) -> str:
    """Physical name of a role: workflows name it, and key policies do before it exists."""
    return physical_name("cartorio", stack, role, limit=_ROLE_LIMIT)


def github_trust(provider_arn: Text, subjects: tuple[str, ...]) -> Statement:
    """What lets the runs with exactly these subjects take a role."""
    return Statement(
        sid="AssumeByGithub",
        principal=Principal("Federated", (provider_arn,)),
        actions=("sts:AssumeRoleWithWebIdentity",),
        resources=(),
        conditions=(
            Condition("StringEquals", f"{_ISSUER}:aud", (_AUDIENCE,)),
            Condition("StringEquals", f"{_ISSUER}:sub", subjects),
        ),
    )


class GithubRolesArgs(Args):
    """Whose workflows may do what.

    Attributes:
        stack: the stack's name.
        settings: the roles, and who may take them.
        secrets_key_arn: the key of the secrets in Pulumi's state.
        repositories: names of the repositories; a preview looks at the signatures of their images, a release at what
            was found in them.
    """

    stack: str
    settings: Github
    repositories: tuple[RepositoryName, ...]
    secrets_key_arn: Text


class GithubRoles(Component):
    """The account's OIDC provider for GitHub and the roles that its workflows take.

    A role that deploys administers the account within a boundary, and so does every role that it creates or gives
    anything to: `components.supply.boundary` attaches the boundary to all roles of the stack. Passing a role to a
    service knows no such condition: a role of the account that is outside the boundary has to refuse that in its trust.

    Attributes:
        boundary_arn: the boundary; None where nothing deploys.
        provider_arn: the OIDC provider.
        role_arns: by the roles' names in the settings.
    """

    TYPE = "cartorio:supply:GithubRoles"
    boundary_arn: pulumi.Output[str] | None
    provider_arn: pulumi.Output[str]
    role_arns: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: GithubRolesArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._account = account
        self._args = args
        self.provider_arn = self._oidc_provider(name)
        deploys = tuple(role for role in args.settings.roles if role.access is GithubAccess.DEPLOY)
        self.boundary_arn = self._boundary(name, deploys) if deploys else None
        self.role_arns = {role.name: self._role(name, role, self.boundary_arn) for role in args.settings.roles}
        self.register_outputs(
            {"boundaryArn": self.boundary_arn, "providerArn": self.provider_arn, "roleArns": self.role_arns}
        )

    def _oidc_provider(self, name: str) -> pulumi.Output[str]:
        if self._args.settings.provider_arn is not None:
            return pulumi.Output.from_input(self._args.settings.provider_arn)
        return aws.iam.OpenIdConnectProvider(
            f"{name}-provider", url=f"https://{_ISSUER}", client_id_lists=[_AUDIENCE], opts=self._child()
        ).arn

    def _boundary(self, name: str, roles: tuple[GithubRole, ...]) -> pulumi.Output[str]:
        # Named: it forbids changes of itself, and has no ARN before it exists.
        physical = physical_name("cartorio", self._args.stack, "deploy-boundary", limit=_POLICY_LIMIT)
        bounded = tuple(
            self._account.arn("iam", f"role/{github_role_name(self._args.stack, role.name)}") for role in roles
        )
        own = self._account.arn("iam", f"policy/{physical}")
        return aws.iam.Policy(
            f"{name}-boundary",
            name=physical,
            description="The most that a deployment may do",
            policy=document(
                Statement(sid="Most", actions=("*",), resources=("*",)),
                Statement(sid="Never", effect=Effect.DENY, actions=_FORBIDDEN, resources=("*",)),
                Statement(
                    sid="NotTheBoundary",
                    effect=Effect.DENY,
                    actions=_OWN_POLICY,
                    resources=(own,),
                ),
                Statement(
                    sid="NoRoleOutsideTheBoundary",
                    effect=Effect.DENY,
                    actions=_RAISING,
                    resources=("*",),
                    conditions=(Condition("StringNotEquals", "iam:PermissionsBoundary", (own,)),),
                ),
                Statement(
                    sid="NothingOfOthers",
                    effect=Effect.DENY,
                    actions=_REWRITING,
                    resources=("*",),
                    conditions=(Condition("StringNotEquals", "aws:ResourceTag/project", (PART_OF,)),),
                ),
                Statement(sid="NotTheRoles", effect=Effect.DENY, actions=_OWN_ROLE, resources=bounded),
            ),
            opts=self._child(),
        ).arn

    def _role(self, name: str, settings: GithubRole, boundary: pulumi.Output[str] | None) -> pulumi.Output[str]:
        role = aws.iam.Role(
            f"{name}-{settings.name}",
            name=github_role_name(self._args.stack, settings.name),
            description=f"GitHub's workflows: {settings.access}",
            assume_role_policy=document(github_trust(self.provider_arn, (settings.subject,))),
            max_session_duration=settings.session_seconds,
            permissions_boundary=boundary,
            opts=self._child(),
        )
        aws.iam.RolePolicyAttachment(
            f"{name}-{settings.name}-managed",
            role=role.name,
            policy_arn=pulumi.Output.concat(
                "arn:", self._account.partition, ":iam::aws:policy/", _MANAGED[settings.access]
            ),
            opts=self._child(),
        )
        if settings.access is GithubAccess.PREVIEW:
            aws.iam.RolePolicy(
                f"{name}-{settings.name}-state", role=role.name, policy=document(*self._looking()), opts=self._child()
            )
        return role.arn

    def _looking(self) -> tuple[Statement, ...]:
        secrets = Statement(
            sid="DecryptSecretsOfTheState",
            actions=("kms:Decrypt", "kms:DescribeKey"),
            resources=(self._args.secrets_key_arn,),
        )
        signatures = (
            # A token for the registry as a whole: what it opens, the next statement says.
            Statement(sid="SignIn", actions=("ecr:GetAuthorizationToken",), resources=("*",)),
            Statement(
                sid="ReadImages",
                actions=("ecr:BatchGetImage", "ecr:DescribeImageScanFindings", "ecr:GetDownloadUrlForLayer"),
                resources=tuple(repository_arn(self._account, name) for name in self._args.repositories),
            ),
        )
        bucket = self._args.settings.state_bucket
        if bucket is None:
            return (secrets, *signatures)
        arn = pulumi.Output.concat("arn:", self._account.partition, ":s3:::", bucket)
        return (
            secrets,
            *signatures,
            Statement(sid="ListState", actions=("s3:ListBucket",), resources=(arn,)),
            Statement(sid="ReadState", actions=("s3:GetObject",), resources=(pulumi.Output.concat(arn, "/*"),)),
        )
