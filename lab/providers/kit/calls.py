"""How long a call may take and whether the engine has asked to stop: for handlers that wait.

The kit does not abandon a handler that is late: a resource that comes into being after its call was given up is one
that nobody knows of. It tells the handler how much time it has (`customTimeouts`), and the handler decides.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator


@dataclass(frozen=True)
class _Call:
    deadline: float | None
    stop: threading.Event


_call: ContextVar[_Call | None] = ContextVar("call", default=None)


@contextmanager
def call(seconds: float, stop: threading.Event) -> Iterator[None]:
    """Run a handler with `seconds` from now (zero is no limit); `stop` is set when the engine cancels."""
    token = _call.set(_Call(time.monotonic() + seconds if seconds > 0 else None, stop))
    try:
        yield
    finally:
        _call.reset(token)


def time_left(default: float) -> float:
    """Seconds that the present call still has, at least 0; `default` when the program sets no limit."""
    present = _call.get()
    return default if present is None or present.deadline is None else max(0.0, present.deadline - time.monotonic())


def cancelled() -> bool:
    """Whether the engine wants to stop: a handler that waits should give up with a ResourceError."""
    present = _call.get()
    return present is not None and present.stop.is_set()
