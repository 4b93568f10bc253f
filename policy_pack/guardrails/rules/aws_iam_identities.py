"""Identities: roles within bounds, and nobody with credentials that stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import NOT_LOCALLY, Example, Finding, OnUnknown, Policy, Severity
from guardrails.resources.aws_documents import Document
from guardrails.resources.aws_iam import IamRole, IdentityPolicy, PolicyAttachment, StandingIdentity
from guardrails.resources.base import Stack
from guardrails.resources.reading import Unknown
from guardrails.rules._aws import example, of, of_kind, policy_text, resource
from guardrails.rules._checks import is_given, rule
from guardrails.rules._sources import fsbp
from guardrails.rules.aws_iam_permissions import is_boundary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context

_EVERYTHING: Final = (":policy/AdministratorAccess", ":policy/PowerUserAccess", ":policy/IAMFullAccess")


def _standing(identity: StandingIdentity, _context: Context) -> tuple[Finding, ...]:
    kind = identity.declared.type.rpartition(":")[2]
    return (Finding("", f"{kind}: credentials that stay until somebody remembers them"),)


def _administrators(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    roles = list(of_kind(stack, IamRole))
    bounded = {role.address for role in roles if role.boundary.value is not None}
    names = {role.name: role.address for role in roles if isinstance(role.name, str)}
    return tuple(
        finding for one in of_kind(stack, PolicyAttachment) for finding in _attached(one, bounded, names)
    ) + tuple(finding for role in roles if role.address not in bounded for finding in _carried(role))


def _attached(one: PolicyAttachment, bounded: set[str], names: dict[str, str]) -> Iterator[Finding]:
    policy = one.policy_arn.value
    if not isinstance(policy, str) or not policy.endswith(_EVERYTHING):
        return
    to = {*one.role.addresses, names.get(str(one.role.value), "")}
    if not bounded & to:
        yield from of(
            one, [Finding("policyArn", f"gives {policy.rpartition('/')[2]} to an identity without a boundary")]
        )


def _carried(role: IamRole) -> Iterator[Finding]:
    if isinstance(role.managed, Unknown):
        return
    for policy in role.managed:
        if isinstance(policy, str) and policy.endswith(_EVERYTHING):
            yield from of(role, [Finding("managedPolicyArns", f"has {policy.rpartition('/')[2]} without a boundary")])


def _boundaries(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    boundaries = {
        policy.address
        for policy in of_kind(stack, IdentityPolicy)
        if isinstance(policy.policy, Document) and is_boundary(policy.policy)
    }
    message = "grants what is a boundary: everything that the boundary does not deny"
    return tuple(
        finding
        for one in of_kind(stack, PolicyAttachment)
        if boundaries.intersection(one.policy_arn.addresses)
        for finding in of(one, [Finding("policyArn", message)])
    )


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
        resource_types=(StandingIdentity,),
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
        remediation="Set permissionsBoundary to the stack's boundary.",
        since="0.3.0",
        rule=rule(is_given("boundary", "nothing bounds what the role may ever be given")),
        enforcement=NOT_LOCALLY,
        passing=Example(_role()),
        failing=Example(_role("")),
    ),
    Policy(
        id="aws/iam-administrator",
        title="Policies that allow everything are given only to roles with a boundary",
        severity=Severity.CRITICAL,
        rationale="AdministratorAccess without a boundary can take away every safeguard that this pack asks for.",
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
