"""`cartorio charts`: which third-party charts the program pins, and bringing them into the project."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.sources import ChartPin, Sources
    from delivery.charts.vendor import State

SCHEMA = "cartorio.charts/v1"
_FINDINGS = 1  # exit code

group = typer.Typer(
    name="charts",
    help="Third-party charts: what is pinned, and what of it is in the project.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
_Project = Annotated[Path | None, typer.Option("--project", help="The folder of Pulumi.yaml (default: this checkout).")]
_Json = Annotated[bool, typer.Option("--json", help="For programs: one JSON document (cartorio.charts/v1).")]


def add_commands(app: typer.Typer) -> None:
    """Add `cartorio charts` to the root command."""
    app.add_typer(group)


@group.command("list", epilog="Exit codes: 0 all are there as pinned, 1 one is missing or changed, 2 usage.")
def show(*, project: _Project = None, as_json: _Json = False) -> None:
    """List the charts that the program pins, and whether the project has them.

    A chart that the project does not have can be rehearsed, not deployed: the policy pack judges what a release would
    run from the very file that is installed.

    For example:

      cartorio charts list

      cartorio charts list --json
    """
    from components.vendored import pinned_charts
    from delivery.charts.vendor import states
    from lab.paths import PROJECT_ROOT

    found = states(project or PROJECT_ROOT, pinned_charts())
    _tell(found, as_json=as_json)
    if any(state.digest is None or state.changed for state in found):
        raise typer.Exit(_FINDINGS)


@group.command(epilog="Exit codes: 0 fetched, 2 bad input or usage, 3 a source did not answer or gave something else.")
def vendor(
    names: Annotated[list[str] | None, typer.Argument(help="Charts by name; all that are pinned if none.")] = None,
    *,
    stack: Annotated[
        str | None, typer.Option("--stack", "-s", help="Fetch from the mirrors of this stack (cartorio:mirrors).")
    ] = None,
    project: _Project = None,
    as_json: _Json = False,
) -> None:
    """Fetch charts into charts/vendor, each held to its pinned digest. Commit what it brings.

    A chart whose publisher tells no digest is pinned by what comes the first time: its digest goes to
    charts/vendor/lock.json, and nothing else is taken or installed from then on.

    For example:

      cartorio charts vendor                              (all of them)

      cartorio charts vendor cert-manager vault --stack producao
    """
    from components.vendored import pinned_charts
    from delivery.charts.vendor import vendor as fetch
    from lab.console import console_reporter
    from lab.paths import PROJECT_ROOT, LabPaths
    from lab.toolchain import ensure

    root = project or PROJECT_ROOT
    pins = _chosen(pinned_charts(), names or ())
    sources = _sources(root, stack)
    got: list[State] = []
    with console_reporter() as report:
        helm = ensure(("helm",), LabPaths.default(), report).path("helm")
        report.step("charts", f"fetching {len(pins)}")
        for state in fetch(root, pins, sources, helm, os.environ):
            got.append(state)
            report.step("charts", f"{len(got)} of {len(pins)}: {state.pin.name} {state.pin.version}")
    _tell(got, as_json=as_json)


def _chosen(pins: tuple[ChartPin, ...], names: Sequence[str]) -> tuple[ChartPin, ...]:
    known = {pin.name for pin in pins}
    if unknown := sorted(set(names) - known):
        raise typer.BadParameter(f"no such chart: {', '.join(unknown)}; pinned are {', '.join(sorted(known))}")
    return tuple(pin for pin in pins if not names or pin.name in names)


def _sources(root: Path, stack: str | None) -> Sources:
    from components.pins import sources_of
    from components.sources import Sources

    if stack is None:
        return Sources()
    try:
        return sources_of(root / f"Pulumi.{stack}.yaml")
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--stack") from error


def _tell(states: Sequence[State], *, as_json: bool) -> None:
    from components.locked import LOCK

    if as_json:
        charts = [
            {
                "name": state.pin.name,
                "version": state.pin.version,
                "source": state.pin.source,
                "pinned": state.pin.digest,
                "vendored": state.digest,
            }
            for state in states
        ]
        typer.echo(json.dumps({"schema": SCHEMA, "charts": charts}, indent=2))
        return
    table = Table("chart", "version", "in the project", "SHA-256")
    for state in states:
        there = "no" if state.digest is None else "CHANGED" if state.changed else "yes"
        held = "" if state.pin.digest else f" (not in {LOCK}: cartorio charts vendor {state.pin.name})"
        table.add_row(state.pin.name, state.pin.version, there, (state.digest + held) if state.digest else "")
    console = Console(highlight=False, emoji=False)
    console.print(table)
    if missing := [state.pin.name for state in states if state.digest is None]:
        console.print(f"{len(missing)} missing; fetch them: cartorio charts vendor", soft_wrap=True)
