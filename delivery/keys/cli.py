"""`cartorio keys`: whether the stack's keys in KMS are what its file declares."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.account import KnownAccount
    from components.keys.inventory import DeclaredKey
    from delivery.keys.model import Finding, Found

SCHEMA = "cartorio.keys-sync/v1"
_FINDINGS = 1  # exit code

group = typer.Typer(
    name="keys",
    help="The stack's KMS keys: whether they are what its file declares.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)


def add_commands(app: typer.Typer) -> None:
    """Add `cartorio keys` to the root command."""
    app.add_typer(group)


@group.callback()
def _group() -> None:
    """The stack's KMS keys: whether they are what its file declares."""


@group.command(epilog="Exit codes: 0 as declared, 1 findings, 2 bad input or usage, 3 AWS could not be asked.")
def sync(
    stack: Annotated[str, typer.Option("--stack", "-s", help="The stack, as in Pulumi.STACK.yaml.")],
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="For programs: one JSON document (cartorio.keys-sync/v1).")
    ] = False,
    project: Annotated[
        Path | None, typer.Option("--project", help="The folder of Pulumi.yaml; this checkout if not given.")
    ] = None,
) -> None:
    """Compare the keys that a stack's file declares with those that KMS has. Changes nothing.

    Found are: missing aliases and keys; keys that are disabled, pending deletion, not rotated or rotated at another
    period, of another spec, usage or policy, or tagged as something else; and aliases and keys that look like the
    stack's but are not declared. Replicas in a second region are compared likewise, and whether each is one; of a
    custom key store, whether it is there and connected. Looks at nothing but these regions, in the account of the
    credentials.

    For example:

      cartorio keys sync --stack producao            (a table)

      cartorio keys sync --stack producao --json     (for programs)

      cartorio shell, then: cartorio keys sync --stack local     (the lab's keys)
    """
    from components.keys.inventory import inventory, replicas
    from components.wiring.keys import platform_users
    from delivery.keys import cloud
    from delivery.keys.compare import compare, leaving
    from delivery.keys.elsewhere import compare_replicas, compare_stores
    from delivery.keys.stackvalues import settings_of
    from lab.paths import PROJECT_ROOT

    configuration = settings_of(stack, project or PROJECT_ROOT).configuration
    account = cloud.account(configuration.aws.region, configuration.aws.accounts)
    users = platform_users(stack, configuration, account)
    declared = inventory(stack, configuration.keys, users, account)
    copies = replicas(stack, configuration.keys, users, account)
    found = {account.region: cloud.read(account.region, {key.alias for key in declared})}
    if copies:
        found[copies[0].region] = cloud.read(copies[0].region, {key.alias for key in copies})
    stores = {key.store: cloud.store_state(account.region, key.store) for key in declared if key.store}
    here = found[account.region]
    findings = (
        *compare(stack, declared, here),
        *(compare_replicas(stack, copies, found[copies[0].region], here) if copies else ()),
        *compare_stores(declared, stores),
    )
    notes = _notes(here, tuple((key.id, key.deletion) for key in leaving(stack, declared, here)))
    if as_json:
        typer.echo(json.dumps(_plain(stack, account, (*declared, *copies), found, findings, notes), indent=2))
    else:
        _show(stack, account, (*declared, *copies), findings, notes)
    if findings:
        raise typer.Exit(_FINDINGS)


def _notes(found: Found, gone: tuple[tuple[str, str | None], ...]) -> tuple[str, ...]:
    notes = [f"key {key}, which no alias of the stack needs any more, is deleted on {day}" for key, day in gone]
    if found.unreadable:
        notes.append(
            f"{len(found.unreadable)} keys are hidden from the caller; whether they are the stack's is unknown"
        )
    return tuple(notes)


def _plain(
    stack: str,
    account: KnownAccount,
    declared: tuple[DeclaredKey, ...],
    found: Mapping[str, Found],
    findings: tuple[Finding, ...],
    notes: tuple[str, ...],
) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "stack": stack,
        "account": account.id,
        "region": account.region,
        "keys": [
            {
                "purpose": key.purpose.value,
                "alias": key.alias,
                "region": key.region,
                "key": found[key.region].aliases.get(key.alias),
                "findings": sum(_about(finding, key, account.region) for finding in findings),
            }
            for key in declared
        ],
        "findings": [
            {
                "kind": finding.kind.value,
                "where": finding.where,
                "key": finding.key,
                "purpose": finding.purpose.value if finding.purpose else None,
                "what": finding.what,
                "remedy": finding.remedy,
            }
            for finding in findings
        ],
        "notes": list(notes),
    }


def _about(finding: Finding, key: DeclaredKey, primary: str) -> bool:
    where = key.alias if key.region == primary else f"{key.alias} in {key.region}"
    return finding.purpose is key.purpose and finding.where == where


def _show(
    stack: str,
    account: KnownAccount,
    declared: tuple[DeclaredKey, ...],
    findings: tuple[Finding, ...],
    notes: tuple[str, ...],
) -> None:
    console = Console(highlight=False, emoji=False)
    if not console.is_terminal:
        console = Console(highlight=False, emoji=False, width=1000)  # a line a finding, whatever its length
    place = f"account {account.id}, {account.region}"
    if findings:
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("FINDING", no_wrap=True)
        for heading in ("WHERE", "WHAT", "DO"):
            table.add_column(heading, overflow="fold")
        for finding in findings:
            # Texts: what stands in an account is no markup.
            table.add_row(*map(Text, (finding.kind.value, finding.where, finding.what, finding.remedy)))
        console.print(table)
    for note in notes:
        console.print(Text(f"note: {note}", style="dim"), soft_wrap=True)
    if findings:
        counted = "one finding" if len(findings) == 1 else f"{len(findings)} findings"
        console.print(Text(f"{counted} in stack {stack} ({place})", style="red"), soft_wrap=True)
    else:
        all_well = f"all {len(declared)} keys of stack {stack} are as declared ({place})"
        console.print(Text(all_well, style="green"), soft_wrap=True)
