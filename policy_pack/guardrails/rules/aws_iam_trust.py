"""Who may take a role: named principals, and of other issuers' tokens exactly those that are meant.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html and, for GitHub's tokens,
https://docs.github.com/en/actions/concepts/security/openid-connect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Finding, OnUnknown, Policy, Severity
from guardrails.resources.aws_iam import IamRole, OidcProvider
from guardrails.resources.reading import Unknown
from guardrails.rules._aws import example, policy_text
from guardrails.rules._containers import unknown
from guardrails.rules._statements import covers, is_wild, lets_everybody_in, statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context
    from guardrails.resources.aws_documents import Statement

_PATH: Final = "assumeRolePolicy"
_ISSUED: Final = "sts:assumerolewithwebidentity"
_EXACT: Final = frozenset({"stringequals", "foranyvalue:stringequals"})
# What has to be the very one that is meant, by the last part of its condition's key.
_CLAIMS: Final = {"sub": "whose token it is", "aud": "whom it is for"}


def _principal(role: IamRole, _context: Context) -> tuple[Finding, ...]:
    members, found = statements(role.trust, _PATH)
    wide = [statement for statement in members if lets_everybody_in(statement)]
    return found + tuple(
        Finding(f"{statement.path}.Principal", f"{statement.title} lets anybody take the role") for statement in wide
    )


def _oidc(role: IamRole, _context: Context) -> tuple[Finding, ...]:
    members, found = statements(role.trust, _PATH)
    return found + tuple(finding for statement in members for finding in _claims(statement))


def _claims(statement: Statement) -> Iterator[Finding]:
    federated = any(kind == "Federated" for kind, _ in statement.principals)
    about = statement.all_but_actions or covers(statement.actions, _ISSUED)
    if not statement.allows or not federated or not about:
        return
    for claim, meaning in _CLAIMS.items():
        tests = [condition for condition in statement.conditions if condition.key.endswith(f":{claim}")]
        exact = [condition for condition in tests if condition.operator.lower() in _EXACT]
        path = f"{statement.path}.Condition"
        if not exact or len(exact) != len(tests):
            yield Finding(path, f"{statement.title} does not say exactly {meaning} ({claim})")
        elif any(is_wild(value) or "${" in value or not value for condition in exact for value in condition.values):
            yield Finding(path, f"{statement.title} has a wildcard or a variable in {claim}: it names nobody")


def _audience(provider: OidcProvider, _context: Context) -> tuple[Finding, ...]:
    if isinstance(provider.audiences, Unknown):
        return (unknown("clientIdLists", "whom the issuer's tokens are for"),)
    if not provider.audiences:
        return (Finding("clientIdLists", "tokens for anybody are taken: the issuer has no audience"),)
    if isinstance(provider.url, str) and provider.url.startswith("http:"):
        return (Finding("url", "the issuer's keys are read without TLS"),)
    return ()


_ROLE: Final = "aws:iam/role:Role"
_BOUNDARY: Final = "permissionsBoundary: 'arn:aws:iam::111122223333:policy/boundary'"
_ISSUER: Final = "token.actions.githubusercontent.com"


def _trust(principal: str, action: str, condition: str = "{}") -> str:
    who = f'"Sid": "Assume", "Effect": "Allow", "Principal": {principal}'
    statement = f'{{{who}, "Action": "{action}", "Condition": {condition}}}'
    return f"{{{_BOUNDARY}, assumeRolePolicy: {policy_text(statement)}}}"


def _github(operator: str, subject: str) -> str:
    principal = f'{{"Federated": "arn:aws:iam::111122223333:oidc-provider/{_ISSUER}"}}'
    condition = (
        f'{{"StringEquals": {{"{_ISSUER}:aud": "sts.amazonaws.com"}}, "{operator}": {{"{_ISSUER}:sub": "{subject}"}}}}'
    )
    if operator == "StringEquals":
        condition = f'{{"StringEquals": {{"{_ISSUER}:aud": "sts.amazonaws.com", "{_ISSUER}:sub": "{subject}"}}}}'
    return _trust(principal, "sts:AssumeRoleWithWebIdentity", condition)


_PROVIDER: Final = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"

POLICIES: Final = (
    Policy(
        id="aws/iam-trust-principal",
        title="No role can be taken by anybody",
        severity=Severity.CRITICAL,
        rationale="A role that trusts `*` belongs to every account of AWS: its permissions are public.",
        resource_types=(IamRole,),
        remediation="Name the service or the role that takes it, or tie `*` to the organisation by aws:PrincipalOrgID.",
        since="0.3.0",
        rule=_principal,
        on_unknown=OnUnknown.WAIT,
        passing=example(_ROLE, _trust('{"Service": "ec2.amazonaws.com"}', "sts:AssumeRole")),
        failing=example(_ROLE, _trust('{"AWS": "*"}', "sts:AssumeRole")),
    ),
    Policy(
        id="aws/iam-oidc-trust",
        title="Tokens of other issuers open a role only for the exact subject and audience",
        severity=Severity.CRITICAL,
        rationale=(
            "An issuer such as GitHub signs tokens for everybody. Without the exact subject, any repository, or any "
            "branch of ours that somebody may push to, deploys to production."
        ),
        resource_types=(IamRole,),
        remediation=(
            "Compare <issuer>:sub and <issuer>:aud with StringEquals and whole values, as "
            "repo:organisation/repository:environment:producao."
        ),
        since="0.3.0",
        rule=_oidc,
        on_unknown=OnUnknown.WAIT,
        passing=example(_ROLE, _github("StringEquals", "repo:cartorio-digital/cartorio:environment:producao")),
        failing=example(_ROLE, _github("StringLike", "repo:cartorio-digital/*")),
    ),
    Policy(
        id="aws/iam-oidc-audience",
        title="An issuer of tokens has an audience, and its keys are read over TLS",
        severity=Severity.HIGH,
        rationale="Without an audience, a token that somebody got for another service opens roles here.",
        resource_types=(OidcProvider,),
        remediation="Set clientIdLists to the audience that the tokens are asked for, as sts.amazonaws.com.",
        since="0.3.0",
        rule=_audience,
        on_unknown=OnUnknown.WAIT,
        passing=example(_PROVIDER, f"{{url: 'https://{_ISSUER}', clientIdLists: [sts.amazonaws.com]}}"),
        failing=example(_PROVIDER, f"{{url: 'https://{_ISSUER}', clientIdLists: []}}"),
    ),
)
