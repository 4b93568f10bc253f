"""Mends a stack whose `pulumi` was killed: its lock, what it was in the middle of, releases that Helm has half done.

Costs a look at two files when nothing is wrong (and one request to the API server when the stack has Helm releases).
"""

from __future__ import annotations

import contextlib
import json
import socket
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from lab.engine._adoption import RELEASE, adopt
from lab.engine._helm import Helm
from lab.errors import LabError

if TYPE_CHECKING:
    from lab.engine.engine import Engine
    from lab.engine.state import StackState
    from lab.report import Reporter

_STEP = "recovery"
_PLUGINS = ("pulumi-resource-", "lab.providers.", "lab.engine.language_host")
_ORPHANS = 5.0  # seconds they get to end by themselves, and as many again after being killed
_POLL = 0.1  # seconds


class StackLockedError(LabError):
    """Another `pulumi`, alive, works on the stack."""


@dataclass(frozen=True)
class _Lock:
    """Format: `lockContent` of github.com/pulumi/pulumi/pkg/v3 v3.259.0, backend/diy/lock.go."""

    file: Path
    pid: int
    user: str
    host: str
    since: datetime


def recover(engine: Engine, stack: str, report: Reporter) -> None:
    """Make `stack` fit for an update again, whatever became of the last one.

    Call it when the lab's services run. An update that follows completes the stack.

    Raises:
        StackLockedError: a living process works on it.
        LabError: it cannot be mended.
    """
    _remove_dead_locks(engine, stack, report)
    _remove_damaged_attributes(engine, stack)
    state = engine.state(stack)
    if _has_releases(state):
        helm = Helm(engine.environment)
        for release in helm.stuck():
            report.log(helm.mend(release))
    if state.pending:
        _resolve_pending(engine, stack, state, report)
    if (marker := _marker(engine, stack)).exists():
        _refresh(engine, stack, report)
        marker.unlink()


def _has_releases(state: StackState) -> bool:
    pending = (one.resource for one in state.pending)
    return any(resource.type == RELEASE for resource in (*state.resources, *pending))


def _remove_dead_locks(engine: Engine, stack: str, report: Reporter) -> None:
    folder = engine.backend / ".pulumi" / "locks" / "organization" / engine.project_name / stack
    files = sorted(folder.glob("*.json"))
    for file in files:
        lock = _read_lock(file)
        if lock is not None and _alive(lock):
            raise StackLockedError(
                f"pulumi (pid {lock.pid}, {lock.user}@{lock.host}) works on stack {stack} since {lock.since:%H:%M:%S}",
                where=str(file),
                remedy="wait for it; if it is not there any more: cartorio shell -- pulumi cancel --yes",
            )
        file.unlink(missing_ok=True)
        file.with_name(f"{file.name}.attrs").unlink(missing_ok=True)
        report.log(f"stack {stack}: removed the lock of a pulumi that has died")
    if files:
        _end_orphans(engine)


def _end_orphans(engine: Engine) -> None:
    """Wait for plugins whose engine was killed: they must not go on changing what is about to be looked at.

    They end by themselves within a second (`_keeper`, `language_host`, `lab.providers`); what does not is killed.
    """
    home = engine.environment.get("PULUMI_HOME")
    began = time.monotonic()
    while orphans := [process for process in psutil.process_iter() if _is_orphan(process, home)]:
        waited = time.monotonic() - began
        if waited > 2 * _ORPHANS:
            pids = ", ".join(str(process.pid) for process in orphans)
            raise LabError(
                f"plugins of a pulumi that was killed do not end (pid {pids})",
                where=str(engine.project),
                remedy="end them by hand, then run `make up` again",
            )
        if waited > _ORPHANS:
            for process in orphans:
                with contextlib.suppress(psutil.Error):
                    process.kill()
        time.sleep(_POLL)


def _is_orphan(process: psutil.Process, home: str | None) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE or process.environ().get("PULUMI_HOME") != home:
            return False
        command = " ".join(process.cmdline())
        if not any(mark in command for mark in _PLUGINS):
            return False
        return not any(parent.name() == "pulumi" for parent in process.parents())
    except psutil.Error:  # it has ended, or is another user's
        return False


def _remove_damaged_attributes(engine: Engine, stack: str) -> None:
    """Remove `.attrs` files that a kill has cut short: the engine then cannot read what they are about ("EOF").

    The file backend (gocloud.dev/blob/fileblob) replaces a file in one go, but writes the attributes beside it (a
    content type, a checksum) in place; it does without them where there are none.
    """
    state = engine.state_file(stack)
    for file in (state, state.with_name(f"{state.name}.bak"), engine.backend / ".pulumi" / "meta.yaml"):
        attributes = file.with_name(f"{file.name}.attrs")
        try:
            json.loads(attributes.read_text("utf-8"))
        except FileNotFoundError:
            continue
        except ValueError:
            attributes.unlink()


def _read_lock(file: Path) -> _Lock | None:
    """The lock in `file`; None when it was being written (its writer is dead) or has just gone."""
    try:
        content = json.loads(file.read_text("utf-8"))
        return _Lock(
            file,
            int(content["pid"]),
            content["username"],
            content["hostname"],
            datetime.fromisoformat(content["timestamp"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _alive(lock: _Lock) -> bool:
    """Whether the process that took `lock` still runs. Of another host that cannot be known: it counts as alive."""
    if lock.host != socket.gethostname():
        return True
    try:
        # Its pid may be another process's by now, which then started after the lock was taken.
        return psutil.Process(lock.pid).create_time() <= lock.since.timestamp() + 1
    except psutil.NoSuchProcess:
        return False


def _resolve_pending(engine: Engine, stack: str, state: StackState, report: Reporter) -> None:
    report.step(_STEP, f"looking what became of {len(state.pending)} interrupted operations")
    exported = json.loads(engine.run("stack", "export", stack=stack).stdout)
    adoption = adopt(exported)
    for urn in adoption.forgotten:
        report.log(f"{urn}: interrupted while being created; if it exists, it is left behind")
    # Between the import and the refresh the state claims more than is known: the marker outlives a kill.
    _marker(engine, stack).touch()
    with tempfile.TemporaryDirectory(prefix="cartorio-") as folder:
        file = Path(folder) / "state.json"
        file.write_text(json.dumps(adoption.deployment), "utf-8")
        engine.run("stack", "import", "--file", str(file), stack=stack)


def _refresh(engine: Engine, stack: str, report: Reporter) -> None:
    report.step(_STEP, "comparing the state with what is there")
    summary = engine.refresh(stack)
    if not summary.succeeded:
        said = "; ".join(one.message for one in summary.diagnostics if one.severity == "error")
        raise LabError(
            f"the interrupted update of stack {stack} cannot be mended: {said}",
            remedy="see that the lab is up (`cartorio lab status`) and try again, or `make down && make up`",
        )
    report.step(_STEP, "mended: the state is what is there")


def _marker(engine: Engine, stack: str) -> Path:
    """Says that the state of `stack` needs a refresh before it is relied upon."""
    return engine.state_file(stack).with_suffix(".refresh-needed")
