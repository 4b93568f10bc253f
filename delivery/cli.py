"""`cartorio`: the root of the command line. Each area brings its own commands; this module only joins them."""

from __future__ import annotations

import sys

import typer
from rich.console import Console
from rich.text import Text

from delivery.charts.cli import add_commands as add_chart_commands
from delivery.comment.cli import add_commands as add_comment_commands
from delivery.drift.cli import add_commands as add_drift_commands
from delivery.hsm.cli import add_commands as add_hsm_commands
from delivery.images.cli import add_commands as add_image_commands
from delivery.keys.cli import add_commands as add_key_commands
from delivery.policy.cli import add_commands as add_policy_commands
from delivery.preview.cli import add_commands as add_preview_commands
from delivery.release.cli import add_commands as add_release_commands
from delivery.up.cli import add_commands as add_up_commands
from delivery.workflows.cli import add_commands as add_workflow_commands
from lab.cli import add_commands as add_lab_commands
from lab.errors import LabError

app = typer.Typer(
    name="cartorio",
    help="Cartório Digital's platform: the lab, its tools, production on one machine, keys, HSMs, images, policies.",
    epilog="Exit codes: 0 fine, 1 findings or a refused action, 2 bad input or usage, 3 a dependency failed.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
add_lab_commands(app)
add_chart_commands(app)
add_key_commands(app)
add_hsm_commands(app)
add_workflow_commands(app)
add_drift_commands(app)
add_release_commands(app)
add_image_commands(app)
add_policy_commands(app)
add_preview_commands(app)
add_comment_commands(app)
add_up_commands(app)


def main() -> None:
    """Run the command; a LabError becomes its message and its exit code, never a traceback."""
    try:
        app()
    except LabError as error:
        show(error)
        sys.exit(error.exit_code)


def show(error: LabError) -> None:
    """Print what is wrong, where, and what to do, on standard error."""
    console = Console(stderr=True, highlight=False, emoji=False)  # a URN has things like ":key:" in it
    console.print(Text.assemble(("error:", "bold red"), f" {error.what}"), soft_wrap=True)
    if error.where:
        console.print(f"  where: {error.where}", soft_wrap=True, markup=False)
    if error.remedy:
        console.print(f"  do:    {error.remedy}", soft_wrap=True, markup=False)
