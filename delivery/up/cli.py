"""`cartorio up STACK`: an update that is shown, approved where it must be, done, and written down."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from delivery.plan.model import Plan
    from delivery.up.approval import Approval


def add_commands(app: typer.Typer) -> None:
    """Add `cartorio up` to the root command."""
    app.command(
        epilog="Exit codes: 0 done, or nothing to do, 1 refused (nothing was changed), or what was done is not what "
        "was planned, 2 bad input or usage, 3 the preview or the update failed."
    )(up)


def up(  # noqa: PLR0913 - options
    stack: Annotated[str, typer.Argument(help="As in Pulumi.STACK.yaml.")],
    *,
    plan: Annotated[Path | None, typer.Option("--plan", metavar="FILE", help="The plan that was approved.")] = None,
    digest: Annotated[
        str | None, typer.Option("--digest", metavar="sha256:...", help="The digest of the plan that was approved.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask about what destroys nothing.")] = False,
    yes_destroy: Annotated[
        bool, typer.Option("--yes-destroy", help="Do not ask, even if something goes away.")
    ] = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="Look at what is really there first.")] = False,
    ledger: Annotated[
        Path | None,
        typer.Option(metavar="FILE", envvar="CARTORIO_LEDGER", help="Where it is written down."),
    ] = None,
    project: Annotated[
        Path | None, typer.Option("--project", help="The folder of Pulumi.yaml; this checkout if not given.")
    ] = None,
) -> None:
    """Update a stack: preview it, refuse what may not be done, ask, do it by `pulumi up`, write it down.

    A stack whose profile is producao is updated by an approved plan only (--plan or --digest): it is previewed anew,
    and refused if the digest is another. What deletes, replaces or unprotects something is asked for by the stack's
    name; without a terminal it takes --yes-destroy or an approved plan. Who, what, when and the plan's digest are
    written down before and after; what cannot be written down is not done.

    For example:

      cartorio up staging

      cartorio up producao --plan plan.json

      cartorio up staging --yes            (in a script: refuses what is destructive)
    """
    from delivery.preview.cli import own_engine
    from delivery.preview.run import preview
    from delivery.up.approval import judge, needs_approval
    from lab.console import console_reporter
    from lab.paths import PROJECT_ROOT

    where = project or PROJECT_ROOT
    demanded = needs_approval(where, stack)
    approval = _approval(plan, digest)
    engine = own_engine(where, [stack])
    with console_reporter() as report:
        report.step(stack, "previewing")
        found = preview(engine, stack, flags=("--refresh",) if refresh else ())
        report.step(stack, f"{found.counts.changed} to change")
    _show(found)
    judge(found, approval, demanded=demanded)
    if not found.counts.changed:
        typer.echo(f"{stack}: nothing to do")
        return
    _ask(found, approval, yes=yes, yes_destroy=yes_destroy)
    _do(engine, found, approved=approval.given is not None, file=ledger or _usual())


def _do(engine: object, plan: Plan, *, approved: bool, file: Path) -> None:
    from delivery.plan.printable import printable
    from delivery.preview.run import person
    from delivery.up.ledger import Event, Ledger
    from delivery.up.run import update
    from lab.engine.engine import Engine
    from lab.errors import LabError

    assert isinstance(engine, Engine)  # noqa: S101 - imported here alone
    book, by = Ledger(file), person(os.environ)
    book.add(Event.BEGUN, plan, by, approved=approved)
    try:
        result = update(engine, plan, lambda line: typer.echo(printable(line), err=True))
    except BaseException as error:
        # An interrupt, too: whoever reads the ledger must not believe that it goes on.
        book.add(Event.FAILED, plan, by, approved=approved, told=type(error).__name__)
        raise
    told = "; ".join((*(f"unplanned: {one}" for one in result.unplanned), *result.told))
    last = book.add(Event.DONE if result.well else Event.FAILED, plan, by, approved=approved, told=told)
    typer.echo(f"{plan.stack}: {result.changed} changed, by {by}, plan {plan.digest}")
    typer.echo(f"written down in {file}, last line sha256:{last}")
    if not result.succeeded:
        raise LabError(f"pulumi up failed: {'; '.join(result.told) or 'it said no more'}", where=f"stack {plan.stack}")
    if result.unplanned:
        typer.echo(f"not as planned: {', '.join(map(printable, result.unplanned))}", err=True)
        raise typer.Exit(1)


def _approval(plan: Path | None, digest: str | None) -> Approval:
    import re

    from delivery.plan import file
    from delivery.plan.model import DIGEST
    from delivery.up.approval import Approval
    from lab.errors import UsageError

    if digest is not None and not re.match(DIGEST, digest):
        raise UsageError(f"this is no digest of a plan: {digest}", where="--digest", remedy="it begins with sha256:")
    approval = Approval(file.read(plan) if plan else None, digest)
    _ = approval.given  # of one thing, or it ends here
    return approval


def _show(plan: Plan) -> None:
    from rich.console import Console

    from delivery.preview import text

    console = Console(highlight=False, emoji=False)
    for line in text.lines(plan):
        console.print(line, soft_wrap=True)


def _ask(plan: Plan, approval: Approval, *, yes: bool, yes_destroy: bool) -> None:
    from delivery.up.approval import Ask, RefusedError, ask

    wanted = ask(plan, approval, yes=yes, yes_destroy=yes_destroy)
    if wanted is Ask.NOTHING:
        return
    if not sys.stdin.isatty():
        raise RefusedError(
            "something would be deleted, replaced or unprotected" if wanted is Ask.NAME else "nobody is there to ask",
            where=f"stack {plan.stack}",
            remedy="give the approved plan by --plan, or "
            + ("--yes-destroy if that is wanted" if wanted is Ask.NAME else "--yes"),
        )
    if wanted is Ask.NAME:
        count = len(plan.destructive) + len(plan.unprotected)
        said = typer.prompt(f"Going away, or losing their protection: {count}. The stack's name, to go on", err=True)
        agreed = said == plan.stack
    else:
        agreed = typer.confirm(f"Change {plan.counts.changed} resources of {plan.stack}?", err=True)
    if not agreed:
        raise RefusedError("not done: you did not agree", where=f"stack {plan.stack}")


def _usual() -> Path:
    import platformdirs

    return Path(platformdirs.user_state_dir("cartorio")) / "ledger.jsonl"
