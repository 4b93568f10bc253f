"""`cartorio toolchain`: which tools there are, of what version, from where; and building those that are missing."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lab.console import console_reporter
from lab.paths import LabPaths, home
from lab.toolchain.pins import CATALOGUE
from lab.toolchain.workshop import Origin, ensure, inspect

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from lab.toolchain.workshop import ToolStatus

_STYLES = {Origin.PATH: "cyan", Origin.BUILT: "green", Origin.MISSING: "red"}


class _Format(StrEnum):
    TABLE = "table"
    JSON = "json"


def add_commands(app: typer.Typer) -> None:
    """Add `toolchain` to the root command."""
    app.command("toolchain")(_toolchain)


def _toolchain(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Only these tools; all when none is named.")
    ] = None,
    *,
    build: Annotated[bool, typer.Option("--build", help="Build what is missing, then list.")] = False,
    output: Annotated[_Format, typer.Option("--format", help="How to list.")] = _Format.TABLE,
) -> None:
    """List the lab's tools: version, origin, path. Nothing is built unless asked.

    Each comes from PATH when its version will do, otherwise it is built from its pinned Go module into the cache:
    once, about 30 minutes on 2 cores for all of them. `make up` builds those that the stack `local` needs.

    For example:

      cartorio toolchain                      (what is there, and what is missing)

      cartorio toolchain --build              (build all that is missing)

      cartorio toolchain --build crane helm   (build these two if they are missing)

      cartorio toolchain --format json        (the list for programs)
    """
    paths = LabPaths.default()
    CATALOGUE.select(names or None)  # refuse an unknown name before anything is done
    if build:
        with console_reporter() as report:
            ensure(names or CATALOGUE.names, paths, report)
    tools = [tool for tool in inspect(paths) if not names or tool.name in names]
    if output is _Format.JSON:
        json.dump([_plain(tool) for tool in tools], sys.stdout, indent=2)
        print()  # noqa: T201  the result of the command
    else:
        _table(tools, Console(highlight=False))


def _plain(tool: ToolStatus) -> dict[str, str | None]:
    return {
        "name": tool.name,
        "version": tool.version,
        "origin": tool.origin.value,
        "path": str(tool.path) if tool.path else None,
        "note": tool.note,
    }


def _table(tools: Iterable[ToolStatus], console: Console) -> None:
    if not console.is_terminal:
        console = Console(highlight=False, width=1000)  # a line a tool, whatever its path's length
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("TOOL", "VERSION", "ORIGIN"):
        table.add_column(heading, no_wrap=True)
    table.add_column("PATH", overflow="fold")
    missing = False
    for tool in tools:
        missing |= tool.origin is Origin.MISSING
        table.add_row(tool.name, tool.version, Text(tool.origin, style=_STYLES[tool.origin]), _shown(tool.path))
    console.print(table)
    for tool in tools:
        if tool.note:
            console.print(Text(f"{tool.name}: {tool.note}", style="dim"), soft_wrap=True)
    if missing:
        console.print(Text("build what is missing: cartorio toolchain --build", style="yellow"))


def _shown(path: Path | None) -> str:
    if path is None:
        return "-"
    own = home()
    return f"~/{path.relative_to(own)}" if own and path.is_relative_to(own) else str(path)
