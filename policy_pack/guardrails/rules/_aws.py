"""What rules about AWS share: switches that have to be on, references that have to be there, resources of a stack."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from guardrails.model import Example, Finding
from guardrails.resources.reading import Unknown
from guardrails.rules._containers import unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from guardrails.resources.aws_reading import AwsResource, Flag, Link
    from guardrails.resources.base import Stack

# https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk
_OF_AWS: Final = re.compile(r"(?:^|[:/])alias/aws/", re.IGNORECASE)


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


def own_key(link: Link, path: str, wrong: str) -> Iterator[Finding]:
    """A finding unless a key is named, and is none of those that AWS has for everybody's use (`alias/aws/s3`)."""
    yield from given(link, path, wrong)
    if isinstance(link.value, str) and _OF_AWS.search(link.value):
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
