"""The chart mirror beside a shell: `python -m lab.charts.companion PROJECT RECORD HELM`.

A shell of the lab becomes the user's own program (`execve`), so the mirror is a process that it has started before. It
says where it serves, as one line of JSON, and ends, its record with it, when the process that started it is gone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Mapping

_POLL = 0.25  # seconds between two looks at who started it


def accompany(project: Path, root: Path, helm: Path, environment: Mapping[str, str]) -> Mapping[str, str]:
    """Start the mirror of the program in `project`; it ends with this process, whatever that becomes.

    Args:
        project: the folder of `Pulumi.yaml`.
        root: the lab's folder; the record is in it.
        helm: the program that fetches charts.
        environment: its environment.

    Returns:
        Variables for whoever uses the mirror.

    Raises:
        LabError: the program's charts cannot be served.
    """
    command = [sys.executable, "-m", __name__, str(project), str(root / f"charts-{os.getpid()}.json"), str(helm)]
    # A group of its own: what the user interrupts in the shell's terminal is not this.
    mirror = subprocess.Popen(
        command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, process_group=0
    )
    assert mirror.stdout is not None  # noqa: S101 - it is a pipe
    with mirror.stdout as pipe:
        said = json.loads(pipe.readline() or '{"error": "the mirror ended without a word"}')
    if "error" in said:
        mirror.wait()
        raise LabError(f"the charts of the program cannot be served: {said['error']}", where=str(project))
    return {str(name): str(value) for name, value in said.items()}


def main(project: str, record: str, helm: str) -> int:
    """Serve until the parent is another; 1 when it cannot."""
    from lab.charts import mirror, pins, source

    parent = os.getppid()
    try:
        charts = source.collect(pins.ask(Path(project)), Path(helm), os.environ)
    except LabError as error:
        _say({"error": f"{error.what} ({error.where})"})
        return 1
    with mirror.serve(charts, Path(record)) as served:
        _say(served.environment)
        while os.getppid() == parent:
            time.sleep(_POLL)
    return 0


def _say(values: Mapping[str, str]) -> None:
    sys.stdout.write(json.dumps(dict(values)) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
