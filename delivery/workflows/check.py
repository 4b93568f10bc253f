"""The checks of workflows: GitHub's syntax (actionlint), known weaknesses (zizmor), and the house's own rules."""

from __future__ import annotations

import subprocess
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Final

from delivery.workflows.house import faults
from delivery.workflows.model import read
from lab.errors import LabError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

WORKFLOWS: Final = Path(".github/workflows")
ACTIONS: Final = Path(".github/actions")
_SECONDS: Final = 120


def files(root: Path) -> tuple[Path, ...]:
    """The workflows and actions of a project.

    Raises:
        UsageError: there are none.
    """
    found = (
        *(root / WORKFLOWS).glob("*.yml"),
        *(root / WORKFLOWS).glob("*.yaml"),
        *(root / ACTIONS).glob("*/action.yml"),
    )
    if not found:
        raise UsageError("there are no workflows here", where=str(root / WORKFLOWS))
    return tuple(sorted(found))


def check(root: Path, actionlint: Path, environment: Mapping[str, str]) -> tuple[str, ...]:
    """What is wrong with the workflows of a project, a text each.

    Args:
        root: the project's folder.
        actionlint: the program.
        environment: of the programs; a token in it would have zizmor ask GitHub.
    """
    found = files(root)
    own = (f"{fault.where}: {fault.what}" for file in found for fault in faults(read(file)))
    workflows = [file for file in found if file.parent.name == WORKFLOWS.name]
    return (*own, *_syntax(root, actionlint, workflows, environment), *_weaknesses(root, found, environment))


def _syntax(root: Path, program: Path, workflows: Sequence[Path], environment: Mapping[str, str]) -> Iterator[str]:
    # Without the checkers of scripts: there are no scripts, and whether one is installed should not decide.
    argv = [str(program), "-no-color", "-oneline", "-shellcheck=", "-pyflakes=", *map(str, workflows)]
    done = _run(argv, root, environment)
    if done.returncode not in {0, 1}:
        raise LabError(f"actionlint failed (exit {done.returncode}): {done.stderr.strip()[-500:]}")
    yield from done.stdout.splitlines()


def _weaknesses(root: Path, found: Sequence[Path], environment: Mapping[str, str]) -> Iterator[str]:
    program = Path(sysconfig.get_path("scripts")) / "zizmor"
    if not program.is_file():
        raise LabError("zizmor is not installed", where=str(program), remedy="run `make venv`")
    argv = [str(program), "--pedantic", "--offline", "--no-progress", "--strict-collection", *map(str, found)]
    done = _run(argv, root, {**environment, "NO_COLOR": "1"})
    # 0 is nothing, 11 to 14 are findings by severity: https://docs.zizmor.sh/usage/#exit-codes
    if done.returncode not in {0, 11, 12, 13, 14}:
        raise LabError(f"zizmor failed (exit {done.returncode}): {done.stderr.strip()[-500:]}")
    if done.returncode:
        yield done.stdout.strip()


def _run(argv: list[str], root: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            argv, cwd=root, env=dict(environment), capture_output=True, text=True, timeout=_SECONDS, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LabError(f"{Path(argv[0]).name} cannot be run: {error}") from error
