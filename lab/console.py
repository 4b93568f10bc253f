"""Draws progress (`lab.report`) for the command line: live on a terminal, throttled plain lines elsewhere.

A state whose first word ends in "ing" ("compiling 214/1830 packages", "waiting: ...") is work in progress; any other
("cached", "ready on 127.0.0.1:6443", "built in 7 s") ends that part's work and stays on screen. All of it goes to
standard error, so that a command's result on standard output can be piped.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, Self

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import RenderableType

    from lab.report import Reporter

_THROTTLE = 5.0  # seconds between two plain lines about the same work of one part
_RESULTS = frozenset({"running", "missing", "failing", "nothing"})  # end in "ing", yet are no work
_BAD = frozenset({"failed", "failing", "missing", "refused", "stopped", "damaged"})


@contextlib.contextmanager
def console_reporter(console: Console | None = None, clock: Callable[[], float] = time.monotonic) -> Iterator[Reporter]:
    """Give a reporter for one command.

    A SIGTERM or SIGHUP meanwhile ends the command as Ctrl-C does: what was begun is cleaned up (exit code 143 or 129).

    Args:
        console: where to draw; standard error when None.
        clock: seconds, for the elapsed times.
    """
    console = console or Console(stderr=True, highlight=False)
    drawn = console.is_terminal and not console.is_dumb_terminal  # TERM=dumb: nothing can be drawn over
    reporter = _Live(console, clock) if drawn else _Plain(console, clock)
    with _terminable(), reporter:
        yield reporter


@dataclass
class _Work:
    """What a part is at: its state, since when it is worked on, and when that was last said."""

    state: str
    since: float
    said: float


class _Plain:
    """Lines for logs: new kinds of work and results at once, progress of the same work now and then."""

    def __init__(self, console: Console, clock: Callable[[], float]) -> None:
        self._console = console
        self._clock = clock
        self._begun = clock()
        self._works: dict[str, _Work] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """Nothing is left on screen that would have to be taken down."""

    def step(self, name: str, state: str) -> None:
        with self._lock:
            now = self._clock()
            work = self._works.get(name)
            if not _in_progress(state):
                took = f" ({_elapsed(now - work.since)})" if work and now - work.since >= 1 else ""
                self._works.pop(name, None)
                self._say(f"{name}: {state}{took}", now)
            elif work is None:
                self._works[name] = _Work(state, now, now)
                self._say(f"{name}: {state}", now)
            elif _kind(state) != _kind(work.state) or now - work.said >= _THROTTLE:
                work.state, work.said = state, now
                self._say(f"{name}: {state}", now)

    def log(self, message: str) -> None:
        with self._lock:
            self._say(message, self._clock())

    def _say(self, line: str, now: float) -> None:
        self._console.print(Text(f"[{_elapsed(now - self._begun)}] {line}"), soft_wrap=True)


class _Live:
    """A line for each part that is worked on, with a spinner; results move above them and stay."""

    def __init__(self, console: Console, clock: Callable[[], float]) -> None:
        self._console = console
        self._clock = clock
        self._works: dict[str, _Work] = {}
        self._spinner = Spinner("dots")
        self._lock = threading.Lock()
        self._live = Live(get_renderable=self._draw, console=console, transient=True, refresh_per_second=8)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._live.stop()
        for name, work in self._works.items():  # a failure or Ctrl-C: say how far it was
            self._result(name, f"stopped: {work.state}", self._clock() - work.since)

    def step(self, name: str, state: str) -> None:
        with self._lock:
            now = self._clock()
            work = self._works.get(name)
            if _in_progress(state):
                if work is None:
                    self._works[name] = _Work(state, now, now)
                else:
                    work.state = state
                return
            self._works.pop(name, None)
        self._result(name, state, now - work.since if work else 0.0)

    def log(self, message: str) -> None:
        self._console.print(Text(message), soft_wrap=True)

    def _result(self, name: str, state: str, took: float) -> None:
        bad = _kind(state) in _BAD
        line = Text.assemble(("✗ " if bad else "✓ ", "red" if bad else "green"), (name, "bold"), f"  {state}")
        if took >= 1:
            line.append(f"  {_elapsed(took)}", style="dim")
        self._console.print(line, soft_wrap=True)

    def _draw(self) -> RenderableType:
        table = Table.grid(padding=(0, 1))
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, overflow="ellipsis")
        table.add_column(no_wrap=True, justify="right")
        with self._lock:
            for name, work in self._works.items():
                elapsed = Text(_elapsed(self._clock() - work.since), style="dim")
                table.add_row(self._spinner, Text(name, style="bold"), Text(work.state), elapsed)
        return table


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM, and a terminal that goes away, unwind the stack: children are ended, half-made files removed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def unwind(number: int, _: object) -> NoReturn:
        sys.exit(128 + number)

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    for number, handler in before.items():
        if handler != signal.SIG_IGN:  # as `nohup` has it
            signal.signal(number, unwind)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _kind(state: str) -> str:
    word = state.split(maxsplit=1)[0] if state.strip() else ""
    return word.rstrip(":,;").lower()


def _in_progress(state: str) -> bool:
    kind = _kind(state)
    return kind.endswith("ing") and kind not in _RESULTS


def _elapsed(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"
