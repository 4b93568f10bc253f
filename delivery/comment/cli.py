"""`cartorio comment`: tell reviewers of plans that `cartorio preview` has made."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from delivery.comment.wording import WORDINGS, Language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delivery.comment.github import Comments
    from delivery.plan.model import Plan

_ACTIONS: Final = "github-actions[bot]"


def add_commands(app: typer.Typer) -> None:
    """Add `cartorio comment` to the root command."""
    app.command(
        epilog="Exit codes: 0 told, 2 bad input or usage, 3 GitHub could not be told (the summary and the files are "
        "written before)."
    )(comment)


def comment(  # noqa: PLR0913 - options
    *,
    plans: Annotated[list[Path], typer.Option("--plan", metavar="FILE", help="Of `cartorio preview`; repeatable.")],
    number: Annotated[int | None, typer.Option("--pr", min=1, help="The pull request; without it, no comment.")] = None,
    repository: Annotated[
        str | None, typer.Option("--repo", metavar="OWNER/NAME", envvar="GITHUB_REPOSITORY", help="The repository.")
    ] = None,
    language: Annotated[Language, typer.Option("--lang", help="In which language.")] = Language.ENGLISH,
    link: Annotated[
        str | None, typer.Option("--link", metavar="URL", help="Where the whole plan is; in a workflow, its run.")
    ] = None,
    author: Annotated[
        str | None, typer.Option("--author", help="Whose comments are edited; the token's owner if not given.")
    ] = None,
    sarif: Annotated[Path | None, typer.Option("--sarif", metavar="FILE", help="Write the findings as SARIF.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be commented; ask nobody.")] = False,
) -> None:
    """Comment on a pull request: one comment a stack, edited in place; resolved when nothing is to change.

    In a workflow (GITHUB_ACTIONS), the job's summary and annotations are written, too. The token is taken from
    GITHUB_TOKEN or GH_TOKEN, the address of an Enterprise server from GITHUB_API_URL. Comments of others are never
    touched.

    For example:

      cartorio comment --pr 7 --plan plan.json

      cartorio comment --pr 7 --plan producao.json --plan staging.json --lang pt-BR --sarif findings.sarif

      cartorio comment --plan plan.json --dry-run
    """
    from delivery.comment.body import body
    from delivery.github.place import run_of
    from delivery.plan import file
    from lab.errors import UsageError

    say = WORDINGS[language]
    read = [file.read(one) for one in plans]
    if len({(plan.project, plan.stack) for plan in read}) != len(read):
        raise UsageError("two plans are of the same stack", remedy="give each stack's newest plan")
    where = link or run_of(os.environ)
    if dry_run:
        for plan in read:
            typer.echo(body(plan, say, link=where))
        return
    _tell_the_workflow(read, language, where, sarif)
    if number is None:
        return
    comments = _comments(number, repository)
    writer = author or (_ACTIONS if os.environ.get("GITHUB_ACTIONS") == "true" else comments.author())
    for plan in read:
        typer.echo(f"{plan.stack}: {_put(comments, writer, plan, language, where)}")


def _tell_the_workflow(plans: Sequence[Plan], language: Language, link: str, sarif: Path | None) -> None:
    """First of all: whatever GitHub's API says later, this is there."""
    from delivery.comment import sarif as format_
    from delivery.comment.annotations import commands
    from delivery.comment.summary import append
    from lab.errors import UsageError

    if sarif:
        try:
            sarif.parent.mkdir(parents=True, exist_ok=True)
            sarif.write_text(format_.sarif(plans), "utf-8", "replace")
        except OSError as error:
            raise UsageError(f"the findings cannot be written: {error.strerror}", where=str(sarif)) from error
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        append(Path(summary), plans, WORDINGS[language], link)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in commands(plans):
            typer.echo(line)


def _comments(number: int, repository: str | None) -> Comments:
    from delivery.comment.github import Comments
    from delivery.github.place import Place, token_of

    return Comments(token_of(os.environ), Place.of(os.environ, repository), number)


def _put(comments: Comments, author: str, plan: Plan, language: Language, link: str) -> str:
    from delivery.comment import marker
    from delivery.comment.body import body, settled
    from delivery.comment.sticky import Sticky

    wanted = marker.marker(plan.project, plan.stack)
    text = body(plan, WORDINGS[language], link=link)
    return Sticky(author, wanted, text, plan.origin.at, only_edit=settled(plan)).put(comments).value
