"""What rules about policies of AWS share: whom a statement lets in, what it is about, what its conditions hold it to.

Conditions and their operators: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html.
Variables in values: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.resources.aws_documents import Document
from guardrails.resources.reading import Unknown
from guardrails.rules._containers import unknown

if TYPE_CHECKING:
    from collections.abc import Collection

    from guardrails.model import Finding
    from guardrails.resources.aws_documents import Condition, Statement
    from guardrails.resources.aws_reading import Policy

# Conditions that name callers: with a fixed value, nobody else is let in. Sources:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html (what "public" means)
# and https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
_CALLERS: Final = frozenset(
    {
        *("aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths", "aws:userid"),
        *("aws:sourcearn", "aws:sourceaccount", "aws:sourceowner", "aws:sourceorgid", "aws:sourceorgpaths"),
        *("aws:sourcevpc", "aws:sourcevpce", "kms:calleraccount", "s3:dataaccesspointarn"),
    }
)
# With `IfExists`, `Not` or `ForAllValues`, a condition also holds of calls that have no such key.
_HOLDS: Final = frozenset({"stringequals", "stringlike", "arnequals", "arnlike"})
_ANY_VALUE: Final = "foranyvalue:"
_WILD: Final = frozenset("*?")
_VARIABLE: Final = "${"
# Variables that say no more than "ours": whatever else stands there may be the caller's own choice.
_OURS: Final = frozenset({"${aws:ResourceAccount}", "${aws:ResourceOrgID}", "${aws:PrincipalAccount}"})
# Services whose ARNs begin with the name itself, not with a type.
_WITHOUT_TYPE: Final = frozenset({"s3", "sns", "sqs"})
_ACCOUNT_PART: Final = 4
_ARN_PARTS: Final = 6


def statements(policy: Policy, path: str) -> tuple[tuple[Statement, ...], tuple[Finding, ...]]:
    """The statements of a document, and what is to be said when they are not known; a problem is another rule's."""
    if isinstance(policy, Unknown):
        return (), (unknown(path, "the policy"),)
    return (policy.statements if isinstance(policy, Document) else ()), ()


def lets_everybody_in(statement: Statement) -> bool:
    """Whether a statement allows something to callers that nobody named."""
    if not statement.allows or _is_limited(statement):
        return False
    return statement.all_but_principals or any(is_wild(name) for _, name in statement.principals)


def insists(condition: Condition) -> bool:
    """Whether a condition refuses whatever has not its key."""
    return condition.operator.lower().removeprefix(_ANY_VALUE) in _HOLDS and bool(condition.values)


def holds_to(condition: Condition) -> bool:
    """Whether a condition lets only values through that it names: no wildcards but for an account's own things."""
    return insists(condition) and all(map(_names, condition.values))


def covers(patterns: Collection[str], action: str) -> bool:
    """Whether one of the patterns covers an action."""
    return any(matches(pattern, action) for pattern in patterns)


def is_wild(text: str) -> bool:
    """Whether a text has wildcards."""
    return not _WILD.isdisjoint(text)


def is_anything(text: str) -> bool:
    """Whether a pattern says nothing: it has wildcards only."""
    return bool(text) and _WILD.issuperset(text) and "*" in text


def names_nothing(resource: str) -> bool:
    """Whether a resource is every one there is, or every one of a kind: `*`, `arn:aws:s3:::*`, `...:key/*`."""
    parts = resource.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS:
        return is_wild(resource.partition("/")[0])
    steps = [step for step in parts[-1].replace(":", "/").split("/") if step]
    typed = parts[2] not in _WITHOUT_TYPE and len(steps) > 1 and not is_wild(steps[0])
    return is_wild(parts[2]) or all(map(is_anything, steps[1:] if typed else steps))


def _is_limited(statement: Statement) -> bool:
    """Whether a condition says whose calls a statement is about."""
    return any(condition.key in _CALLERS and holds_to(condition) for condition in statement.conditions)


def _names(value: str) -> bool:
    if _VARIABLE in value:
        return value in _OURS
    if not is_wild(value):
        return bool(value)
    parts = value.split(":")
    return len(parts) > _ACCOUNT_PART and parts[_ACCOUNT_PART] != "" and not is_wild(parts[_ACCOUNT_PART])


def matches(pattern: str, action: str) -> bool:
    """Whether a pattern of IAM, with `*` and `?`, covers a name; both in lower case."""
    head, *rest = pattern.split("*")
    if not rest:
        return len(pattern) == len(action) and _same(pattern, action)
    if len(action) < sum(map(len, (head, *rest))) or not _same(head, action[: len(head)]):
        return False
    at = len(head)
    *middle, tail = rest
    for part in middle:
        while at + len(part) <= len(action) and not _same(part, action[at : at + len(part)]):
            at += 1
        at += len(part)
    return at + len(tail) <= len(action) and _same(tail, action[len(action) - len(tail) :])


def _same(pattern: str, text: str) -> bool:
    return all(one in ("?", other) for one, other in zip(pattern, text, strict=True))
