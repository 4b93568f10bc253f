"""One command at a time changes a lab: an advisory lock on a file inside the lab's folder.

`filelock` is not used because `down` deletes the folder with the lock in it: whoever waited for the lock then holds a
deleted file, which this module notices (the inode at the path is another one) and tries again.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from typing import TYPE_CHECKING

from lab.errors import LabError
from lab.services.files import PRIVATE_FILE, private_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab.report import Reporter

NAME = "lock"
_POLL = 0.1  # seconds


class TakenError(LabError):
    """Another command has the lab for itself."""


@contextlib.contextmanager
def held(root: Path, report: Reporter, *, patience: float = 300.0) -> Iterator[None]:
    """Hold the lock of the lab in `root` (made when missing) for the block.

    Args:
        root: the lab's folder.
        report: told when somebody else holds the lock.
        patience: seconds to wait for another command.

    Raises:
        LabError: the other command did not finish in time.
    """
    path = root / NAME
    deadline = time.monotonic() + patience
    announced = False
    while True:
        private_folder(root)
        try:
            descriptor, holder = _attempt(path)
        except FileNotFoundError:
            continue  # a `down` removed the folder between the two lines above
        try:
            if not holder:
                yield
                return
        finally:
            os.close(descriptor)  # releases the lock
        if time.monotonic() >= deadline:
            raise LabError(
                f"another command (pid {holder}) has been changing this lab for {patience:.0f} s",
                where=str(path),
                remedy=f"wait for it or end it (`kill {holder}`), then try again",
            )
        if not announced:
            report.log(f"waiting for another command (pid {holder}) that is changing this lab")
            announced = True
        time.sleep(_POLL)


@contextlib.contextmanager
def alone(root: Path) -> Iterator[None]:
    """Be the only one who has the lab in `root`, from before it is there until after it is gone.

    The file lies beside the folder while the block runs (after a kill, until the next one has ended).

    Args:
        root: the lab's folder.

    Raises:
        TakenError: another command has it.
    """
    path = root.with_name(f"{root.name}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, holder = _attempt(path)
    try:
        if holder:
            raise TakenError(
                f"another command (pid {holder}) has this lab for itself",
                where=str(path),
                remedy=f"wait for it or end it (`kill {holder}`); CARTORIO_LAB names another folder for a second lab",
            )
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def _attempt(path: Path) -> tuple[int, str]:
    """The opened file, and who holds its lock: "" when that is this process, now and until the file is closed.

    Raises:
        FileNotFoundError: its folder is not there.
    """
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
        try:
            if not _try_lock(descriptor):
                return descriptor, os.pread(descriptor, 32, 0).decode(errors="replace") or "unknown"
            if _still_at(path, descriptor):
                os.truncate(descriptor, 0)
                os.write(descriptor, str(os.getpid()).encode())
                return descriptor, ""
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # a deleted file's lock keeps nobody out: take that of the new one


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _still_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
