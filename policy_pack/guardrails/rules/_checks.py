"""Rules that are data: what a property has to be, and what is wrong when it is not. Where it stands, its field knows.

`rule(is_on("validated", "whether the record is signed", "nothing shows whether somebody changed it"))`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from guardrails.model import Finding
from guardrails.resources import aws_reading as at
from guardrails.resources.reading import Unknown
from guardrails.rules._aws import given, off, on, own_key

if TYPE_CHECKING:
    from collections.abc import Collection

    from guardrails.model import Context

Check: TypeAlias = Callable[[Any], Iterator[Finding]]


def rule(*checks: Check) -> Callable[[Any, Context], tuple[Finding, ...]]:
    """A policy's rule: all that the checks find."""

    def judge(resource: at.AwsResource, _context: Context) -> tuple[Finding, ...]:
        return tuple(finding for check in checks for finding in check(resource))

    return judge


def only(kind: type[at.AwsResource], *checks: Check) -> Check:
    """Checks of one kind alone, where a rule judges several."""

    def check(resource: at.AwsResource) -> Iterator[Finding]:
        if isinstance(resource, kind):
            for each in checks:
                yield from each(resource)

    return check


def is_on(field: str, what: str, wrong: str) -> Check:
    """A switch is on.

    Args:
        field: the switch.
        what: what it decides, as in "whether the key rotates".
        wrong: what is wrong when it is off.
    """
    return lambda resource: on(getattr(resource, field), at.place(resource, field), what, wrong)


def is_off(field: str, what: str, wrong: str) -> Check:
    """A switch is off; as `is_on`."""
    return lambda resource: off(getattr(resource, field), at.place(resource, field), what, wrong)


def is_given(field: str, wrong: str) -> Check:
    """A reference is there."""
    return lambda resource: given(getattr(resource, field), at.place(resource, field), wrong)


def has_own_key(field: str, wrong: str) -> Check:
    """A key is named, and is none of AWS's own."""
    return lambda resource: own_key(getattr(resource, field), at.place(resource, field), wrong)


def is_one_of(field: str, right: Collection[str], what: str, wrong: str) -> Check:
    """A text is one of those."""

    def check(resource: at.AwsResource) -> Iterator[Finding]:
        value = getattr(resource, field)
        known = value if isinstance(value, Unknown) else value in right
        yield from on(known, at.place(resource, field), what, wrong)

    return check
