"""Asks the program what it pins: the lab knows nothing of it, so a process of the program's own answers.

`python -m components.pins` prints a list of JSON objects; what there is to ask for, its arguments say.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, TypeVar

from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_T = TypeVar("_T")
_PATIENCE = 60  # seconds


def ask(project: Path, what: str, of: Callable[..., _T], *arguments: str) -> tuple[_T, ...]:
    """What the program in a folder tells of itself.

    Args:
        project: the folder of `Pulumi.yaml`.
        what: what is asked for, for the message: "charts".
        of: makes one from the members of an object.
        arguments: of `components.pins`.

    Raises:
        LabError: it does not say.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", "components.pins", *arguments],
            cwd=project,
            check=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
        )
        return tuple(of(**entry) for entry in json.loads(done.stdout))
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise LabError(f"the program does not tell its {what}: {said[0]}", where=str(project)) from error
    except (OSError, subprocess.SubprocessError, ValueError, TypeError) as error:
        raise LabError(f"the program does not tell its {what}: {error}", where=str(project)) from error
