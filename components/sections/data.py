"""The section about data that outlives the platform."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from components.sections.base import Section
from components.values import Region

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


class Documents(Section):
    """The bucket of documents: what the notary's clients hand in and get back."""

    cold_after_days: Annotated[int, Field(ge=_COLD_AFTER, le=36500)] = 90
    """Days after which a document moves to the cheaper class GLACIER_IR."""
    noncurrent_days: Annotated[int, Field(ge=1, le=36500)] = 365
    """Days after which a replaced or deleted version is removed."""
    force_destroy: bool = False
    """Whether destroying the stack also deletes the documents; only where `cartorio:protect` is false."""


class Replication(Section):
    """A second copy of every object, in another region."""

    region: Region
    """Where the copies are; another region than the stack's."""
    within_fifteen_minutes: bool = True
    """Whether S3 promises the copy within 15 minutes and measures it, which costs extra."""


class Data(Section):
    """Data that outlives the platform."""

    evidence: Evidence
    """The bucket of evidence."""
    documents: Documents | None = None
    """The bucket of documents; absent: none."""
    replication: Replication | None = None
    """A second copy of both buckets; absent: none."""


def replicated_elsewhere(data: Data, region: str) -> Data:
    """Refuse a copy that would be lost together with the original."""
    if data.replication is not None and data.replication.region == region:
        raise PydanticCustomError(
            "elsewhere",
            "must be another region than aws.region, {region}",
            {"at": "replication.region", "region": region},
        )
    return data


def undeletable(data: Data) -> Data:
    """Refuse a bucket that goes with its objects, in a stack that protects what it holds."""
    for name, bucket in (("evidence", data.evidence), ("documents", data.documents)):
        if bucket is not None and bucket.force_destroy:
            raise PydanticCustomError(
                "protect", "must be false while cartorio:protect is true", {"at": f"{name}.forceDestroy"}
            )
    return data
