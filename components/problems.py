"""Turns what pydantic found into sentences that a person can act on."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from components.stackfile import Step

_LONGEST_VALUE = 80


@dataclass(frozen=True)
class Finding:
    """One thing wrong, at a path inside what was validated."""

    path: tuple[Step, ...]
    message: str


def findings(error: ValidationError, model: type[BaseModel]) -> tuple[Finding, ...]:
    """Everything that `error` says about a value that should have been a `model`."""
    details = error.errors(include_url=False)
    paths = [detail["loc"] for detail in details]
    return tuple(_finding(detail, model) for detail in details if not _echo(detail, paths))


def dotted(path: Iterable[Step]) -> str:
    """Write a path as people do: `namespaces[0].quota.pods`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text


def suggestion(unknown: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` when one of `known` is close to `unknown`, else what there is to choose from."""
    names = sorted(known)
    close = difflib.get_close_matches(unknown, names, n=1)
    return f"; did you mean '{close[0]}'?" if close else f"; there are {', '.join(names)}"


def _echo(detail: ErrorDetails, paths: list[tuple[Step, ...]]) -> bool:
    """Whether a list is only called too short because its items are wrong, which is said already."""
    path = detail["loc"]
    return detail["type"] == "too_short" and any(
        len(other) > len(path) and other[: len(path)] == path for other in paths
    )


def _finding(detail: ErrorDetails, model: type[BaseModel]) -> Finding:
    path = tuple(detail["loc"])
    context = detail.get("ctx", {})
    if context.get("at"):
        # A check across sections knows better than pydantic which setting has to change.
        path += tuple(int(step) if step.isdecimal() else step for step in str(context["at"]).split("."))
    return Finding(path, _message(detail, path, model))


def _message(detail: ErrorDetails, path: tuple[Step, ...], model: type[BaseModel]) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return "is required"
    if kind == "extra_forbidden":
        return "is not a setting" + suggestion(str(path[-1]), _names_at(model, path[:-1]))
    if kind == "too_short":
        return f"must have at least {context['min_length']} of them"
    text = detail["msg"].replace("Input should be", "must be")
    text = text[0].lower() + text[1:]
    value = detail.get("input")
    if isinstance(value, str | int | float | bool):
        shown = repr(value)
        text += f"; it is {shown if len(shown) <= _LONGEST_VALUE else shown[:_LONGEST_VALUE] + '...'}"
    return text


def _names_at(model: type[BaseModel], path: tuple[Step, ...]) -> tuple[str, ...]:
    """The settings that a section has: `path` leads to it from `model`."""
    current = model
    for step in path:
        if isinstance(step, int):
            continue
        field = next(field for name, field in current.model_fields.items() if step in (field.alias, name))
        inner = section_of(field.annotation)
        if inner is None:
            return ()
        current = inner
    return tuple(field.alias or name for name, field in current.model_fields.items())


def section_of(annotation: object) -> type[BaseModel] | None:
    """The model in an annotation such as `Section`, `Section | None`, `tuple[Section, ...]`; None for a plain value."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        found = section_of(argument)
        if found is not None:
            return found
    return None
