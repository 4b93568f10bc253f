"""Identities and what they may do: https://www.pulumi.com/registry/packages/aws/api-docs/iam/."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from guardrails.resources import aws_reading as at

if TYPE_CHECKING:
    from guardrails.resources.reading import Unknown


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class InlinePolicy(at.Block):
    """A policy inside a role's own declaration."""

    policy: at.Policy = at.policy("policy")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class IamRole(at.AwsResource):
    """A role: who may take it, what it carries by itself, and the most that it may ever do."""

    label: ClassVar[str] = "aws:iam/role:Role"

    name: at.Text = at.text("name")
    trust: at.Policy = at.policy("assumeRolePolicy")
    boundary: at.Link = at.link("permissionsBoundary")
    managed: at.Texts = at.texts("managedPolicyArns")
    inline: tuple[InlinePolicy, ...] | Unknown = at.blocks("inlinePolicies", InlinePolicy)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class IdentityPolicy(at.AwsResource):
    """A policy of identities, by itself or inside one."""

    label: ClassVar[str] = "policies of identities (aws:iam Policy, RolePolicy, UserPolicy, GroupPolicy)"

    policy: at.Policy = at.policy("policy")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PolicyAttachment(at.AwsResource):
    """A managed policy given to an identity."""

    label: ClassVar[str] = "aws:iam RolePolicyAttachment, UserPolicyAttachment, GroupPolicyAttachment, PolicyAttachment"

    policy_arn: at.Link = at.link("policyArn")
    role: at.Link = at.link("role")
    roles: at.Texts = at.texts("roles")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class StandingIdentity(at.AwsResource):
    """A person or program with credentials that stay: a user, a group of users, an access key, a password."""

    label: ClassVar[str] = "aws:iam User, Group, AccessKey, UserLoginProfile and what gives them policies"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OidcProvider(at.AwsResource):
    """An issuer of tokens that roles may trust."""

    label: ClassVar[str] = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"

    url: at.Text = at.text("url")
    audiences: at.Texts = at.texts("clientIdLists")


KINDS: Final[dict[str, type[at.AwsResource]]] = {
    "aws:iam/role:Role": IamRole,
    "aws:iam/policy:Policy": IdentityPolicy,
    "aws:iam/rolePolicy:RolePolicy": IdentityPolicy,
    "aws:iam/userPolicy:UserPolicy": IdentityPolicy,
    "aws:iam/groupPolicy:GroupPolicy": IdentityPolicy,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": PolicyAttachment,
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": PolicyAttachment,
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": PolicyAttachment,
    "aws:iam/policyAttachment:PolicyAttachment": PolicyAttachment,
    "aws:iam/user:User": StandingIdentity,
    "aws:iam/group:Group": StandingIdentity,
    "aws:iam/groupMembership:GroupMembership": StandingIdentity,
    "aws:iam/userGroupMembership:UserGroupMembership": StandingIdentity,
    "aws:iam/accessKey:AccessKey": StandingIdentity,
    "aws:iam/userLoginProfile:UserLoginProfile": StandingIdentity,
    "aws:iam/serviceSpecificCredential:ServiceSpecificCredential": StandingIdentity,
    "aws:iam/sshKey:SshKey": StandingIdentity,
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": OidcProvider,
}
"""What each type is."""
