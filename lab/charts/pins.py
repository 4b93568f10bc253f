"""Which third-party charts the program asks for: it says so itself, to whoever runs `python -m components.pins`.

What is rehearsed may be another checkout's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab import program
from lab.errors import LabError

if TYPE_CHECKING:
    from pathlib import Path

# https://helm.sh/docs/topics/charts/#the-chartyaml-file; both become parts of file names and addresses.
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?")
_VERSION = re.compile(r"v?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]{1,60})?")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Pin:
    """One chart.

    Attributes:
        name: its name.
        version: its version, as the chart says it.
        source: `https://...` of a repository, or `oci://...` of the folder that has it.
        digest: SHA-256 of its archive in hexadecimal digits; None where the program pins none.
    """

    name: str
    version: str
    source: str
    digest: str | None = None

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def ask(project: Path) -> tuple[Pin, ...]:
    """The charts that the program in the folder `project` pins.

    Raises:
        LabError: it does not say, or says what is no chart.
    """
    pins = program.ask(project, "charts", Pin)
    for pin in pins:
        if not (_NAME.fullmatch(pin.name) and _VERSION.fullmatch(pin.version)):
            raise LabError(f"no name or version of a chart: {pin}", where="components/versions.py")
        if pin.digest is not None and not _DIGEST.fullmatch(pin.digest):
            raise LabError(f"{pin}: no SHA-256 of an archive: {pin.digest}", where="components/versions.py")
    if len({(pin.name, pin.version) for pin in pins}) != len(pins):
        raise LabError("two sources have a chart of one name and version", where="components/versions.py")
    return pins
