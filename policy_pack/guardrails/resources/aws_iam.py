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

    label: ClassVar[str] = "policies of identities (aws:iam Policy, RolePolicy)"
    types: ClassVar[tuple[str, ...]] = (
        "aws:iam/policy:Policy",
        "aws:iam/rolePolicy:RolePolicy",
    )

    name: at.Text = at.text("name")
    policy: at.Policy = at.policy("policy")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PolicyAttachment(at.AwsResource):
    """A managed policy given to an identity."""

    label: ClassVar[str] = "aws:iam RolePolicyAttachment, PolicyAttachment"
    types: ClassVar[tuple[str, ...]] = (
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:iam/policyAttachment:PolicyAttachment",
    )

    policy_arn: at.Link = at.link("policyArn")
    role: at.Link = at.link("role")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PersonsPolicy(IdentityPolicy):
    """A policy inside a user or a group."""

    label: ClassVar[str] = "aws:iam UserPolicy, GroupPolicy"
    types: ClassVar[tuple[str, ...]] = ("aws:iam/userPolicy:UserPolicy", "aws:iam/groupPolicy:GroupPolicy")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PersonsAttachment(PolicyAttachment):
    """A managed policy given to a user or a group."""

    label: ClassVar[str] = "aws:iam UserPolicyAttachment, GroupPolicyAttachment"
    types: ClassVar[tuple[str, ...]] = (
        "aws:iam/userPolicyAttachment:UserPolicyAttachment",
        "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class StandingIdentity(at.AwsResource):
    """A person or program with credentials that stay: a user, a group of users, an access key, a password."""

    label: ClassVar[str] = "aws:iam User, Group, AccessKey, UserLoginProfile and the like"
    types: ClassVar[tuple[str, ...]] = (
        "aws:iam/user:User",
        "aws:iam/group:Group",
        "aws:iam/groupMembership:GroupMembership",
        "aws:iam/userGroupMembership:UserGroupMembership",
        "aws:iam/accessKey:AccessKey",
        "aws:iam/userLoginProfile:UserLoginProfile",
        "aws:iam/serviceSpecificCredential:ServiceSpecificCredential",
        "aws:iam/sshKey:SshKey",
        "aws:iam/signingCertificate:SigningCertificate",
        "aws:iam/virtualMfaDevice:VirtualMfaDevice",
        "aws:iam/userPoliciesExclusive:UserPoliciesExclusive",
        "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive",
        "aws:iam/groupPoliciesExclusive:GroupPoliciesExclusive",
        "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive",
    )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OidcProvider(at.AwsResource):
    """An issuer of tokens that roles may trust."""

    label: ClassVar[str] = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"

    url: at.Text = at.text("url")
    audiences: at.Texts = at.texts("clientIdLists")


KINDS: Final = at.kinds(
    IamRole,
    IdentityPolicy,
    PolicyAttachment,
    PersonsPolicy,
    PersonsAttachment,
    StandingIdentity,
    OidcProvider,
)
"""What each type is read as."""
