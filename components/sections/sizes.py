"""The section about the sizes of controllers that come by third-party charts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from components.sections.application import Resources
from components.sections.base import Section
from components.sizing import PLACES
from components.values import DnsLabel


class Size(Section):
    """How many pods a controller has, and how large they are, where it is not as the program has it."""

    chart: DnsLabel
    """The chart that brings it, such as `karpenter`; the error about another one lists those that have sizes here."""
    part: DnsLabel | None = None
    """Which of the chart's controllers, such as `webhook`; absent: each of them."""
    replicas: Annotated[int, Field(ge=1, le=20)] | None = None
    """Pods; absent: as many as ever. Where another section says how many, it alone does."""
    resources: Annotated[Resources | None, Field(validate_default=True)] = None
    """What each pod asks for and may take; absent: as ever."""

    @field_validator("chart")
    @classmethod
    def _sized(cls, value: str) -> str:
        if value not in PLACES:
            raise PydanticCustomError("chart", "must be one of {charts}", {"charts": ", ".join(sorted(PLACES))})
        return value

    @field_validator("part")
    @classmethod
    def _known(cls, value: str | None, info: ValidationInfo) -> str | None:
        parts = PLACES.get(info.data.get("chart", ""), {})
        if value is not None and parts and value not in parts:
            raise PydanticCustomError("part", "must be one of {parts}", {"parts": ", ".join(sorted(parts))})
        return value

    @field_validator("replicas")
    @classmethod
    def _counted(cls, value: int | None, info: ValidationInfo) -> int | None:
        chart, part = info.data.get("chart"), info.data.get("part")
        if value is None or chart is None or "part" not in info.data:
            return value
        if not any(place.replicas for name, place in PLACES[chart].items() if part in {None, name}):
            raise PydanticCustomError(
                "counted", "must be left out: another section says how many there are, or there is one", {}
            )
        return value

    @field_validator("resources")
    @classmethod
    def _something(cls, value: Resources | None, info: ValidationInfo) -> Resources | None:
        if value is None and info.data.get("replicas", 0) is None:
            raise PydanticCustomError("something", "must be there where replicas is not: nothing would be sized", {})
        return value
