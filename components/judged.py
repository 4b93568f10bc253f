"""Whether the policy pack judges this run: a stack that asks for it is never deployed without, by forgetting a flag.

The engine tells a program nothing of policy packs. The pack itself does (`policy_pack/guardrails/presence.py`): while
it lives it holds a lock on a file named after the engine that started it, and the engine that runs this program started
it first. Why it is done like this: docs/adr/0009-a-stack-is-not-deployed-unjudged.md.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_FOLDER: Final = "cartorio-guardrails"
_ENGINE: Final = "--engine"
_PATIENCE: Final = 5.0  # seconds: a pack may still be starting, on a busy machine
_LOOK: Final = 0.1


def judged(arguments: Sequence[str], patience: float = _PATIENCE) -> bool:
    """Whether the pack is there, in the run that this process is part of.

    Args:
        arguments: of this process, as it was started: the language host names the engine in them.
        patience: seconds to wait for it.
    """
    engine = _engine(arguments)
    if not engine:
        return False
    file = Path(tempfile.gettempdir(), f"{_FOLDER}-{os.getuid()}", engine.replace(":", "_"))
    deadline = time.monotonic() + patience
    while not _held(file):
        if time.monotonic() >= deadline:
            return False
        time.sleep(_LOOK)
    return True


def refusal(stack: str) -> str:
    """What to tell a person whose run nobody judges."""
    return (
        f"The policy pack does not judge this run, and the stack {stack} asks for it (cartorio:policyPack): "
        f"nothing was changed.\n  do:    pulumi up --stack {stack} --policy-pack policy_pack\n"
        "  or:    export PULUMI_OPTION_POLICY_PACK=policy_pack, once, for every command"
    )


def _engine(arguments: Sequence[str]) -> str:
    for index, argument in enumerate(arguments):
        if argument == _ENGINE:
            return arguments[index + 1] if index + 1 < len(arguments) else ""
        if argument.startswith(f"{_ENGINE}="):
            return argument.partition("=")[2]
    return ""


def _held(file: Path) -> bool:
    """Whether another process holds the file's lock; nobody does when it cannot be opened."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
