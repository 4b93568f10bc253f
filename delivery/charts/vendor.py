"""Third-party charts in the project's folder: what is there, and how one gets there."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.sources import VENDORED, ChartPin, Sources
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
        pin: the chart.
        digest: SHA-256 of the archive in the project; None: there is none.
    """

    pin: ChartPin
    digest: str | None

    @property
    def changed(self) -> bool:
        """Whether the archive is another than the pinned one."""
        return self.digest is not None and self.pin.digest not in {None, self.digest}


def states(project: Path, pins: Iterable[ChartPin]) -> tuple[State, ...]:
    """What the project has of each."""
    return tuple(State(pin, _digest(project / VENDORED / pin.archive)) for pin in pins)


def vendor(
    project: Path, pins: Iterable[ChartPin], sources: Sources, helm: Path, environment: Mapping[str, str]
) -> Iterator[State]:
    """Fetch charts into the project, one after the other; each is there whole, or as it was before.

    Args:
        project: the folder of `Pulumi.yaml`.
        pins: the charts.
        sources: the mirrors to fetch them from.
        helm: the program.
        environment: its environment, which has the proxies and credentials of registries.

    Raises:
        LabError: a source does not answer, or gives something else than what is pinned.
    """
    for pin in pins:
        try:
            content = pull(_located(pin, sources), helm, environment, _SECONDS)
        except (UnreachableError, TimeoutError) as error:
            raise LabError(
                f"{pin.name} {pin.version} cannot be fetched: {str(error) or f'no answer within {_SECONDS:.0f} s'}",
                where=_located(pin, sources).source,
                remedy="fetch it where its source, or a mirror of the stack (`cartorio:mirrors`), can be reached",
            ) from error
        file = project / VENDORED / pin.archive
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_name(f".{file.name}.{os.getpid()}")
        new.write_bytes(content)
        new.replace(file)
        yield State(pin, _digest(file))


def _located(pin: ChartPin, sources: Sources) -> Pin:
    place = sources.remote(pin)
    source = place.repository or place.reference.removesuffix(f"/{pin.name}")
    return Pin(pin.name, pin.version, source, pin.digest)


def _digest(file: Path) -> str | None:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None
