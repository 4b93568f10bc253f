"""Third-party charts in the project's folder: what is there, and how one gets there."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from components.errors import Problem
from components.locked import LOCK, read_lock, render_lock
from components.sources import VENDORED, ChartPin, Sources
from components.vendored import held
from lab.charts.pins import Pin
from lab.charts.source import UnreachableError, pull
from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_SECONDS = 60.0  # a chart: somebody waits for just these


@dataclass(frozen=True)
class State:
    """A pinned chart and what the project has of it.

    Attributes:
        pin: the chart, with the digest of the lock where it has none itself.
        digest: SHA-256 of the archive in the project; None: there is none.
    """

    pin: ChartPin
    digest: str | None

    @property
    def changed(self) -> bool:
        """Whether the archive is another than the pinned one; one that nothing holds could be any."""
        return self.digest is not None and self.pin.digest != self.digest


def states(project: Path, pins: Iterable[ChartPin]) -> tuple[State, ...]:
    """What the project has of each.

    Raises:
        LabError: its lock cannot be used.
    """
    return tuple(State(pin, _digest(project / VENDORED / pin.archive)) for pin in held(pins, _lock(project)))


def vendor(
    project: Path, pins: Iterable[ChartPin], sources: Sources, helm: Path, environment: Mapping[str, str]
) -> Iterator[State]:
    """Fetch charts into the project, one after the other; each is there and in the lock whole, or as it was before.

    A chart without a digest, in its pin or in the lock, is what its source gives this time, and from then on that.

    Args:
        project: the folder of `Pulumi.yaml`.
        pins: the charts.
        sources: the mirrors to fetch them from.
        helm: the program.
        environment: its environment, which has the proxies and credentials of registries.

    Raises:
        LabError: a source does not answer, or gives something else than what is pinned or locked; the lock cannot be
            used.
    """
    lock = _lock(project)
    for pin in held(pins, lock):
        try:
            content = pull(_located(pin, sources), helm, environment, _SECONDS)
        except (UnreachableError, TimeoutError) as error:
            raise LabError(
                f"{pin.name} {pin.version} cannot be fetched: {str(error) or f'no answer within {_SECONDS:.0f} s'}",
                where=_located(pin, sources).source,
                remedy="fetch it where its source, or a mirror of the stack (`cartorio:mirrors`), can be reached",
            ) from error
        digest = hashlib.sha256(content).hexdigest()
        _put(project / VENDORED / pin.archive, content)
        lock[pin.archive] = digest
        _put(project / LOCK, render_lock(lock).encode())
        yield State(replace(pin, digest=digest), digest)


def _lock(project: Path) -> dict[str, str]:
    lock = read_lock(project)
    if isinstance(lock, Problem):
        raise LabError(lock.message, where=lock.file)
    return lock


def _put(file: Path, content: bytes) -> None:
    """The file is there whole, or as it was before."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.{os.getpid()}")
    new.write_bytes(content)
    new.replace(file)


def _located(pin: ChartPin, sources: Sources) -> Pin:
    place = sources.remote(pin)
    source = place.repository or place.reference.removesuffix(f"/{pin.name}")
    return Pin(pin.name, pin.version, source, pin.digest)


def _digest(file: Path) -> str | None:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None
