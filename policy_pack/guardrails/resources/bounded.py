"""Runs a program of another author: bounded in time and in what it may say, and ended with all that it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_MESSAGE_CHARACTERS: Final = 600


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a program may run, and how much it may write."""

    seconds: float = 60
    output_bytes: int = 32 * 1024 * 1024


class ProgramError(Exception):
    """The program failed, or had to be ended; the message says why, in its own words when it had any."""


class NotStartedError(ProgramError):
    """The program could not be started."""


class TooLongError(ProgramError):
    """It took longer than it may."""


class TooMuchError(ProgramError):
    """It wrote more than it may."""


def output(
    command: Sequence[str], text: str, folder: Path, limits: Limits, variables: Mapping[str, str] = MappingProxyType({})
) -> str:
    """What a program writes to its standard output.

    Args:
        command: its path and arguments.
        text: goes in by standard input, so that no secret is written to disk or shown in the process list.
        folder: where it runs.
        limits: its bounds.
        variables: of its environment, beside this process's own.

    Raises:
        ProgramError: see its kinds.
    """
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **variables},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # a group of its own, so that its own children end with it
        )
    except OSError as error:
        raise NotStartedError(str(error.strerror)) from error
    late = threading.Event()
    timer = threading.Timer(limits.seconds, _expire, (process, late))
    complaint: list[bytes] = []
    workers = [
        threading.Thread(target=_feed, args=(process, text.encode())),
        threading.Thread(target=_listen, args=(process, complaint)),
    ]
    for worker in (timer, *workers):
        worker.start()
    with process:
        written: bytes = process.stdout.read(limits.output_bytes + 1) if process.stdout is not None else b""
        if len(written) > limits.output_bytes:
            _kill(process)
        code = process.wait()
        timer.cancel()
        for worker in workers:
            worker.join()
    if len(written) > limits.output_bytes:
        raise TooMuchError(f"it wrote more than {limits.output_bytes >> 20} MiB")
    if late.is_set():
        raise TooLongError(f"it took more than {limits.seconds} s")
    if code != 0:
        raise ProgramError(_shorten(complaint))
    return written.decode("utf-8", errors="replace")


def _feed(process: subprocess.Popen[bytes], text: bytes) -> None:
    # It may end before it has read everything: its exit code and words say why.
    with contextlib.suppress(OSError), process.stdin or contextlib.nullcontext() as stream:
        if stream is not None:
            stream.write(text)


def _listen(process: subprocess.Popen[bytes], complaint: list[bytes]) -> None:
    if process.stderr is not None:
        complaint.append(process.stderr.read(_MESSAGE_CHARACTERS * 4))
        while process.stderr.read(1 << 16):
            pass  # keep the pipe empty, so that it does not wait


def _expire(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _shorten(complaint: list[bytes]) -> str:
    said = " ".join(b"".join(complaint).decode("utf-8", errors="replace").removeprefix("Error: ").split())
    return said if len(said) <= _MESSAGE_CHARACTERS else f"{said[:_MESSAGE_CHARACTERS]}..."
