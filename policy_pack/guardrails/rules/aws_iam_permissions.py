"""What identities may do: named actions on named things, and nothing by which they could give themselves more.

How permissions become others: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Finding, OnUnknown, Policy, Severity
from guardrails.resources.aws_documents import Document
from guardrails.resources.aws_iam import IamRole, IdentityPolicy
from guardrails.resources.aws_reading import documents
from guardrails.rules._aws import example, policy_text
from guardrails.rules._containers import unknown
from guardrails.rules._sources import control_tower, fsbp
from guardrails.rules._statements import covers, holds_to, insists, is_anything, is_wild, matches, names_nothing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from guardrails.model import Context
    from guardrails.resources.aws_documents import Statement

_MANAGED: Final = "aws:iam/policy:Policy"
_GUARDS_ITSELF: Final = "iam:deleterolepermissionsboundary"
_READS: Final = ("describe", "list", "get", "batchget", "lookup", "search", "view", "check", "filter")
# What reads in name, and hands out data, code or credentials.
_DATA: Final = (
    *(
        "s3:getobject",
        "s3:getobjectversion",
        "s3:getobjecttorrent",
        "secretsmanager:getsecretvalue",
        "secretsmanager:batchgetsecretvalue",
        "ssm:getparameter",
    ),
    *("ssm:getparameters", "ssm:getparametersbypath", "ssm:getparameterhistory", "kms:getparametersforimport"),
    *("dynamodb:getitem", "dynamodb:batchgetitem", "dynamodb:getrecords", "kinesis:getrecords"),
    *("lambda:getfunction", "ec2:getpassworddata", "ec2:getconsolescreenshot", "codeartifact:getauthorizationtoken"),
    *("sts:getfederationtoken", "sts:getsessiontoken", "sts:getwebidentitytoken", "redshift:getclustercredentials"),
    *("redshift:getclustercredentialswithiam", "redshift-serverless:getcredentials", "sso:getrolecredentials"),
    *("cognito-identity:getcredentialsforidentity", "cognito-identity:getopenidtokenfordeveloperidentity"),
    *("logs:getlogevents", "logs:filterlogevents", "logs:getqueryresults", "logs:getlogrecord"),
    *("ebs:getsnapshotblock", "ecr:getdownloadurlforlayer", "ecr:batchgetimage", "athena:getqueryresults"),
    *("lambda:getlayerversion", "codecommit:getblob", "codecommit:getfile", "codeartifact:getpackageversionasset"),
    *("states:getexecutionhistory", "apigateway:get", "lightsail:getinstanceaccessdetails", "sqs:receivemessage"),
)
# AWS knows no resource to name for these: https://docs.aws.amazon.com/service-authorization/latest/reference/
_WITHOUT_RESOURCE: Final = frozenset(
    {"cloudwatch:putmetricdata", "xray:puttracesegments", "xray:puttelemetryrecords", "ecr:getauthorizationtoken"}
)
_TAGS: Final = ("resourcetag/", "requesttag/")
_OWNERS: Final = frozenset({"aws:resourceaccount", "aws:resourceorgid", "kms:resourcealiases", "kms:requestalias"})
# What these services hold is data, keys or rights: every thing of a kind is as good as everything.
_HOLDERS: Final = ("s3:", "kms:", "secretsmanager:", "ssm:", "dynamodb:", "sts:", "sqs:", "sns:", "backup:")
# With any of these, whoever has it can give itself or another what it has not.
_ESCALATIONS: Final = (
    *("iam:createaccesskey", "iam:createloginprofile", "iam:updateloginprofile", "iam:createpolicyversion"),
    *("iam:setdefaultpolicyversion", "iam:attachuserpolicy", "iam:attachgrouppolicy", "iam:attachrolepolicy"),
    *("iam:putuserpolicy", "iam:putgrouppolicy", "iam:putrolepolicy", "iam:addusertogroup"),
    *("iam:updateassumerolepolicy", "iam:putrolepermissionsboundary", "iam:putuserpermissionsboundary"),
    *("iam:createservicespecificcredential", "iam:resetservicespecificcredential", "iam:uploadsshpublickey"),
    *("iam:uploadsigningcertificate", "iam:createopenidconnectprovider", "iam:createsamlprovider"),
    *("iam:addclientidtoopenidconnectprovider", "iam:updateopenidconnectproviderthumbprint", "iam:updatesamlprovider"),
    *("sso:attachmanagedpolicytopermissionset", "sso:putinlinepolicytopermissionset", "sso:createaccountassignment"),
    *("eks:createaccessentry", "eks:associateaccesspolicy"),
)
# Under a condition on the boundary that is there, these take it away all the same.
_UNBINDING: Final = ("iam:deleterolepermissionsboundary", "iam:deleteuserpermissionsboundary")
_BOUNDARY_KEY: Final = "iam:permissionsboundary"
_PASSED_TO: Final = "iam:passedtoservice"


def _over_statements(check: Callable[[Statement], Iterator[Finding]]) -> Callable[..., tuple[Finding, ...]]:
    def judge(resource: IdentityPolicy | IamRole, _context: Context) -> tuple[Finding, ...]:
        found: list[Finding] = []
        for path, document in documents(resource):
            if path == "assumeRolePolicy":
                continue
            if not isinstance(document, Document):
                found.append(unknown(path, "the policy"))
            elif resource.declared.type != _MANAGED or not is_boundary(document):
                for statement in document.allowed:
                    found.extend(check(statement))
        return tuple(found)

    return judge


def is_boundary(document: Document) -> bool:
    """Whether a policy is the most that others may have: it sees to it that nobody takes a boundary away."""
    return any(
        not statement.allows
        and _GUARDS_ITSELF in statement.actions
        and "*" in statement.resources
        and not statement.conditions
        for statement in document.statements
    )


def _whole_service(action: str) -> bool:
    service, colon, name = action.partition(":")
    return is_wild(service) or (colon != "" and is_anything(name))


def _wildcard_action(statement: Statement) -> Iterator[Finding]:
    path = f"{statement.path}.Action"
    for action in () if statement.all_but_actions else statement.actions:
        if _whole_service(action):
            yield Finding(path, f"{statement.title} allows {action!r}: every action there is")
        elif action.partition(":")[2].startswith("*"):
            yield Finding(path, f"{statement.title} allows {action!r}: whatever is called so at its end")


def _not_action(statement: Statement) -> Iterator[Finding]:
    if statement.all_but_actions:
        yield Finding(f"{statement.path}.NotAction", f"{statement.title} allows everything but what it names")
    if statement.all_but_resources:
        yield Finding(f"{statement.path}.NotResource", f"{statement.title} is about everything but what it names")


def _wildcard_resource(statement: Statement) -> Iterator[Finding]:
    if statement.all_but_actions or _names_things(statement):
        return
    everything = any(resource == "*" or is_anything(resource) for resource in statement.resources)
    every_one = any(map(names_nothing, statement.resources))
    for action in statement.actions:
        wide = everything or (every_one and action.startswith(_HOLDERS))
        if wide and not _whole_service(action) and not _reads(action):
            yield Finding(f"{statement.path}.Resource", f"{statement.title} allows {action!r} with everything there is")


def _names_things(statement: Statement) -> bool:
    return any(
        (any(part in condition.key for part in _TAGS) and insists(condition))
        or (condition.key in _OWNERS and holds_to(condition))
        for condition in statement.conditions
    )


def _reads(action: str) -> bool:
    if action in _WITHOUT_RESOURCE:
        return True
    name = action.partition(":")[2]
    return name.startswith(_READS) and not any(matches(action, data) for data in _DATA)


def _pass_role(statement: Statement) -> Iterator[Finding]:
    if statement.all_but_actions or not _covers(statement, ("iam:passrole",)):
        return
    if any(map(is_wild, statement.resources)):
        yield Finding(f"{statement.path}.Resource", f"{statement.title} lets roles be passed on that it does not name")
    if not any(condition.key == _PASSED_TO and holds_to(condition) for condition in statement.conditions):
        yield Finding(
            f"{statement.path}.Condition", f"{statement.title} does not say which service a role is passed to"
        )


def _escalation(statement: Statement) -> Iterator[Finding]:
    bounded = any(condition.key == _BOUNDARY_KEY and holds_to(condition) for condition in statement.conditions)
    if statement.all_but_actions:
        return
    for action in _covers(statement, _UNBINDING if bounded else (*_ESCALATIONS, *_UNBINDING)):
        message = f"{statement.title} allows {action!r}, by which whoever has it can have everything"
        yield Finding(f"{statement.path}.Action", message)


def _covers(statement: Statement, actions: tuple[str, ...]) -> list[str]:
    """Which of the actions it allows, other than by allowing a whole service."""
    patterns = [pattern for pattern in statement.actions if not _whole_service(pattern)]
    return [action for action in actions if covers(patterns, action)]


def _allow(action: str, resource: str = "arn:aws:s3:::deeds/*", more: str = "") -> str:
    return f'{{"Sid": "Use", "Effect": "Allow", "Action": "{action}", "Resource": "{resource}"{more}}}'


def _inline(*statements: str) -> str:
    return f"{{role: api, policy: {policy_text(*statements)}}}"


_KIND: Final = "aws:iam/rolePolicy:RolePolicy"
_GOOD: Final = example(_KIND, _inline(_allow("s3:GetObject")))
_ROLE: Final = "arn:aws:iam::111122223333:role/nodes"
_TO_EC2: Final = ', "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}'
_TYPES: Final = (IdentityPolicy, IamRole)

POLICIES: Final = (
    Policy(
        id="aws/iam-wildcard-action",
        title="No policy allows every action, or every action of a service",
        severity=Severity.HIGH,
        rationale=(
            "A wildcard grants what a service learns to do tomorrow, deletion and the handing on of permissions "
            "included. A boundary is the exception: it grants nothing, and keeps others from being given more."
        ),
        resource_types=_TYPES,
        remediation="Name the actions that are used; a prefix such as `ec2:Describe*` is fine.",
        since="0.3.0",
        rule=_over_statements(_wildcard_action),
        controls=(
            fsbp("IAM.1"),
            fsbp("IAM.21"),
            control_tower("CT.IAM.PR.3", "iam"),
            control_tower("CT.IAM.PR.5", "iam"),
        ),
        on_unknown=OnUnknown.WAIT,
        passing=_GOOD,
        failing=example(_KIND, _inline(_allow("s3:*"))),
    ),
    Policy(
        id="aws/iam-not-action",
        title="No policy allows everything but what it names",
        severity=Severity.HIGH,
        rationale="NotAction and NotResource in an Allow grant all of AWS except a list, which nobody keeps complete.",
        resource_types=_TYPES,
        remediation="Name what is allowed under Action and Resource; keep NotAction for Deny.",
        since="0.3.0",
        rule=_over_statements(_not_action),
        on_unknown=OnUnknown.WAIT,
        passing=_GOOD,
        failing=example(_KIND, _inline('{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}')),
    ),
    Policy(
        id="aws/iam-wildcard-resource",
        title="What changes, uses or hands out anything is allowed with named things only",
        severity=Severity.HIGH,
        rationale=(
            "Allowed with everything, an action reaches the evidence, the keys and the backups of others. Only what "
            "merely looks at settings may be allowed so, or what a condition ties to tagged things."
        ),
        resource_types=_TYPES,
        remediation=(
            "Name ARNs under Resource, or add a condition on aws:ResourceTag, aws:RequestTag or aws:ResourceAccount."
        ),
        since="0.3.0",
        rule=_over_statements(_wildcard_resource),
        controls=(fsbp("KMS.1"), fsbp("KMS.2")),
        on_unknown=OnUnknown.WAIT,
        passing=example(_KIND, _inline(_allow("ec2:Describe*", "*"))),
        failing=example(_KIND, _inline(_allow("kms:Decrypt", "*"))),
    ),
    Policy(
        id="aws/iam-pass-role",
        title="A role is passed on only by name, and to a named service",
        severity=Severity.CRITICAL,
        rationale=(
            "Whoever may pass any role to a service runs code there with that role's permissions: the shortest way "
            "from a foothold to the whole account."
        ),
        resource_types=_TYPES,
        remediation="Name the roles' ARNs, and the service in a condition on iam:PassedToService.",
        since="0.3.0",
        rule=_over_statements(_pass_role),
        on_unknown=OnUnknown.WAIT,
        passing=example(_KIND, _inline(_allow("iam:PassRole", _ROLE, _TO_EC2))),
        failing=example(_KIND, _inline(_allow("iam:PassRole", "arn:aws:iam::111122223333:role/*", _TO_EC2))),
    ),
    Policy(
        id="aws/iam-privilege-escalation",
        title="No policy allows giving oneself more",
        severity=Severity.CRITICAL,
        rationale=(
            "With the right to write policies, trust or credentials, every other limit is a matter of one more call. "
            "A condition on the boundary of what is written keeps it within bounds."
        ),
        resource_types=_TYPES,
        remediation="Leave it to the release process's role, or add a condition on iam:PermissionsBoundary.",
        since="0.3.0",
        rule=_over_statements(_escalation),
        on_unknown=OnUnknown.WAIT,
        passing=_GOOD,
        failing=example(_KIND, _inline(_allow("iam:PutRolePolicy", _ROLE))),
    ),
)
