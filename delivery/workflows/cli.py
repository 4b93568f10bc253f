"""`cartorio workflows`: whether GitHub's workflows of this repository are sound."""

from __future__ import annotations

import os
from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import Annotated

import typer

_FINDINGS = 1  # exit code
_KEPT = ("HOME", "PATH", "TMPDIR")

group = typer.Typer(
    name="workflows",
    help="GitHub's workflows of this repository: whether they are sound.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)


def add_commands(app: typer.Typer) -> None:
    """Add `cartorio workflows` to the root command."""
    app.add_typer(group)


@group.callback()
def _group() -> None:
    """GitHub's workflows of this repository: whether they are sound."""


@group.command(epilog="Exit codes: 0 sound, 1 findings, 2 there are none or one cannot be read, 3 a tool is missing.")
def check(
    project: Annotated[
        Path | None, typer.Option("--project", help="The folder of .github; this checkout if not given.")
    ] = None,
) -> None:
    """Check .github by actionlint, by zizmor (pedantic, asking nobody) and by the rules of this house.

    actionlint is taken from PATH, or built from its pinned Go module (a minute, once).

    For example: cartorio workflows check
    """
    from delivery.workflows import check as checks
    from lab.console import console_reporter
    from lab.paths import PROJECT_ROOT, LabPaths
    from lab.toolchain import ensure

    root = (project or PROJECT_ROOT).resolve()
    found = checks.files(root)
    with console_reporter() as report:
        program = ensure(("actionlint",), LabPaths.default(), report).path("actionlint")
    wrong = checks.check(root, program, {name: os.environ[name] for name in _KEPT if name in os.environ})
    for one in wrong:
        typer.echo(one)
    if wrong:
        raise typer.Exit(_FINDINGS)
    counted = "1 workflow or action" if len(found) == 1 else f"{len(found)} workflows and actions"
    typer.echo(f"{counted}: nothing found")
