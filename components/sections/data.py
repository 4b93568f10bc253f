"""The section about data that outlives the platform."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from components.sections.base import Section

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html: colder classes bill at least 30 days.
_COLD_AFTER = 30


class LockMode(StrEnum):
    """Who may shorten an object's retention: GOVERNANCE, whoever has that permission; COMPLIANCE, nobody."""

    GOVERNANCE = "GOVERNANCE"
    COMPLIANCE = "COMPLIANCE"


class Evidence(Section):
    """The bucket of evidence: what must be shown to an inspector, unchanged."""

    lock_mode: LockMode
    """Who may shorten the retention of an object."""
    lock_days: Annotated[int, Field(ge=1, le=36500)]
    """Days that an object can be neither changed nor deleted."""
    cold_after_days: Annotated[int, Field(ge=_COLD_AFTER, le=36500)] = 90
    """Days after which an object moves to the cheaper class GLACIER_IR."""
    noncurrent_days: Annotated[int, Field(ge=1, le=36500)]
    """Days after which a replaced version is removed; at least lockDays."""
    force_destroy: bool = False
    """Whether destroying the stack also deletes the evidence; only where `cartorio:protect` is false."""

    @field_validator("noncurrent_days")
    @classmethod
    def _after_lock(cls, value: int, info: ValidationInfo) -> int:
        locked = info.data.get("lock_days")
        if locked is not None and value < locked:
            raise PydanticCustomError("after_lock", "must be at least lockDays ({locked})", {"locked": locked})
        return value


class Data(Section):
    """Data that outlives the platform."""

    evidence: Evidence
    """The bucket of evidence."""
