"""Processes the language host starts: each in a group of its own, ended as a group, and never outliving the host."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_LEASH = Path(__file__).with_name("_leash.py")
_GRACE = 2.0  # seconds; the engine gives the host itself 5 before it kills it
_POLL = 0.25  # seconds between two looks at the parent


class Children:
    """The running children of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    def start(
        self,
        command: Sequence[str],
        *,
        cwd: str | None,
        env: Mapping[str, str],
        stdout: int | IO[bytes] | None = None,
        stderr: int | IO[bytes] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start `command` in its own process group, tied to this process.

        Its own group keeps the engine's SIGINT (sent to the host's group) from it: a Python program would answer
        with a traceback. `end` is how it stops.

        Raises:
            OSError: it cannot be started, or everything is being ended.
        """
        with self._lock:
            if self._closed:
                raise InterruptedError("cancelled")
            child = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_LEASH), str(os.getpid()), *command],
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                process_group=0,
            )
            self._running.add(child)
            return child

    def wait(self, child: subprocess.Popen[bytes]) -> int:
        """Wait for `child`, then end what it left behind in its group. Returns its exit code (negative: a signal)."""
        code = child.wait()
        with self._lock:
            self._running.discard(child)
        _signal_group(child.pid, signal.SIGKILL)
        return code

    def end(self, child: subprocess.Popen[bytes], grace: float = _GRACE) -> None:
        """End the group of `child`: asked first, killed after `grace` seconds. Does nothing when it has ended."""
        if child.poll() is None:
            _signal_group(child.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=grace)
            _signal_group(child.pid, signal.SIGKILL)

    def end_all(self) -> None:
        """End every child and start no more."""
        with self._lock:
            self._closed = True
            running = tuple(self._running)
        for child in running:
            _signal_group(child.pid, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE
        for child in running:
            self.end(child, max(0.0, deadline - time.monotonic()))


def _signal_group(group: int, number: signal.Signals) -> None:
    # PermissionError: macOS says so of a group of zombies.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def watch_parent(on_orphaned: Callable[[], object]) -> None:
    """Call `on_orphaned`, in a thread, when the process that started this one is gone.

    By polling: Linux's parent-death signal is sent when the starting *thread* ends, and Go ends threads as it likes.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_POLL)
        on_orphaned()

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
