"""`cartorio`: the root of the command line. Each area brings its own commands; this module only joins them.

An area is imported when one of its commands is asked for: all of them together take longer than most commands do.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Final

import typer
from typer.core import TyperGroup
from typer.main import get_group

from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typer._click.core import Command, Context

_AREAS: Final[Mapping[str, str]] = {
    "toolchain": "lab.cli",
    "shell": "lab.cli",
    "rehearse": "lab.cli",
    "drift": "delivery.drift.cli",
    "preview": "delivery.preview.cli",
    "comment": "delivery.comment.cli",
    "up": "delivery.up.cli",
    "lab": "lab.cli",
    "charts": "delivery.charts.cli",
    "keys": "delivery.keys.cli",
    "hsm": "delivery.hsm.cli",
    "workflows": "delivery.workflows.cli",
    "release": "delivery.release.cli",
    "image": "delivery.images.cli",
    "policy": "delivery.policy.cli",
}
"""The module whose `add_commands` brings a command, for each command in the order of the help."""


class _Areas(TyperGroup):
    """The root: knows the names of all commands, and the commands of the areas that were asked for."""

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002 - Typer's signature
        """The names of all commands, which are all imported for it: whoever lists them shows what they say."""
        for area in dict.fromkeys(_AREAS.values()):
            self._bring(area)
        return list(_AREAS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """The command of that name; None where there is none, with all of them known then, to name a close one."""
        if cmd_name not in _AREAS:
            self.list_commands(ctx)
        elif cmd_name not in self.commands:
            self._bring(_AREAS[cmd_name])
        return self.commands.get(cmd_name)

    def _bring(self, area: str) -> None:
        part = typer.Typer(rich_markup_mode="rich")
        importlib.import_module(area).add_commands(part)
        self.commands.update(get_group(part).commands)


app = typer.Typer(
    name="cartorio",
    cls=_Areas,
    help="Cartório Digital's platform: the lab, its tools, production on one machine, keys, HSMs, images, policies.",
    epilog="Exit codes: 0 fine, 1 findings or a refused action, 2 bad input or usage, 3 a dependency failed.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


@app.callback()
def _root() -> None:
    """Nothing of its own: Typer makes a group of what has a callback."""


def main() -> None:
    """Run the command; a LabError becomes its message and its exit code, never a traceback."""
    try:
        app()
    except LabError as error:
        show(error)
        sys.exit(error.exit_code)


def show(error: LabError) -> None:
    """Print what is wrong, where, and what to do, on standard error.

    Some of it is what others wrote, over several lines: none moves the cursor, or commands the workflow's runner, which
    takes a line that begins with `::` for its own.
    """
    from rich.console import Console
    from rich.text import Text

    from delivery.plan.printable import printable

    console = Console(stderr=True, highlight=False, emoji=False)  # a URN has things like ":key:" in it
    console.print(Text.assemble(("error:", "bold red"), f" {_inert(error.what)}"), soft_wrap=True)
    if error.where:
        console.print(f"  where: {printable(error.where)}", soft_wrap=True, markup=False)
    if error.remedy:
        console.print(f"  do:    {_inert(error.remedy)}", soft_wrap=True, markup=False)


def _inert(text: str) -> str:
    from delivery.plan.printable import printable

    lines = (printable(line) for line in text.split("\n"))
    return "\n".join(f"| {line}" if line.lstrip().startswith("::") else line for line in lines)
