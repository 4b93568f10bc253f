"""Which Python runs a program or a policy pack: the `runtime` options of Pulumi.yaml and PulumiPolicy.yaml.

https://www.pulumi.com/docs/iac/concepts/projects/project-file/#runtime-options
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.engine import _packages

if TYPE_CHECKING:
    from collections.abc import Mapping

_SCAN_TIMEOUT = 60  # seconds


class InterpreterError(Exception):
    """The options name an interpreter that cannot be used; the text says what to do."""


@dataclass(frozen=True)
class Interpreter:
    """A Python to run programs with.

    Attributes:
        python: the executable.
        virtualenv: the virtual environment it belongs to; None for the interpreter that runs the language host.
    """

    python: Path
    virtualenv: Path | None = None

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """`base` as an activated virtual environment has it."""
        environment = dict(base)
        if self.virtualenv is not None:
            environment["VIRTUAL_ENV"] = str(self.virtualenv)
            environment["PATH"] = os.pathsep.join(filter(None, (str(self.python.parent), base.get("PATH"))))
            environment.pop("PYTHONHOME", None)
        return environment

    def packages(self) -> dict[str, Any]:
        """What `_packages` finds in this interpreter: `version`, `plugins`, `distributions`.

        Raises:
            InterpreterError: it does not run.
        """
        if self.virtualenv is None:
            return {
                "version": sys.version.split()[0],
                "plugins": _packages.plugins(),
                "distributions": _packages.distributions(),
            }
        command = [str(self.python), "-I", _packages.__file__]
        try:
            done = subprocess.run(command, capture_output=True, check=True, timeout=_SCAN_TIMEOUT)
        except subprocess.CalledProcessError as error:
            last = error.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            raise InterpreterError(f"{self.python} does not run: {last}") from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise InterpreterError(f"{self.python} does not run: {error}") from error
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def plugins(self) -> list[dict[str, Any]]:
        """The plugins that the installed SDKs ask for (cheap for the host's own interpreter)."""
        found: list[dict[str, Any]] = _packages.plugins() if self.virtualenv is None else self.packages()["plugins"]
        return found


def choose(options: Mapping[str, Any], root: Path) -> Interpreter:
    """The interpreter that `options` name; without a `virtualenv`, the one this process runs in.

    Args:
        options: the options of `runtime:`.
        root: the folder of the file they are in, which a relative `virtualenv` starts from.

    Raises:
        InterpreterError: the virtual environment is missing or has no Python, or an option is not served here.
    """
    toolchain = options.get("toolchain") or "pip"
    if toolchain != "pip":
        raise InterpreterError(
            f"runtime option `toolchain: {toolchain}` is not served by the lab's language host; "
            "use `virtualenv: <folder>` instead, or install the Pulumi CLI, whose own language host serves it"
        )
    if options.get("typechecker"):
        raise InterpreterError(
            "runtime option `typechecker` is not served by the lab's language host; remove it and run the checker "
            "on its own (`make lint`), or install the Pulumi CLI, whose own language host serves it"
        )
    virtualenv = options.get("virtualenv")
    if not virtualenv:
        return Interpreter(Path(sys.executable))
    folder = root / str(virtualenv)
    if not folder.is_dir():
        raise InterpreterError(
            f"the virtual environment {folder} (runtime option `virtualenv`) does not exist; "
            f"make it with `python3 -m venv {folder}` and install the program's requirements into it"
        )
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not os.access(python, os.X_OK):
        raise InterpreterError(
            f"{folder} (runtime option `virtualenv`) is not a virtual environment: it has no {python.name}; "
            f"make it anew with `python3 -m venv --clear {folder}`"
        )
    return Interpreter(python, folder)
