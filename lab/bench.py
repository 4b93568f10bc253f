"""`make bench`: what the program and its policy pack add to a preview, as ratios to an empty program in the same run.

The three previews take turns, so that a machine that slows down slows all of them; the median of each is compared.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from lab.engine.environment import environment
from lab.errors import LabError
from lab.paths import PROJECT_ROOT, LabPaths
from lab.report import Quiet
from lab.services import Lab
from lab.toolchain import ensure

if TYPE_CHECKING:
    from collections.abc import Mapping

ROUNDS = 5
_PREVIEW_SECONDS = 300
_EMPTY_STACK = "bench"
_EMPTY = "name: empty\nruntime:\n  name: python\n  options: {{toolchain: pip, virtualenv: {virtualenv}}}\n"


@dataclass(frozen=True)
class _Case:
    """One kind of preview: its name, its project folder and stack, and the environment it runs in."""

    name: str
    project: Path
    stack: str
    variables: Mapping[str, str]

    def seconds(self) -> float:
        """Run it once; wall-clock seconds of the whole process."""
        start = time.perf_counter()
        _pulumi(("preview", "--stack", self.stack), self.project, self.variables)
        return time.perf_counter() - start


def main() -> int:
    """Measure and print; 3 when the lab does not run or a preview fails."""
    progress = Console(stderr=True, highlight=False, emoji=False)  # a URN has things like ":key:" in it
    try:
        with tempfile.TemporaryDirectory(prefix="cartorio-bench-") as folder:
            table = _table(_measure(Path(folder), progress))
    except LabError as error:
        message = f"error: {error.what}\n  where: {error.where}\n  do:    {error.remedy or 'make up'}"
        progress.print(message, style="red", markup=False, soft_wrap=True)
        return error.exit_code
    Console(highlight=False).print(table)
    return 0


def _measure(folder: Path, progress: Console) -> dict[str, list[float]]:
    paths = LabPaths.default()
    toolchain = ensure(None, paths, Quiet())
    judged = environment(paths, toolchain, Lab(paths, toolchain).endpoints())
    plain = {name: value for name, value in judged.items() if name != "PULUMI_OPTION_POLICY_PACK"}
    # A backend of its own: nothing of the lab's state is touched.
    alone = {**plain, "PULUMI_BACKEND_URL": folder.as_uri()}
    cases = (
        _Case("empty program", _empty_project(folder, alone), _EMPTY_STACK, alone),
        _Case("local stack, no pack", PROJECT_ROOT, "local", plain),
        _Case("local stack, policy pack", PROJECT_ROOT, "local", judged),
    )
    times: dict[str, list[float]] = {case.name: [] for case in cases}
    for number in range(1, ROUNDS + 1):
        progress.print(f"round {number} of {ROUNDS}", style="dim")
        for case in cases:
            times[case.name].append(case.seconds())
    return times


def _empty_project(folder: Path, variables: Mapping[str, str]) -> Path:
    """A program without a resource, in the same interpreter."""
    project = folder / "empty"
    project.mkdir()
    (project / "Pulumi.yaml").write_text(_EMPTY.format(virtualenv=sys.prefix))
    (project / "__main__.py").write_text('"""Nothing."""\n')
    _pulumi(("stack", "init", _EMPTY_STACK), project, variables)
    return project


def _table(times: Mapping[str, list[float]]) -> Table:
    base = statistics.median(next(iter(times.values())))
    table = Table(title=f"pulumi preview, {ROUNDS} rounds taking turns")
    for heading in ("", "median s", "fastest s", "slowest s", "ratio to empty"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, seconds in times.items():
        median = statistics.median(seconds)
        row = (median, min(seconds), max(seconds), median / base)
        table.add_row(name, *(f"{number:.2f}" for number in row))
    return table


def _pulumi(arguments: tuple[str, ...], project: Path, variables: Mapping[str, str]) -> None:
    try:
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive", "--cwd", str(project)],  # noqa: S607  the lab's, by its PATH
            env=dict(variables), capture_output=True, text=True, timeout=_PREVIEW_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise LabError(
            f"pulumi {' '.join(arguments)} did not end within {_PREVIEW_SECONDS} s", where=str(project)
        ) from error
    if done.returncode != 0:
        lines = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise LabError(f"pulumi {' '.join(arguments)} failed (exit {done.returncode}):\n{lines}", where=str(project))


if __name__ == "__main__":
    sys.exit(main())
