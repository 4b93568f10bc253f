"""An update with the time that each of its steps took, from the engine's event log.

The log's own time stamps are whole seconds, so each line is stamped when it is written. Only URNs are kept: raw events
can hold secrets, and the file is in a folder that nobody else can read.
Format: see `lab.engine.events`; `resourcePreEvent` begins a step, `resOutputsEvent` ends it.
"""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from io import TextIOWrapper
    from pathlib import Path

    from lab.engine.engine import Engine

_LOOK_SECONDS = 0.02
_DONE_NOTHING = frozenset({"same", "read"})


@dataclass(frozen=True)
class Update:
    """What an update took.

    Attributes:
        total: seconds from its start to its end.
        seconds: of each step, by URN.
    """

    total: float
    seconds: Mapping[str, float]


def up(engine: Engine, stack: str, folder: Path) -> Update:
    """Bring `stack` up and time its steps.

    Args:
        engine: knows the stack.
        stack: the stack.
        folder: for the log; nobody else can read it.

    Raises:
        LabError: it failed.
    """
    log, output = folder / "events.jsonl", folder / "up.txt"
    log.touch(mode=0o600)
    command = ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "--color", "never"]
    start = time.perf_counter()
    with output.open("w", encoding="utf-8") as said, log.open(encoding="utf-8") as stream:
        child = subprocess.Popen(
            [*command, "--stack", stack, "--event-log", str(log), "--cwd", str(engine.project)],
            env=dict(engine.environment),
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        with child:
            steps = durations(_stamped(stream, child, start))
    if child.returncode != 0:
        lines = "\n".join(output.read_text("utf-8").strip().splitlines()[-15:])
        raise LabError(f"pulumi up failed (exit {child.returncode}):\n{lines}", where=str(engine.project))
    return Update(time.perf_counter() - start, steps)


def durations(stamped: Iterable[tuple[float, str]]) -> dict[str, float]:
    """Seconds of each step by its URN, from lines of the log and when they came."""
    begun: dict[str, float] = {}
    found: dict[str, float] = {}
    for moment, line in stamped:
        event = json.loads(line)
        if (before := event.get("resourcePreEvent")) and before["metadata"]["op"] not in _DONE_NOTHING:
            begun[before["metadata"]["urn"]] = moment
        elif after := event.get("resOutputsEvent"):
            urn = after["metadata"]["urn"]
            if urn in begun:
                found[urn] = found.get(urn, 0.0) + moment - begun.pop(urn)
    return found


def _stamped(stream: TextIOWrapper, child: subprocess.Popen[bytes], start: float) -> Iterator[tuple[float, str]]:
    """Whole lines, each with the seconds since `start` at which it was there, until `child` has ended."""
    rest = ""
    while True:
        ended = child.poll() is not None  # asked before reading: what it wrote last is read too
        text = stream.read()
        moment = time.perf_counter() - start
        *lines, rest = (rest + text).split("\n")
        for line in lines:
            yield moment, line
        if ended:
            return
        if not text:
            time.sleep(_LOOK_SECONDS)
