"""What the models of `trust.yaml` share: strictness, names, durations, and how our own notations become fields."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema

from guardrails.trust.errors import Malformed, quoted

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")

_DURATION_RE: Final = re.compile(r"(?P<number>[1-9][0-9]{0,5})(?P<unit>[mhd])", re.ASCII)
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}

Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=63)]


class Model(BaseModel):
    """A part of the file: frozen, strict, without settings that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True)


def parsed(parse: Callable[[str], _T]) -> PlainValidator:
    """The validator of a field that is written in a notation of ours.

    Args:
        parse: reads the notation; raises Malformed.
    """

    def validate(value: object) -> _T:
        if not isinstance(value, str):
            raise ValueError("a string is expected")  # noqa: TRY004 -- pydantic reports ValueError, not TypeError
        try:
            return parse(value)
        except Malformed as error:
            raise ValueError(str(error)) from error

    return PlainValidator(validate)


def parse_duration(text: str) -> timedelta:
    """Read `30d`, `12h` or `90m`.

    Raises:
        Malformed: anything else; a duration of nothing.
    """
    match = _DURATION_RE.fullmatch(text)
    if match is None:
        raise Malformed(f"{quoted(text)}: write a duration as 90m, 12h or 30d")
    return timedelta(**{_UNITS[match["unit"]]: int(match["number"])})


Duration = Annotated[
    timedelta, parsed(parse_duration), WithJsonSchema({"type": "string", "pattern": "^[1-9][0-9]*[mhd]$"})
]
