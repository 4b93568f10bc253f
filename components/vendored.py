"""Third-party charts that are kept in the project, as `charts/vendor/<name>-<version>.tgz`.

A chart of a repository is fetched once by whoever judges it and again by whoever installs it, and may differ; so the
policy pack refuses it. One that is in the project is the same for both, and its review is that of the commit that
brought it. `cartorio charts vendor` fetches them and writes down what it got (`components.locked`).
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from components import versions
from components.errors import Problem
from components.locked import LOCK, read_lock
from components.sources import VENDORED, ChartPin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def pinned_charts() -> tuple[ChartPin, ...]:
    """Every chart that `components.versions` pins, by name."""
    pins = {value for value in vars(versions).values() if isinstance(value, ChartPin)}
    return tuple(sorted(pins, key=lambda pin: (pin.name, pin.version, pin.source)))


def held(pins: Iterable[ChartPin], lock: Mapping[str, str]) -> tuple[ChartPin, ...]:
    """The same pins; one without a digest of its own has the lock's."""
    return tuple(replace(pin, digest=pin.digest or lock.get(pin.archive)) for pin in pins)


def read_vendored(root: Path, pins: Iterable[ChartPin]) -> tuple[frozenset[str], tuple[Problem, ...]]:
    """The archives of the project `root`, by file name, and what is wrong with them.

    An archive that no pin names is a problem: somebody thinks that it is installed. Every other one must have the
    digest of its pin or, where that has none, of the lock; one that neither knows could be anything.
    """
    lock = read_lock(root)
    if isinstance(lock, Problem):
        return frozenset(), (lock,)
    named = {pin.archive: pin for pin in held(pins, lock)}
    problems: list[Problem] = []
    found: set[str] = set()
    for file in sorted((root / VENDORED).glob("*.tgz")):
        pin = named.get(file.name)
        if pin is None:
            what = "is no chart that components/versions.py pins: remove it"
        else:
            what = _strange(pin, hashlib.sha256(file.read_bytes()).hexdigest())
            found.add(file.name)
        if what:
            problems.append(Problem(f"{VENDORED}/{file.name}", 0, "", what))
    return frozenset(found), tuple(problems)


def _strange(pin: ChartPin, digest: str) -> str:
    """Why an archive with this digest is not the chart of the pin; empty where it is."""
    if pin.digest == digest:
        return ""
    remedy = f"fetch it with `cartorio charts vendor {pin.name}`"
    if pin.digest is None:
        return f"has a digest in neither components/versions.py nor {LOCK}, and could be anything: {remedy}"
    return f"is not the chart that is pinned: its SHA-256 is {digest}, not {pin.digest}; {remedy}"
