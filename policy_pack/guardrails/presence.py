"""Tells a program that this pack judges its run: what a program can ask of an engine does not say so.

The engine starts a pack before the program, and gives both its address (`pulumi.policy` has it as its first argument).
As long as the pack lives it holds a lock on a file named after that address, in a folder that nobody else can write;
the operating system lets go of it whatever ends the pack. The program's side is the platform's `components/judged.py`.
This keeps nobody from deploying on purpose who may, only from forgetting the pack.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_FOLDER: Final = "cartorio-guardrails"
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.\[\]:_-]+:\d+")
_HELD: Final[list[int]] = []  # open for the life of the process: closing lets go of the lock


def announce(arguments: Sequence[str]) -> bool:
    """Hold the lock of the engine that started this process; whether there is one.

    Args:
        arguments: of the process; the second is the engine's address.
    """
    if len(arguments) < 2 or not _ADDRESS.fullmatch(arguments[1]):  # noqa: PLR2004 - itself and the address
        return False
    folder = Path(tempfile.gettempdir(), f"{_FOLDER}-{os.getuid()}")
    # A folder or file that is somebody else's, or none that can be written: the program then asks for the pack again.
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.stat().st_uid != os.getuid() or folder.is_symlink():
            return False
        handle = os.open(folder / arguments[1].replace(":", "_"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        # Shared: several packs may judge one run. A program that looks holds it alone, for no longer than it looks.
        fcntl.flock(handle, fcntl.LOCK_SH)
        _HELD.append(handle)
        return True
    return False
