"""What the sections of the configuration share: their base model, quantities, and two checks."""

from __future__ import annotations

from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from components.values import CpuQuantity, MemoryQuantity, memory_bytes, millicores

_T = TypeVar("_T")

# What CloudWatch Logs accepts: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]


class Section(BaseModel):
    """Base of the sections: camelCase in the file, frozen, strict, nothing unknown."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=False,
        use_attribute_docstrings=True,
    )


def unique(values: tuple[_T, ...], what: str) -> tuple[_T, ...]:
    """Return `values`, unless one of them is there twice."""
    seen: set[_T] = set()
    for value in values:
        if value in seen:
            raise PydanticCustomError("unique", "names {what} '{value}' twice", {"what": what, "value": str(value)})
        seen.add(value)
    return values


class Quantities(Section):
    """CPU and memory."""

    cpu: CpuQuantity
    """Cores or millicores."""
    memory: MemoryQuantity
    """Bytes with a binary unit."""


def within(low: Quantities, high: Quantities, low_name: str) -> None:
    """Refuse a `high` that is below `low` in CPU or memory."""
    for name, inner, outer, over in (
        ("cpu", low.cpu, high.cpu, millicores(low.cpu) > millicores(high.cpu)),
        ("memory", low.memory, high.memory, memory_bytes(low.memory) > memory_bytes(high.memory)),
    ):
        if over:
            raise PydanticCustomError(
                "within",
                "must be at least {low_name}: {name} is {outer} here and {inner} there",
                {"low_name": low_name, "name": name, "outer": outer, "inner": inner},
            )
