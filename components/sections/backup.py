"""The section about backups."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from components.sections.audit import Subscription
from components.sections.base import Section, unique
from components.sections.velero import Velero
from components.values import Region

# https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html: what is moved to cold
# storage stays there for 90 days at least.
_COLD_FOR = 90
_Days = Annotated[int, Field(ge=1, le=36500)]


class BackupRule(Section):
    """One rule of the plan: how often, and for how long."""

    name: Literal["daily", "weekly", "monthly"]
    """How often."""
    schedule: str
    """When, in UTC, as AWS writes it: `cron(0 5 * * ? *)`."""
    keep_days: _Days
    """Days after which a backup is deleted."""
    cold_after_days: _Days | None = None
    """Days after which a backup moves to cold storage; 90 days before keepDays at least. Absent: never."""

    @field_validator("schedule")
    @classmethod
    def _schedule(cls, value: str) -> str:
        return schedule(value)

    @field_validator("cold_after_days")
    @classmethod
    def _cold(cls, value: int | None, info: ValidationInfo) -> int | None:
        kept = info.data.get("keep_days")
        if value is not None and kept is not None and kept < value + _COLD_FOR:
            raise PydanticCustomError(
                "cold",
                "must be at least 90 days before keepDays ({kept}): AWS bills cold storage for 90 days",
                {"kept": kept},
            )
        return value


class VaultLock(Section):
    """How long nobody can delete a backup."""

    min_days: _Days
    """Every backup is kept for this many days at least."""
    max_days: _Days
    """No backup may be asked to be kept for longer."""
    changeable_for_days: Annotated[int, Field(ge=3, le=36500)] | None = None
    """Days after which the lock itself can never be removed again (compliance); absent: it can be (governance)."""

    @field_validator("max_days")
    @classmethod
    def _ordered(cls, value: int, info: ValidationInfo) -> int:
        least = info.data.get("min_days")
        if least is not None and value < least:
            raise PydanticCustomError("ordered", "must be at least minDays ({least})", {"least": least})
        return value


class RestoreTest(Section):
    """A scheduled restore of the newest backups, which is reported and cleaned up again."""

    schedule: str
    """When, in UTC, as AWS writes it: `cron(0 5 ? * SUN *)`."""
    resource_types: Annotated[tuple[Literal["EBS", "S3"], ...], Field(min_length=1)]
    """What is restored."""
    keep_hours: Annotated[int, Field(ge=1, le=168)] = 4
    """Hours that what was restored is kept for a look at it."""

    @field_validator("schedule")
    @classmethod
    def _schedule(cls, value: str) -> str:
        return schedule(value)

    @field_validator("resource_types")
    @classmethod
    def _types(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unique(value, "type")
        return value


class Backup(Section):
    """Backups of buckets and volumes."""

    rules: Annotated[tuple[BackupRule, ...], Field(min_length=1)]
    """What the plan does."""
    lock: VaultLock | None = None
    """The lock of the vault and of its copy; absent: none."""
    copy_region: Region | None = None
    """Another region that every backup is copied to; absent: none."""
    restore_test: RestoreTest | None = None
    """A scheduled restore; absent: none."""
    subscriptions: Annotated[tuple[Subscription, ...], Field(validate_default=True)] = ()
    """Who is told how each backup, copy and restore ended; somebody, where restores are tried."""
    velero: Velero | None = None
    """Backups of what is in the cluster; absent: none."""

    @field_validator("rules")
    @classmethod
    def _rules(cls, value: tuple[BackupRule, ...]) -> tuple[BackupRule, ...]:
        unique(tuple(rule.name for rule in value), "rule")
        return value

    @field_validator("subscriptions")
    @classmethod
    def _told(cls, value: tuple[Subscription, ...], info: ValidationInfo) -> tuple[Subscription, ...]:
        unique(tuple(subscription.endpoint for subscription in value), "the endpoint")
        if not value and info.data.get("restore_test") is not None:
            raise PydanticCustomError(
                "told", "must name somebody, who is told how the restores of restoreTest ended: nobody would know", {}
            )
        return value

    @field_validator("lock")
    @classmethod
    def _lock(cls, value: VaultLock | None, info: ValidationInfo) -> VaultLock | None:
        if value is not None:
            for rule in info.data.get("rules", ()):
                if not value.min_days <= rule.keep_days <= value.max_days:
                    raise PydanticCustomError(
                        "lock",
                        "must allow the keepDays of every rule: '{name}' keeps for {days} days, a locked vault refuses"
                        " what is not within minDays and maxDays",
                        {"name": rule.name, "days": rule.keep_days},
                    )
        return value


def schedule(value: str) -> str:
    """Refuse what AWS does not read as a schedule: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html."""
    if re.fullmatch(r"cron\(([0-9*/,-]+ ){2}[0-9*?/,LW-]+ [0-9A-Z*/,-]+ [0-9A-Z*?/,L#-]+ [0-9*/,-]+\)", value) is None:
        raise PydanticCustomError(
            "schedule", "must be six fields as in cron(0 5 * * ? *): minute, hour, day, month, weekday, year", {}
        )
    day, _, weekday = value.removeprefix("cron(").split(" ")[2:5]
    if (day == "?") == (weekday == "?"):
        raise PydanticCustomError("schedule", "must have ? as its day or as its weekday, and not as both", {})
    return value


def copied_elsewhere(backup: Backup, region: str) -> Backup:
    """Refuse a copy that would be lost together with the original."""
    if backup.copy_region == region:
        raise PydanticCustomError(
            "elsewhere", "must be another region than aws.region, {region}", {"at": "copyRegion", "region": region}
        )
    return backup
