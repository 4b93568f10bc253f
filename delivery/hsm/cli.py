"""`cartorio hsm`: whether what is in the HSMs is what a declaration says."""

from __future__ import annotations

import json
from enum import StrEnum
from functools import partial
from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from delivery.hsm.declaration import Declaration
    from delivery.hsm.model import Finding, FoundToken

SCHEMA = "cartorio.hsm-check/v1"
_FINDINGS = 1  # exit code

group = typer.Typer(
    name="hsm",
    help="HSMs: whether their slots, tokens and keys are what a declaration says.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)


class Format(StrEnum):
    """How it is told."""

    TEXT = "text"
    JSON = "json"


def add_commands(app: typer.Typer) -> None:
    """Add `cartorio hsm` to the root command."""
    app.add_typer(group)


@group.callback()
def _group() -> None:
    """HSMs: whether their slots, tokens and keys are what a declaration says."""


@group.command(epilog="Exit codes: 0 as declared, 1 findings, 2 bad input or usage, 3 the HSM could not be asked.")
def check(
    file: Annotated[Path, typer.Argument(metavar="DECLARATION", help="The declaration, as in docs/examples/hsm.yaml.")],
    *,
    prompt: Annotated[
        bool, typer.Option("--prompt", help="Ask for the PINs instead of taking the declared ones.")
    ] = False,
    form: Annotated[
        Format, typer.Option("--format", help="json: for programs, one document (cartorio.hsm-check/v1).")
    ] = Format.TEXT,
) -> None:
    """Compare the tokens, mechanisms and keys of a declaration with those of its PKCS#11 module. Changes nothing.

    Found are: tokens that are missing, not initialised, ambiguous or not declared; PINs that are unset, locked or close
    to it; mechanisms that are missing; keys that are missing, ambiguous, not declared, of another type, size, use or
    fingerprint; and keys of any kind that are extractable, not sensitive or not private.

    A PIN comes from a file, a variable of the environment or a prompt. It is tried once; where one try is left, never.

    For example:

      cartorio hsm check docs/examples/hsm.yaml            (a table)

      cartorio hsm check hsm.yaml --format json            (for programs)

      cartorio hsm check hsm.yaml --prompt                 (asks for each token's PIN)
    """
    from delivery.hsm.compare import compare, found_for
    from delivery.hsm.declaration import read
    from delivery.hsm.pins import pin_of
    from delivery.hsm.reader import module

    declaration = read(file)
    with module(file.parent / declaration.module) as opened:
        tokens = {token.slot: token for token in opened.tokens()}
        for declared in declaration.tokens:
            matching = found_for(declared, tuple(tokens.values()))
            if declared.keys and len(matching) == 1:
                only = matching[0]
                tokens[only.slot] = opened.with_keys(only, partial(pin_of, declared, file.parent, ask=prompt))
    found = tuple(tokens.values())
    findings = compare(declaration, found)
    if form is Format.JSON:
        typer.echo(json.dumps(_plain(declaration, found, findings), indent=2))
    else:
        _show(declaration, findings)
    if findings:
        raise typer.Exit(_FINDINGS)


def _plain(declaration: Declaration, found: tuple[FoundToken, ...], findings: tuple[Finding, ...]) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "module": declaration.module,
        "tokens": [
            {
                "slot": token.slot,
                "label": token.label,
                "serial": token.serial,
                "initialised": token.initialised,
                "pin": token.pin.value,
                "keys": None
                if token.keys is None
                else [
                    {
                        "class": key.kind,
                        "label": key.label,
                        "id": key.id,
                        "type": key.type,
                        "fingerprint": key.fingerprint,
                    }
                    for key in token.keys
                ],
            }
            for token in found
        ],
        "findings": [
            {"kind": finding.kind.value, "where": finding.where, "what": finding.what, "remedy": finding.remedy}
            for finding in findings
        ],
    }


def _show(declaration: Declaration, findings: tuple[Finding, ...]) -> None:
    console = Console(highlight=False, emoji=False)
    if not console.is_terminal:
        console = Console(highlight=False, emoji=False, width=1000)  # a line a finding, whatever its length
    if not findings:
        keys = sum(len(token.keys) for token in declaration.tokens)
        counted = f"{len(declaration.tokens)} tokens and {keys} keys"
        console.print(Text(f"all {counted} of {declaration.module} are as declared", style="green"), soft_wrap=True)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("FINDING", no_wrap=True)
    for heading in ("WHERE", "WHAT", "DO"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        # Texts: a label in an HSM is no markup.
        table.add_row(*map(Text, (finding.kind.value, finding.where, finding.what, finding.remedy)))
    console.print(table)
    counted = "one finding" if len(findings) == 1 else f"{len(findings)} findings"
    console.print(Text(f"{counted} in {declaration.module}", style="red"), soft_wrap=True)
