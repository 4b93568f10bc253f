"""Label selectors, and whether they select: as the API server evaluates them.

Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from guardrails.resources import reading
from guardrails.resources.reading import UNKNOWN, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement of a selector: `key In (a, b)`."""

    key: str
    operator: str
    values: tuple[str | Unknown, ...]


@dataclass(frozen=True, slots=True)
class Selector:
    """A label selector: every requirement has to hold, and without any it selects everything."""

    requirements: tuple[Requirement, ...]

    @property
    def everything(self) -> bool:
        """Whether it selects whatever there is."""
        return not self.requirements

    def selects(self, labels: Mapping[str, Any] | Unknown) -> bool | Unknown:
        """Whether it selects what has these labels; unknown when a value that decides is."""
        if isinstance(labels, Unknown):
            return True if self.everything else labels
        verdicts = [_holds(requirement, labels) for requirement in self.requirements]
        if False in verdicts:
            return False
        return UNKNOWN if UNKNOWN in verdicts else True


def selector(raw: Mapping[str, Any], key: str, path: str) -> Selector | Unknown | None:
    """The selector at a key; None when absent.

    Raises:
        MalformedError: a property has another type than the API allows.
    """
    if raw.get(key) is None:
        return None
    found = reading.mapping(raw, key, path)
    if isinstance(found, Unknown):
        return found
    at = reading.join(path, key)
    labels = reading.mapping(found, "matchLabels", at)
    expressions = reading.sequence(found, "matchExpressions", at)
    if isinstance(labels, Unknown) or isinstance(expressions, Unknown):
        return reading.UNKNOWN
    where = reading.join(at, "matchLabels")
    requirements = [Requirement(name, "In", (reading.text(labels, name, where) or "",)) for name in labels]
    for index, expression in enumerate(expressions):
        where = reading.join(reading.join(at, "matchExpressions"), index)
        if isinstance(expression, Unknown):
            return expression
        one = reading.as_mapping(expression, where)
        name, operator = reading.text(one, "key", where), reading.text(one, "operator", where)
        values = reading.texts(one, "values", where)
        if isinstance(name, Unknown) or isinstance(operator, Unknown) or isinstance(values, Unknown):
            return reading.UNKNOWN
        requirements.append(Requirement(name or "", operator or "", values))
    return Selector(tuple(requirements))


def _holds(requirement: Requirement, labels: Mapping[str, Any]) -> bool | Unknown:
    value = labels.get(requirement.key)
    match requirement.operator:
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case "In":
            return _among(value, requirement.values)
        case "NotIn":
            among = _among(value, requirement.values)
            return among if isinstance(among, Unknown) else not among
        case _:
            return False  # the API server refuses such a selector


def _among(value: object, values: tuple[str | Unknown, ...]) -> bool | Unknown:
    if value is None:
        return False
    if isinstance(value, Unknown):
        return value
    if value in values:
        return True
    return UNKNOWN if any(isinstance(one, Unknown) for one in values) else False
