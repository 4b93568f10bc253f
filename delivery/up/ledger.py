"""Who has updated what, when, by which plan: a file of JSON lines to which is only ever added.

Each line holds the SHA-256 of the one before it, so that a line that is changed, taken out or put in is noticed by
whoever reads on; that the end is cut off is noticed by whoever has kept the last digest, which each update prints. A
line is written before anything is done: what cannot be written down is not done.
"""

from __future__ import annotations

import hashlib
import os
import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from filelock import FileLock
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from lab.errors import LabError

if TYPE_CHECKING:
    from pathlib import Path

    from delivery.plan.model import Plan

SCHEMA: Final = "cartorio.ledger/v1"
_FIRST: Final = "0" * 64


class Event(StrEnum):
    """What is written down."""

    BEGUN = "begun"
    DONE = "done"
    FAILED = "failed"


class Entry(BaseModel):
    """One line.

    Attributes:
        schema_: of the line.
        at: when, UTC.
        event: what happened.
        by: who had it done.
        project: the Pulumi project.
        stack: the stack.
        digest: of the plan that was done.
        approved: somebody had approved that plan before.
        commit: of the program.
        engine: version of Pulumi's engine.
        changes: how many resources, by operation.
        destroyed: URNs of what is deleted or replaced.
        told: what went wrong, if something did.
        previous: SHA-256 of the line before.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_: str = SCHEMA
    at: AwareDatetime
    event: Event
    by: str
    project: str
    stack: str
    digest: str
    approved: bool
    commit: str
    engine: str
    changes: dict[str, int]
    destroyed: tuple[str, ...]
    told: str = ""
    previous: str


class Ledger:
    """One file; made, readable for its owner only, when the first line is written.

    Args:
        file: where.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def add(self, event: Event, plan: Plan, by: str, *, approved: bool, told: str = "") -> str:
        """Write a line, and return its SHA-256.

        Raises:
            LabError: it cannot be written, or what is there was changed.
        """
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with FileLock(f"{self._file}.lock"):
                entries = self._lines()
                entry = Entry(
                    at=datetime.now(UTC).replace(microsecond=0),
                    event=event,
                    by=by,
                    project=plan.project,
                    stack=plan.stack,
                    digest=plan.digest,
                    approved=approved,
                    commit=plan.origin.commit,
                    engine=plan.origin.engine,
                    changes={name: count for name, count in plan.counts.model_dump().items() if count},
                    destroyed=tuple(change.urn for change in plan.destructive),
                    told=told,
                    previous=_digest(entries[-1]) if entries else _FIRST,
                )
                line = entry.model_dump_json() + "\n"
                handle = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
                try:
                    os.write(handle, line.encode())
                    os.fsync(handle)
                finally:
                    os.close(handle)
        except OSError as error:
            raise LabError(
                f"the update cannot be written down, so it is not done: {error.strerror}",
                where=str(self._file),
                remedy="name another file by --ledger",
            ) from error
        return _digest(line)

    def entries(self) -> tuple[Entry, ...]:
        """Every line, oldest first.

        Raises:
            LabError: one was changed, taken out or put in.
        """
        return tuple(Entry.model_validate_json(line) for line in self._lines())

    def _lines(self) -> list[str]:
        if not self._file.is_file():
            return []
        # By this end of a line alone: texts hold others, which `splitlines` would take for one.
        lines = re.findall(r"[^\n]*\n|[^\n]+", self._file.read_text("utf-8"))
        previous = _FIRST
        for number, line in enumerate(lines, 1):
            if not line.endswith("\n") or _previous(line) != previous:
                raise LabError(
                    f"line {number} of the ledger does not follow from the one before it",
                    where=str(self._file),
                    remedy="find out who changed it; keep it, and name a new file by --ledger",
                )
            previous = _digest(line)
        return lines


def _previous(line: str) -> str | None:
    try:
        return Entry.model_validate_json(line).previous
    except ValidationError:
        return None


def _digest(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()
