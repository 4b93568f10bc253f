"""The section about backups of what is in the cluster: its objects and, by snapshots, its volumes."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from components.sections.application import Resources
from components.sections.base import Quantities, Section, unique
from components.sections.data import LockMode
from components.values import DnsLabel

_FIELDS = 5


def cron(value: str) -> str:
    """Refuse what Kubernetes does not read as a schedule: https://en.wikipedia.org/wiki/Cron."""
    if len(value.split(" ")) != _FIELDS or re.fullmatch(r"[0-9*/, -]+", value) is None:
        raise PydanticCustomError(
            "cron", "must be five fields as in 15 3 * * *: minute, hour, day, month, weekday; in UTC", {}
        )
    return value


class Schedule(Section):
    """What is backed up when."""

    name: DnsLabel
    """Its name, with which its backups' names begin."""
    schedule: str
    """When, in UTC, as Kubernetes writes it: `15 3 * * *`."""
    namespaces: Annotated[tuple[DnsLabel, ...], Field(min_length=1)]
    """What is in these namespaces, and what of the cluster belongs to it."""
    keep_days: Annotated[int, Field(ge=2, le=3650)]
    """Days that a backup is kept."""
    volumes: bool = True
    """Whether volumes are saved too, as snapshots of EBS."""

    @field_validator("schedule")
    @classmethod
    def _schedule(cls, value: str) -> str:
        return cron(value)

    @field_validator("namespaces")
    @classmethod
    def _once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return unique(value, "namespace")


class ObjectsLock(Section):
    """How long nobody can delete or change what a backup consists of."""

    mode: LockMode
    """Who may shorten that."""
    days: Annotated[int, Field(ge=1, le=36500)]
    """Days."""


class RestoreCheck(Section):
    """A scheduled restore of a namespace's objects into an empty one in which nothing runs, checked and reported."""

    schedule: str
    """When, in UTC, as Kubernetes writes it: `30 9 * * 1`."""
    of: DnsLabel
    """Name of the schedule of which the newest backup is restored."""
    namespace: DnsLabel
    """One of its namespaces."""
    within_hours: Annotated[int, Field(ge=1, le=720)] = 26
    """Hours after which the newest backup counts as too old, and the test as failed."""

    @field_validator("schedule")
    @classmethod
    def _schedule(cls, value: str) -> str:
        return cron(value)


class Velero(Section):
    """Backups of what is in the cluster."""

    resources: Resources = Resources(
        requests=Quantities(cpu="100m", memory="256Mi"), limits=Quantities(cpu="1", memory="1Gi")
    )
    """What Velero asks for and may take."""
    schedules: Annotated[tuple[Schedule, ...], Field(min_length=1)]
    """What is backed up when."""
    lock: ObjectsLock | None = None
    """Lock of the bucket; absent: none."""
    restore_test: RestoreCheck | None = None
    """A scheduled restore; absent: none."""

    @field_validator("schedules")
    @classmethod
    def _named(cls, value: tuple[Schedule, ...]) -> tuple[Schedule, ...]:
        unique(tuple(schedule.name for schedule in value), "schedule")
        return value

    @field_validator("lock")
    @classmethod
    def _not_longer(cls, value: ObjectsLock | None, info: ValidationInfo) -> ObjectsLock | None:
        # A lock that outlives a backup keeps what Velero believes it has deleted, and what nobody restores any more.
        for schedule in info.data.get("schedules", ()):
            if value is not None and value.days > schedule.keep_days:
                raise PydanticCustomError(
                    "longer",
                    "must not be longer than any keepDays: '{name}' keeps for {days} days",
                    {"name": schedule.name, "days": schedule.keep_days},
                )
        return value

    @field_validator("restore_test")
    @classmethod
    def _of_a_schedule(cls, value: RestoreCheck | None, info: ValidationInfo) -> RestoreCheck | None:
        if value is None or "schedules" not in info.data:
            return value
        schedules = {schedule.name: schedule for schedule in info.data["schedules"]}
        if value.of not in schedules:
            raise PydanticCustomError(
                "known", "must be one of schedules ({names})", {"at": "of", "names": ", ".join(schedules)}
            )
        if value.namespace not in schedules[value.of].namespaces:
            raise PydanticCustomError(
                "known",
                "must be one of the namespaces of '{name}' ({namespaces})",
                {"at": "namespace", "name": value.of, "namespaces": ", ".join(schedules[value.of].namespaces)},
            )
        return value
