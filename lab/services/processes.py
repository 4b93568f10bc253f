"""Processes that outlive the command that started them.

Each service runs in a session of its own (Ctrl-C in the terminal does not reach it) and carries two environment
variables that say which lab and service it is. The process table is therefore the last word: a service is found and
ended even when `state.json` was never written, is damaged or was deleted, and no process without those variables is
ever signalled, whatever pid a file names.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import psutil

from lab.services.files import PRIVATE_FILE, PRIVATE_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

ROOT_VARIABLE = "CARTORIO_LAB_PROCESS_OF"
SERVICE_VARIABLE = "CARTORIO_LAB_SERVICE"

_LOG_LIMIT = 4 * 1024 * 1024  # bytes; a longer log is set aside when its service starts
_INHERITED = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ", "SYSTEMROOT")
_CLOCK_SLACK = 2.0  # seconds; a start time is derived from the boot time, which moves when the clock is set
_POLL = 0.02  # seconds


@dataclass(frozen=True)
class Identity:
    """A process, told apart from a later one with the same pid.

    Attributes:
        pid: the process id, which is also its process group and session.
        created: when it started, seconds since the epoch.
    """

    pid: int
    created: float


# The children of this very process: they must be reaped when they end, or they would look alive as zombies.
_children: dict[int, subprocess.Popen[bytes]] = {}


def spawn(service: str, command: Sequence[str], *, root: Path, log: Path, extra: Mapping[str, str]) -> Identity:
    """Start a service's process, detached, its output appended to `log`.

    Args:
        service: the service's name.
        command: the program's absolute path and its arguments.
        root: the lab's folder.
        log: the log file; set aside as `<name>.1` first when it has grown long.
        extra: environment variables besides the few that are inherited.

    Raises:
        OSError: the program cannot be started or the log not be written.
    """
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    environment |= {**extra, ROOT_VARIABLE: str(root), SERVICE_VARIABLE: service}
    with _open_log(log) as output:
        child = subprocess.Popen(
            command,
            env=environment,
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    if (over := _children.pop(child.pid, None)) is not None:
        over.returncode = 0  # psutil has reaped it, or its pid would not be another's by now
    _children[child.pid] = child
    try:
        created = psutil.Process(child.pid).create_time()
    except psutil.NoSuchProcess:  # it has ended already: a start time that no process has
        created = 0.0
    return Identity(child.pid, created)


def find(identity: Identity) -> psutil.Process | None:
    """The living process behind an identity; None when it ended or its pid is another process's now."""
    try:
        process = psutil.Process(identity.pid)
        if abs(process.create_time() - identity.created) > _CLOCK_SLACK:
            return None
        if process.status() == psutil.STATUS_ZOMBIE and _reaped(identity.pid):
            return None
    except psutil.NoSuchProcess:
        return None
    return process


def alive(identity: Identity) -> bool:
    """Whether the process still runs."""
    return find(identity) is not None


def listens(identity: Identity, port: int) -> bool:
    """Whether this very process listens on the TCP port."""
    process = find(identity)
    try:
        return process is not None and any(
            connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
            for connection in process.net_connections(kind="tcp")
        )
    except psutil.NoSuchProcess:
        return False


def of_lab(root: Path) -> tuple[tuple[str, Identity], ...]:
    """Every living process of the lab in `root`, by the marks it carries: (service, identity)."""
    found = []
    for process in psutil.process_iter():
        # Other users' processes do not show their environment; they are not ours.
        with contextlib.suppress(psutil.Error, OSError):
            environment = process.environ()
            if environment.get(ROOT_VARIABLE) == str(root) and alive(
                identity := Identity(process.pid, process.create_time())
            ):
                found.append((environment.get(SERVICE_VARIABLE, "?"), identity))
    return tuple(found)


def stop(identities: Iterable[Identity], *, root: Path, grace: float) -> None:
    """End processes of the lab in `root`, with their children: TERM, after `grace` seconds KILL; waits for the end.

    Identities that ended, or that are not of this lab, are left alone.
    """
    remaining = [identity for identity in identities if _is_of(identity, root)]
    for identity in remaining:
        _signal(identity, signal.SIGTERM)
    remaining = _wait(remaining, grace)
    for identity in remaining:
        _signal(identity, signal.SIGKILL)
    _wait(remaining, 10.0)  # a killed process takes as long as the kernel needs to free its memory


def kill_engines(home: Path) -> None:
    """Kill every `pulumi` that works in this PULUMI_HOME, and wait for its end; its plugins end when it is gone."""
    killed = []
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(psutil.Error, OSError):
            if process.info["name"] == "pulumi" and process.environ().get("PULUMI_HOME") == str(home):
                process.kill()
                killed.append(process)
    psutil.wait_procs(killed, timeout=10.0)


def tail(log: Path, lines: int, *, end: int | None = None) -> tuple[str, ...]:
    """The last lines of a log, or of its first `end` bytes; none when there is no log."""
    try:
        with log.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END) if end is None else end
            start = stream.seek(max(0, size - 1024 * lines))
            text = stream.read(size - start).decode(errors="replace")
    except FileNotFoundError:
        return ()
    return tuple(text.splitlines()[-lines:]) if lines else ()


def _open_log(log: Path) -> IO[bytes]:
    log.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > _LOG_LIMIT:
            log.replace(log.with_name(f"{log.name}.1"))
    return os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, PRIVATE_FILE), "ab")


def _is_of(identity: Identity, root: Path) -> bool:
    process = find(identity)
    if process is None:
        return False
    try:
        return process.environ().get(ROOT_VARIABLE) == str(root)
    except (psutil.Error, OSError):
        return False


def _signal(identity: Identity, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(identity.pid, number)


def _wait(identities: Iterable[Identity], seconds: float) -> list[Identity]:
    remaining = list(identities)
    deadline = time.monotonic() + seconds
    while (remaining := [identity for identity in remaining if alive(identity)]) and time.monotonic() < deadline:
        time.sleep(_POLL)
    return remaining


def _reaped(pid: int) -> bool:
    """Whether nothing is left of a process that shows as a zombie; reaps it when it is this process's child.

    The first thread of a program may be a zombie while others are still ending: then it cannot be reaped yet.
    """
    child = _children.get(pid)
    if child is None:
        return True
    if child.poll() is None:
        return False
    _children.pop(pid, None)
    return True


@atexit.register
def _let_go() -> None:
    for child in _children.values():
        if child.poll() is None:
            child.returncode = 0  # it outlives us on purpose: no ResourceWarning about a child still running
