"""Conditions on what an attestation says: a field, and what it has to be.

A field is a path into the facts of an attestation (`predicates.facts`): names of ours that mean the same in every
version of a predicate (`builder`, `source`, `critical`), or the raw predicate under `predicate`. `[*]` stands for
every entry of a list, `["a.b"]` for a key that is not a plain word. A condition holds if the field has values, in every
entry that `[*]` stands for, and all of them fit: what is missing, or too much to look at, never satisfies anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Self

from pydantic import Field, WithJsonSchema, model_validator

from guardrails.trust._models import Model, parsed
from guardrails.trust.anchored import AnchoredPattern
from guardrails.trust.errors import Malformed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_STEP_RE: Final = re.compile(
    r'(?:^|\.)(?P<word>[A-Za-z0-9_-]+)|\["(?P<key>[^"\\\[\]]+)"\]|\[(?P<index>[0-9]{1,4})\]|\[(?P<every>\*)\]', re.ASCII
)
_EVERY: Final = None
_MOST_VALUES: Final = 10_000
_STRING_SCHEMA: Final = WithJsonSchema({"type": "string"})

Scalar = str | bool | int | float


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A parsed path: names, positions, and None for every entry of a list."""

    text: str
    steps: tuple[str | int | None, ...]

    @classmethod
    def parse(cls, text: str) -> FieldPath:
        """Read a path such as `parameters["build.args"][0].name`.

        Raises:
            Malformed: it is not one.
        """
        steps: list[str | int | None] = []
        position = 0
        while position < len(text):
            match = _STEP_RE.match(text, position)
            if match is None or (match["word"] and bool(position) is not match[0].startswith(".")):
                break
            if match["every"]:
                steps.append(_EVERY)
            else:
                steps.append(int(match["index"]) if match["index"] else match["word"] or match["key"])
            position = match.end()
        if position != len(text) or not steps or not isinstance(steps[0], str):
            raise Malformed(f'{quoted(text)}: write a field as name.name, name[0], name[*] or name["a key"]')
        return cls(text, tuple(steps))

    def values(self, document: object) -> tuple[object, ...]:
        """All that the path leads to.

        Raises:
            Malformed: it leads nowhere, if only from one entry of a list; or to more than is looked at.
        """
        found: list[object] = [document]
        for step in self.steps:
            found = [value for parent in found for value in self._follow(parent, step)]
            if len(found) > _MOST_VALUES:
                raise Malformed(f"{self} has more than the {_MOST_VALUES} values that are looked at")
        if not found:
            raise Malformed(f"{self} is not there")
        return tuple(found)

    def _follow(self, parent: Any, step: str | int | None) -> Iterable[object]:  # noqa: ANN401 -- any JSON value
        if step is _EVERY and isinstance(parent, list | tuple):
            return parent
        if isinstance(step, str) and isinstance(parent, dict) and step in parent:
            return (parent[step],)
        if isinstance(step, int) and isinstance(parent, list | tuple) and step < len(parent):
            return (parent[step],)
        raise Malformed(f"{self} is not there" + (", not everywhere" if _EVERY in self.steps else ""))

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A field of another attestation of the same image: `<name of its requirement>.<field>`."""

    attestation: str
    field: FieldPath

    @classmethod
    def parse(cls, text: str) -> Elsewhere:
        """Read `sbom.id`.

        Raises:
            Malformed: no name and field.
        """
        name, dot, rest = text.partition(".")
        if not dot or not name:
            raise Malformed(f"{quoted(text)}: write <attestation>.<field>, for example sbom.id")
        return cls(name, FieldPath.parse(rest))

    def __str__(self) -> str:
        return f"{self.attestation}.{self.field}"


class Condition(Model):
    """What one field has to be; exactly one of the comparisons is given, or both bounds.

    Attributes:
        field: where to look in the attestation.
        equals: the value, of the same type: true is not 1.
        one_of: the values that are accepted.
        matches: an anchored regular expression; the value has to be a string.
        at_least: the smallest number.
        at_most: the largest number.
        same_as: a field of another attestation that the rule asks for, which has to hold one and the same value.
    """

    field: Annotated[FieldPath, parsed(FieldPath.parse), _STRING_SCHEMA]
    equals: Scalar | None = None
    one_of: Annotated[tuple[Scalar, ...], Field(max_length=256, strict=False)] = ()
    matches: Annotated[AnchoredPattern, parsed(AnchoredPattern.parse), _STRING_SCHEMA] | None = None
    at_least: int | float | None = None
    at_most: int | float | None = None
    same_as: Annotated[Elsewhere, parsed(Elsewhere.parse), _STRING_SCHEMA] | None = None

    @model_validator(mode="after")
    def _one_comparison(self) -> Self:
        bounds = self.at_least is not None or self.at_most is not None
        given = (self.equals is not None, bool(self.one_of), self.matches is not None, bounds, self.same_as is not None)
        if sum(given) != 1:
            raise ValueError("give exactly one of equals, one_of, matches, same_as, or at_least and at_most")
        return self

    def fault(self, facts: Mapping[str, object]) -> str | None:
        """Say why an attestation's facts don't meet this condition; None if they do. `same_as` is `attestations`'."""
        try:
            values = self.field.values(facts)
        except Malformed as error:
            return str(error)
        for value in values:
            if not self._fits(value):
                return f"{self.field} is {quoted(_shown(value))}, not {self._wanted()}"
        return None

    def _fits(self, value: object) -> bool:
        if self.equals is not None:
            return _same(value, self.equals)
        if self.one_of:
            return any(_same(value, accepted) for accepted in self.one_of)
        if self.matches is not None:
            return isinstance(value, str) and self.matches.matches(value)
        if self.same_as is not None:
            return isinstance(value, str | int | float)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)

    def _wanted(self) -> str:
        if self.equals is not None:
            return quoted(_shown(self.equals))
        if self.one_of:
            return "one of " + ", ".join(quoted(_shown(value)) for value in self.one_of)
        if self.matches is not None:
            return f"what matches {self.matches}"
        if self.same_as is not None:
            return "a single plain value"
        bounds = (("at least", self.at_least), ("at most", self.at_most))
        return " and ".join(f"{name} {bound}" for name, bound in bounds if bound is not None)


def _same(value: object, wanted: Scalar) -> bool:
    return value == wanted and isinstance(value, bool) is isinstance(wanted, bool)


def _shown(value: object) -> str:
    return value if isinstance(value, str) else type(value).__name__ if isinstance(value, dict | list) else repr(value)
