"""Identities: roles within bounds, and nobody with credentials that stay."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from guardrails.model import NOT_LOCALLY, Example, Finding, OnUnknown, Policy, Severity
from guardrails.resources.aws_documents import Document
from guardrails.resources.aws_iam import (
    IamRole,
    IdentityPolicy,
    PersonsAttachment,
    PersonsPolicy,
    PolicyAttachment,
    StandingIdentity,
)
from guardrails.resources.base import Stack
from guardrails.resources.reading import Unknown
from guardrails.rules._aws import example, given, of, of_kind, policy_text, resource
from guardrails.rules._sources import fsbp
from guardrails.rules.aws_iam_permissions import is_boundary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context

# Of AWS's own policies, those of a whole service or of all of them:
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
_OF_AWS: Final = ":iam::aws:policy/"
_EVERYTHING: Final = re.compile(r"AdministratorAccess|PowerUser|FullAccess|SecretsManagerReadWrite")


def _standing(identity: StandingIdentity | PersonsPolicy | PersonsAttachment, _context: Context) -> tuple[Finding, ...]:
    kind = identity.declared.type.rpartition(":")[2]
    return (Finding("", f"{kind}: credentials that stay until somebody remembers them"),)


def _bounded(role: IamRole, _context: Context) -> tuple[Finding, ...]:
    path = "permissionsBoundary"
    if _allows_all(role.boundary.value):
        return (Finding(path, "the boundary allows everything: it bounds nothing"),)
    return tuple(given(role.boundary, path, "nothing bounds what the role may ever be given"))


def _allows_all(policy: object) -> bool:
    return isinstance(policy, str) and _OF_AWS in policy and _EVERYTHING.search(policy) is not None


def _administrators(stack: Stack, context: Context) -> tuple[Finding, ...]:
    roles = list(of_kind(stack, IamRole))
    bounded = {role.address for role in roles if not _bounded(role, context)}
    names = {role.name: role.address for role in roles if isinstance(role.name, str)}
    return tuple(
        finding for one in of_kind(stack, PolicyAttachment) for finding in _attached(one, bounded, names)
    ) + tuple(finding for role in roles if role.address not in bounded for finding in _carried(role))


def _attached(one: PolicyAttachment, bounded: set[str], names: dict[str, str]) -> Iterator[Finding]:
    policy = one.policy_arn.value
    to = {*one.role.addresses, names.get(str(one.role.value), "")}
    if isinstance(policy, str) and _allows_all(policy) and not bounded & to:
        message = f"gives {policy.rpartition('/')[2]} to an identity without a boundary"
        yield from of(one, [Finding("policyArn", message)])


def _carried(role: IamRole) -> Iterator[Finding]:
    for policy in () if isinstance(role.managed, Unknown) else role.managed:
        if isinstance(policy, str) and _allows_all(policy):
            yield from of(role, [Finding("managedPolicyArns", f"has {policy.rpartition('/')[2]} without a boundary")])


def _boundaries(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    boundaries = [
        policy
        for policy in of_kind(stack, IdentityPolicy)
        if isinstance(policy.policy, Document) and is_boundary(policy.policy)
    ]
    message = "grants what is a boundary: everything that the boundary does not deny"
    found: list[Finding] = []
    for one in of_kind(stack, PolicyAttachment):
        if any(one.policy_arn.leads_to(policy) or _is_called(policy, one.policy_arn.value) for policy in boundaries):
            found += of(one, [Finding("policyArn", message)])
    for role in of_kind(stack, IamRole):
        given_to = role.declared.dependencies.get("managedPolicyArns", ())
        known = () if isinstance(role.managed, Unknown) else role.managed
        if any(policy.address in given_to or any(_is_called(policy, arn) for arn in known) for policy in boundaries):
            found += of(role, [Finding("managedPolicyArns", message)])
    return tuple(found)


def _is_called(policy: IdentityPolicy, arn: object) -> bool:
    """Whether an ARN is the policy's, by the name that somebody gave it."""
    return isinstance(arn, str) and isinstance(policy.name, str) and arn.endswith(f"/{policy.name}")


_TRUST: Final = policy_text(
    '{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}'
)
_BOUND: Final = "permissionsBoundary: 'arn:aws:iam::111122223333:policy/boundary', "


def _role(bound: str = _BOUND) -> str:
    return resource("aws:iam/role:Role", f"{{name: deploy, {bound}assumeRolePolicy: {_TRUST}}}", "deploy")


_ATTACHMENT: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
_GIVES: Final = resource(_ATTACHMENT, "{role: deploy, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess'}", "all")
_MOST: Final = resource(
    "aws:iam/policy:Policy",
    "{policy: "
    + policy_text(
        '{"Effect": "Allow", "Action": "*", "Resource": "*"}',
        '{"Effect": "Deny", "Action": "iam:DeleteRolePermissionsBoundary", "Resource": "*"}',
    )
    + "}",
    "boundary",
)

POLICIES: Final = (
    Policy(
        id="aws/iam-users",
        title="Nobody has credentials that stay: no users, groups, access keys or passwords",
        severity=Severity.CRITICAL,
        rationale=(
            "A key that stays is copied, committed and forgotten. People sign in through the identity centre, programs "
            "take roles: their credentials last for hours."
        ),
        resource_types=(StandingIdentity, PersonsPolicy, PersonsAttachment),
        remediation="Give whoever needs it a role: by OIDC, Pod Identity, an instance profile or the identity centre.",
        since="0.3.0",
        rule=_standing,
        controls=(fsbp("IAM.2"), fsbp("IAM.3")),
        passing=Example(_role()),
        failing=example("aws:iam/accessKey:AccessKey", "{user: ci}"),
    ),
    Policy(
        id="aws/iam-boundary",
        title="Every role has a permissions boundary",
        severity=Severity.MEDIUM,
        rationale=(
            "Whatever policy somebody later attaches to a role, the boundary says what it can never do: stop the "
            "records, delete keys, make users."
        ),
        resource_types=(IamRole,),
        remediation="Set permissionsBoundary to the stack's boundary, a policy that denies what nobody may do.",
        since="0.3.0",
        rule=_bounded,
        enforcement=NOT_LOCALLY,
        passing=Example(_role()),
        failing=Example(_role("")),
    ),
    Policy(
        id="aws/iam-administrator",
        title="AWS's own policies of whole services, or of everything, are given only to roles with a boundary",
        severity=Severity.CRITICAL,
        rationale=(
            "AdministratorAccess without a boundary can take away every safeguard that this pack asks for, and "
            "AmazonS3FullAccess is `s3:*` by another name."
        ),
        resource_types=(Stack,),
        remediation="Set a permissionsBoundary on the role in the same program, or give it a narrower policy.",
        since="0.3.0",
        rule=_administrators,
        controls=(fsbp("IAM.1"),),
        on_unknown=OnUnknown.WAIT,
        passing=Example(_role() + _GIVES),
        failing=Example(_role("") + _GIVES),
    ),
    Policy(
        id="aws/iam-boundary-attached",
        title="A boundary is attached to nobody as a policy",
        severity=Severity.CRITICAL,
        rationale="A boundary allows everything but what it denies: as a policy it grants all of that.",
        resource_types=(Stack,),
        remediation="Name it in permissionsBoundary only, and attach a policy that says what is needed.",
        since="0.3.0",
        rule=_boundaries,
        on_unknown=OnUnknown.WAIT,
        passing=Example(_MOST + _role()),
        failing=Example(_MOST + _role() + resource(_ATTACHMENT, "{role: deploy, policyArn: '${boundary}'}", "wrong")),
    ),
)
