"""Fetches charts from their own sources with the real helm: bounded in time and size, held to their pinned digests."""

from __future__ import annotations

import hashlib
import re
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from lab.charts import standin
from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lab.charts.pins import Pin

_PATIENCE = 10.0  # seconds a chart
_LONGEST = 16 * 1024 * 1024  # bytes
_AT_ONCE = 8
_OCI = "oci://"
# What helm says of a source that answers and does not have the chart: a wrong pin, which no stand-in may hide.
_WRONG = re.compile(r"not found in \S+ repository|: not found\b|manifest unknown|MANIFEST_UNKNOWN", re.IGNORECASE)


@dataclass(frozen=True)
class Chart:
    """A chart of the mirror.

    Attributes:
        pin: which it is.
        archive: what is served for it.
        stands_in: why that is a stand-in; empty for the source's own.
    """

    pin: Pin
    archive: bytes
    stands_in: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the archive."""
        return hashlib.sha256(self.archive).hexdigest()


_SHORT = 160  # characters


class UnreachableError(Exception):
    """The source does not answer; the text says how, in helm's words."""


def collect(
    pins: Iterable[Pin], helm: Path, environment: Mapping[str, str], *, patience: float = _PATIENCE
) -> tuple[Chart, ...]:
    """All these charts, each from its source or as a stand-in.

    Args:
        pins: the charts.
        helm: the program.
        environment: its environment, which has the proxies.
        patience: seconds for each; a source that took longer once is not asked again.

    Raises:
        LabError: a source answers, and what it has is not what is pinned.
    """
    ordered = sorted(pins, key=lambda pin: (pin.source, pin.name, pin.version))
    sources = [tuple(members) for _, members in groupby(ordered, key=lambda pin: pin.source)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = pool.map(lambda members: _of_source(members, helm, environment, patience), sources)
        return tuple(chart for charts in found for chart in charts)


def _of_source(pins: tuple[Pin, ...], helm: Path, environment: Mapping[str, str], patience: float) -> list[Chart]:
    charts: list[Chart] = []
    late = ""
    for pin in pins:
        if late:
            charts.append(Chart(pin, standin.archive(pin), late))
            continue
        try:
            charts.append(Chart(pin, pull(pin, helm, environment, patience)))
        except UnreachableError as error:
            charts.append(Chart(pin, standin.archive(pin), str(error)))
        except TimeoutError:
            late = f"{pin.source} does not answer within {patience:.0f} s"
            charts.append(Chart(pin, standin.archive(pin), late))
    return charts


def pull(pin: Pin, helm: Path, environment: Mapping[str, str], patience: float = _PATIENCE) -> bytes:
    """The archive of a chart, from its source.

    Raises:
        UnreachableError: the source does not answer.
        TimeoutError: not within `patience` seconds.
        LabError: it answers, and what it has is not what is pinned.
    """
    oci = pin.source.startswith(_OCI)
    where = [f"{pin.source.rstrip('/')}/{pin.name}"] if oci else [pin.name, f"--repo={pin.source}"]
    with tempfile.TemporaryDirectory(prefix="cartorio-chart-") as folder:
        try:
            done = subprocess.run(
                [helm, "pull", *where, f"--version={pin.version}", f"--destination={folder}"],
                check=False,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=patience,
                env=dict(environment),
            )
        except subprocess.TimeoutExpired as error:
            raise TimeoutError from error
        if done.returncode:
            said = " ".join(done.stderr.split()).removeprefix("Error: ")
            if _WRONG.search(said):
                raise LabError(f"{pin} is not at its source: {said}", where="components/versions.py")
            raise UnreachableError(_shortly(said))
        archives = [file for file in Path(folder).glob("*.tgz") if file.is_file()]
        if len(archives) != 1 or archives[0].stat().st_size > _LONGEST:
            raise LabError(f"{pin}: {pin.source} gives no chart of at most {_LONGEST >> 20} MiB")
        content = archives[0].read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if pin.digest is not None and found != pin.digest:
        raise LabError(
            f"{pin} is not what was pinned: its archive has the digest {found}, not {pin.digest}",
            where=pin.source,
            remedy="find out who changed it before you change components/versions.py or charts/vendor/lock.json",
        )
    return content


def _shortly(said: str) -> str:
    """The end of helm's message: it wraps the cause, which comes last (`dial tcp: lookup ...: no such host`)."""
    said = said.rpartition("cannot be reached: ")[2]
    return said if len(said) <= _SHORT else f"...{said[-_SHORT:]}"
