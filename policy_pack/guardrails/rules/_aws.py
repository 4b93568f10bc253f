"""What rules about AWS share: switches that have to be on, and who a policy's statement lets in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from guardrails.model import Example, Finding
from guardrails.resources.aws_documents import Document
from guardrails.resources.reading import Unknown
from guardrails.rules._containers import unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from guardrails.resources.aws_documents import Statement
    from guardrails.resources.aws_reading import AwsResource, Flag, Link, Policy
    from guardrails.resources.base import Stack

_EVERYBODY: Final = frozenset({("*", "*"), ("AWS", "*")})
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
_SAYS_WHO: Final = frozenset({"stringequals", "stringlike", "arnequals", "arnlike"})
_ANY_VALUE: Final = "foranyvalue:"
_ACCOUNT_PART: Final = 4


def on(value: Flag, path: str, what: str, wrong: str) -> Iterator[Finding]:
    """A finding unless the switch is on.

    Args:
        value: the switch.
        path: its property.
        what: what it decides, as in "whether the key rotates".
        wrong: what is wrong when it is off.
    """
    if isinstance(value, Unknown):
        yield unknown(path, what)
    elif not value:
        yield Finding(path, wrong)


def off(value: Flag, path: str, what: str, wrong: str) -> Iterator[Finding]:
    """A finding unless the switch is off; as `on`."""
    return on(value if isinstance(value, Unknown) else not value, path, what, wrong)


def given(link: Link, path: str, wrong: str) -> Iterator[Finding]:
    """A finding unless a reference is there; one that is not known yet is."""
    if link.value is None or link.value == "":
        yield Finding(path, wrong)


def of(resource: AwsResource, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings of a rule across resources, about one of them."""
    for one in findings:
        yield Finding(one.path, one.message, one.remedy, one.unknown, resource.address, resource.title)


def of_kind(stack: Stack, *kinds: type[Any]) -> Iterator[Any]:
    """The stack's resources of these kinds."""
    return (resource for resource in stack.resources if isinstance(resource, kinds))


def each_with(
    stack: Stack, owner: type[Any], other: type[Any], link: str, *names: str
) -> Iterator[tuple[Any, list[Any]]]:
    """Each resource of a kind, with those of another kind that name it.

    Args:
        stack: the stack.
        owner: whose it is.
        other: what names it.
        link: the other's field that does.
        names: the owner's fields by which it is named.
    """
    others = list(of_kind(stack, other))
    for one in of_kind(stack, owner):
        known = [getattr(one, name) for name in names]
        yield one, [each for each in others if getattr(each, link).leads_to(one, *known)]


def lacking(stack: Stack, owner: type[Any], other: type[Any], link: str, names: str, wrong: str) -> Iterator[Finding]:
    """A finding for each resource of a kind that nothing of another kind names; as `each_with`."""
    for one, mine in each_with(stack, owner, other, link, names):
        if not mine:
            yield from of(one, [Finding("", wrong)])


def statements(policy: Policy, path: str) -> tuple[tuple[Statement, ...], tuple[Finding, ...]]:
    """The statements of a document, and what is to be said when they are not known; a problem is another rule's."""
    if isinstance(policy, Unknown):
        return (), (unknown(path, "the policy"),)
    return (policy.statements if isinstance(policy, Document) else ()), ()


def lets_everybody_in(statement: Statement) -> bool:
    """Whether a statement allows something to callers that nobody named."""
    if not statement.allows or statement_is_limited(statement):
        return False
    return statement.all_but_principals or not _EVERYBODY.isdisjoint(statement.principals)


def statement_is_limited(statement: Statement) -> bool:
    """Whether a condition says whose calls a statement is about."""
    return any(
        condition.key in _CALLERS
        and condition.operator.lower().removeprefix(_ANY_VALUE) in _SAYS_WHO
        and condition.values
        and all(_fixed(value) for value in condition.values)
        for condition in statement.conditions
    )


def _fixed(value: str) -> bool:
    if not set("*?") & set(value):
        return bool(value)
    parts = value.split(":")
    return len(parts) > _ACCOUNT_PART and parts[_ACCOUNT_PART] != "" and not set("*?") & set(parts[_ACCOUNT_PART])


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


def example(kind: str, properties: str, name: str = "example") -> Example:
    """An example: one resource, its properties in YAML's short form."""
    return Example(resource(kind, properties, name))


def resource(kind: str, properties: str, name: str = "example", *, protect: bool = False) -> str:
    """The text of one resource of an example."""
    protected = "protect: true\n" if protect else ""
    return f"---\ntype: {kind}\nname: {name}\n{protected}properties: {properties}\n"


def varied(settings: Mapping[str, str], **changes: str) -> str:
    """The text of an example's properties: those that are right, some changed, or left out by an empty text."""
    return "{" + ", ".join(f"{key}: {value}" for key, value in {**settings, **changes}.items() if value) + "}"


def policy_text(*members: str) -> str:
    """A policy document as YAML text of a property."""
    return "'" + '{"Version": "2012-10-17", "Statement": [' + ", ".join(members) + "]}'"
