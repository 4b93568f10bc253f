"""`cartorio drift`: whether what is there is still what was applied."""

from __future__ import annotations

import os
from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

_DRIFTED = 1  # exit code


def add_commands(app: typer.Typer) -> None:
    """Add `cartorio drift` to the root command."""
    app.command(epilog="Exit codes: 0 as applied, 1 drifted, 2 bad input or usage, 3 GitHub could not be told.")(drift)


def drift(
    plans: Annotated[list[Path], typer.Argument(metavar="PLAN...", help="Plans, or folders of them.")],
    *,
    issue: Annotated[
        bool, typer.Option("--issue", help="Open, update or close one issue a stack at GitHub, by GITHUB_TOKEN.")
    ] = False,
) -> None:
    """Say what is not as it was applied, by plans that were made with `cartorio preview STACK --refresh --output PLAN`.

    With --issue, one issue a stack is kept at GitHub, with the label `drift`; in a workflow, that is what the exit code
    would say, so that it is 0 then. No value of a property is told.

    For example:

      cartorio preview producao --refresh --output plan.json, then: cartorio drift plan.json

      cartorio drift plans --issue            (in a workflow; GITHUB_REPOSITORY, GITHUB_API_URL say where)
    """
    from delivery.drift.report import differing, report
    from delivery.plan import file
    from delivery.plan.printable import printable
    from lab.errors import UsageError

    read = [file.read(path) for path in _files(plans)]
    if twice := {plan.stack for plan in read if sum(other.stack == plan.stack for other in read) > 1}:
        raise UsageError(f"several plans are of the stack {', '.join(sorted(twice))}", remedy="name one a stack")
    for plan in read:
        if plan.origin.lab:
            raise UsageError(f"the plan of {plan.stack} was made in the lab: there is nothing there that could drift")
    for plan in read:
        found = differing(plan)
        typer.echo(f"{plan.stack}: {f'{len(found)} not as applied' if found else 'as applied'}")
        for change in found:
            typer.echo(f"  {change.operation.value} {printable(change.type)} {printable(change.name)}")
    if not issue:
        if any(differing(plan) for plan in read):
            raise typer.Exit(_DRIFTED)
        return
    from delivery.drift.issues import Issues
    from delivery.github.place import Place, token_of

    place = Place.of(os.environ)
    issues = Issues(token_of(os.environ), place)
    for plan in read:
        done, number = issues.tell(report(plan, place.run))
        typer.echo(f"{plan.stack}: issue {f'#{number} ' if number else ''}{done.value}")


def _files(plans: Sequence[Path]) -> list[Path]:
    from lab.errors import UsageError

    found = [one for path in plans for one in (sorted(path.glob("*.json")) if path.is_dir() else [path])]
    if not found:
        raise UsageError("there are no plans there", where=", ".join(map(str, plans)))
    return found
