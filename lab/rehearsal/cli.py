"""`cartorio rehearse STACK`: a stack from nothing to destroyed, for people and for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from lab.rehearsal.course import Rehearsal

SCHEMA = "cartorio.rehearsal/v1"


class _Format(StrEnum):
    TEXT = "text"
    JSON = "json"


def add_commands(app: typer.Typer) -> None:
    """Add `cartorio rehearse` to the root command."""
    app.command(epilog="Example: [bold]cartorio rehearse producao[/] (a few minutes; nothing outside is touched)")(
        rehearse
    )


def rehearse(
    stack: Annotated[str, typer.Argument(help="The stack: there is a Pulumi.STACK.yaml.")],
    format_: Annotated[_Format, typer.Option("--format", help="text for people, json for programs.")] = _Format.TEXT,
) -> None:
    """Take a stack's file, unchanged, from nothing to up, changed, refreshed and destroyed, in a lab of its own.

    The engine, the policy pack and the cluster are real, AWS is moto. Exit code 1: a step did not go as it must;
    2: there is no such stack; 3: something could not be had or started.
    """
    from lab.console import console_reporter
    from lab.paths import PROJECT_ROOT, LabPaths
    from lab.rehearsal.rehearse import rehearse as run

    with console_reporter() as report:
        done = run(LabPaths.default().beside("rehearsal"), PROJECT_ROOT, stack, report)
    if format_ is _Format.JSON:
        typer.echo(json.dumps({"schema": SCHEMA, "well": done.well, **asdict(done)}, indent=2))
    else:
        _show(done)
    if not done.well:
        raise typer.Exit(1)


def _show(done: Rehearsal) -> None:
    console = Console(highlight=False, emoji=False)
    areas = Table(title=f"{done.stack}: resources by area")
    packages = sorted({package for counts in done.areas.values() for package in counts})
    areas.add_column("area")
    for package in packages:
        areas.add_column(package, justify="right")
    for area, counts in done.areas.items():
        areas.add_row(area, *(str(counts.get(package, "")) for package in packages))
    phases = Table(title=f"{done.stack}: rehearsal")
    for heading in ("", "seconds", "changed", "as it must be"):
        phases.add_column(heading, justify="left" if heading in {"", "as it must be"} else "right")
    for phase in done.phases:
        phases.add_row(phase.name, f"{phase.seconds:.1f}", str(phase.changed), "no" if phase.problems else "yes")
    if done.areas:
        console.print(areas)
    console.print(phases)
    _show_what_is_not_real(done, console)
    for phase in done.phases:
        for problem in phase.problems:
            console.print(f"{phase.name}: {problem}", style="red", markup=False, soft_wrap=True)


def _show_what_is_not_real(done: Rehearsal, console: Console) -> None:
    lines = [
        *(f"only recorded: {type_}: {reason}" for type_, reason in done.recorded.items()),
        *(f"stood in for by an empty chart: {chart}: {reason}" for chart, reason in done.stood_in.items()),
        *(f"only recorded: image {image}: {reason}" for image, reason in done.imported.items()),
        *(f"without a definition in the cluster: {kind}" for kind in done.undefined),
    ]
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)
