"""Third-party charts that are kept in the project, as `charts/vendor/<name>-<version>.tgz`.

A chart of a repository is fetched once by whoever judges it and again by whoever installs it, and may differ; so the
policy pack refuses it. One that is in the project is the same for both, and its review is that of the commit that
brought it. `cartorio charts vendor` fetches them.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from components import versions
from components.errors import Problem
from components.sources import VENDORED, ChartPin

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def pinned_charts() -> tuple[ChartPin, ...]:
    """Every chart that `components.versions` pins, by name."""
    pins = {value for value in vars(versions).values() if isinstance(value, ChartPin)}
    return tuple(sorted(pins, key=lambda pin: (pin.name, pin.version, pin.source)))


def read_vendored(root: Path, pins: Iterable[ChartPin]) -> tuple[frozenset[str], tuple[Problem, ...]]:
    """The archives of the project `root`, by file name, and what is wrong with them.

    An archive that no pin names is a problem: somebody thinks that it is installed. One whose pin has a digest must
    have that digest.
    """
    named = {pin.archive: pin for pin in pins}
    problems: list[Problem] = []
    found: set[str] = set()
    for file in sorted((root / VENDORED).glob("*.tgz")):
        pin = named.get(file.name)
        where = f"{VENDORED}/{file.name}"
        if pin is None:
            problems.append(Problem(where, 0, "", "is no chart that components/versions.py pins: remove it"))
            continue
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        if pin.digest is not None and digest != pin.digest:
            what = f"is not the chart that is pinned: its SHA-256 is {digest}, not {pin.digest}"
            problems.append(Problem(where, 0, "", f"{what}; fetch it anew with `cartorio charts vendor {pin.name}`"))
        found.add(file.name)
    return frozenset(found), tuple(problems)
