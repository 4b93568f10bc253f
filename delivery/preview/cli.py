"""`cartorio preview STACK...`: what updates would do, for people and for programs."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from delivery.preview.several import Outcome
    from lab.engine.engine import Engine
    from lab.report import Reporter

SCHEMA: Final = "cartorio.preview/v1"
_REFUSED, _FAILED = 1, 3  # exit codes
_PLACE: Final = "{stack}"


class Format(StrEnum):
    """What a result looks like."""

    TEXT = "text"
    JSON = "json"


def add_commands(app: typer.Typer) -> None:
    """Add `cartorio preview` to the root command."""
    app.command(
        epilog="Exit codes: 0 nothing is in the way, 1 mandatory findings, 2 bad input or usage, "
        "3 a preview did not come to its end. Whatever came out is shown and written all the same."
    )(preview)


def preview(
    stacks: Annotated[list[str], typer.Argument(metavar="STACK...", help="As in Pulumi.STACK.yaml.")],
    *,
    lab: Annotated[
        bool, typer.Option("--lab", help="In a lab of its own: without credentials, network or a stack that is there.")
    ] = False,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the plan; {stack} for each of several.")
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="text for people, json for programs.")] = Format.TEXT,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, max=16, help="So many stacks at the same time.")] = 2,
    refresh: Annotated[bool, typer.Option("--refresh", help="Look at what is really there first.")] = False,
    project: Annotated[
        Path | None, typer.Option("--project", help="The folder of Pulumi.yaml; this checkout if not given.")
    ] = None,
) -> None:
    """Show what an update would do, and what the policy pack says of it. Changes nothing.

    The plan file (docs/plan.schema.json) holds operations, resources and changed properties, never the value of a
    secret; `cartorio comment` and `cartorio up` read it. Its digest is the same for two previews of the same thing.

    With --lab, the program is previewed from nothing, against a cluster and a cloud on this machine: what a fork's pull
    request or a laptop can do.

    For example:

      cartorio preview producao --output plan.json

      cartorio preview producao staging --output 'plans/{stack}.json'

      cartorio preview --lab producao --format json
    """
    from delivery.plan import file
    from delivery.preview.several import previews
    from lab.console import console_reporter
    from lab.errors import UsageError
    from lab.paths import PROJECT_ROOT

    named = list(dict.fromkeys(stacks))
    if output and _PLACE not in output and len(named) > 1:
        raise UsageError("several plans cannot be written to one file", where=output, remedy="have {stack} in its name")
    with console_reporter() as report, _engines(project or PROJECT_ROOT, named, report, lab=lab) as engines:
        outcomes = previews(engines, report, at_once=jobs, lab=lab, flags=("--refresh",) if refresh else ())
    for outcome in outcomes if output else ():
        if outcome.plan and output:
            file.write(outcome.plan, Path(output.replace(_PLACE, outcome.stack)))
    show(outcomes, format_)
    if any(outcome.failed for outcome in outcomes):
        raise typer.Exit(_FAILED)
    if any(outcome.refused for outcome in outcomes):
        raise typer.Exit(_REFUSED)


@contextmanager
def _engines(project: Path, stacks: Sequence[str], report: Reporter, *, lab: bool) -> Iterator[Mapping[str, Engine]]:
    if lab:
        from delivery.preview import laboratory

        with laboratory.engines(project, stacks, report) as made:
            yield made
    else:
        engine = own_engine(project, stacks)
        yield dict.fromkeys(stacks, engine)


def own_engine(project: Path, stacks: Sequence[str]) -> Engine:
    """The caller's own `pulumi`, in the caller's own environment, with the project's policy pack.

    Raises:
        UsageError: there is no such stack.
        LabError: there is no `pulumi`.
    """
    from lab.engine.engine import Engine
    from lab.errors import LabError
    from lab.rehearsal.project import stack_file

    for stack in stacks:
        stack_file(project, stack)
    if shutil.which("pulumi") is None:
        raise LabError(
            "there is no pulumi on PATH", remedy="install Pulumi 3.259.0 or newer, or use `cartorio preview --lab`"
        )
    pack = {"PULUMI_OPTION_POLICY_PACK": str(project / "policy_pack")} if (project / "policy_pack").is_dir() else {}
    return Engine({**pack, **os.environ}, project)


def show(outcomes: Sequence[Outcome], format_: Format) -> None:
    """Print what came out, on standard output."""
    from rich.console import Console

    from delivery.preview import text

    if format_ is Format.JSON:
        document = {
            "schema": SCHEMA,
            "plans": [json.loads(_json(outcome)) for outcome in outcomes if outcome.plan],
            "failed": [
                {"stack": outcome.stack, "what": outcome.error.what, "do": outcome.error.remedy}
                for outcome in outcomes
                if outcome.error
            ],
        }
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    console = Console(highlight=False, emoji=False)
    for outcome in outcomes:
        if outcome.plan:
            for line in text.lines(outcome.plan):
                console.print(line, soft_wrap=True)
        elif outcome.error:
            console.print(f"{outcome.stack}: no plan: {outcome.error.what}", style="red", markup=False, soft_wrap=True)


def _json(outcome: Outcome) -> str:
    from delivery.plan import file

    return file.text(outcome.plan) if outcome.plan else "null"
