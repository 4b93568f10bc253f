"""The engine's commands: `cartorio shell`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lab.errors import LabError, UsageError
from lab.paths import PROJECT_ROOT, LabPaths

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOOLS = (
    *("pulumi", "kubectl", "helm", "cosign", "crane"),
    *("pulumi-resource-kubernetes", "pulumi-language-python-exec"),
)
_PROMPT = {"bash": "(cartorio lab) \\w \\$ ", "zsh": "(cartorio lab) %~ %# "}
# Start-up files are not read: they are where people export the credentials that this shell is to be without.
_WITHOUT_STARTUP = {"bash": ("--noprofile", "--norc"), "zsh": ("-f",), "fish": ("--no-config",)}

_GREETING = """\
A shell of the lab: every tool in it speaks to the lab's own cluster, cloud and registry, and to nothing else.
  pulumi preview            what the program would change, judged by the policy pack
  pulumi up                 change it
  pulumi stack output       where things are
  kubectl get pods -A       the cluster
  helm list -A              what Helm has released
  exit                      leave; the lab keeps running (make down stops it)
"""


def add_commands(app: typer.Typer) -> None:
    """Add the engine's commands to the root command."""
    app.command(
        epilog="Exits as the command does. Example: [bold]cartorio shell -- pulumi preview --stack local --diff[/]",
    )(shell)


def shell(
    command: Annotated[
        list[str] | None, typer.Argument(help="A command to run instead of opening $SHELL; put -- before it.")
    ] = None,
    official_plugins: Annotated[
        str | None,
        typer.Option(
            help="Use your own installation of these provider plugins (aws, random, kubernetes; comma separated)."
        ),
    ] = None,
) -> None:
    """Open a shell in which pulumi, kubectl, helm, cosign and crane speak to the lab."""
    from lab.charts.companion import accompany
    from lab.console import console_reporter
    from lab.engine import plugins
    from lab.engine.environment import environment
    from lab.image import imports
    from lab.services import Lab, ServiceState
    from lab.toolchain import ensure

    paths = LabPaths.default()
    if official_plugins is not None:
        os.environ[plugins.OFFICIAL_PLUGINS] = official_plugins
    with console_reporter() as report:
        toolchain = ensure(_TOOLS, paths, report)
    services = Lab(paths, toolchain)
    endpoints = services.endpoints()
    if down := [one.name for one in services.status() if one.state is not ServiceState.RUNNING]:
        raise LabError(
            f"not running: {', '.join(down)}", where=str(paths.root), remedy="run `make up` (or `cartorio lab up`)"
        )
    variables = environment(paths, toolchain, endpoints)
    # Third-party charts of the other stacks, or stand-ins for those out of reach: their previews work in here, too.
    variables |= accompany(PROJECT_ROOT, paths.root, toolchain.path("helm"), variables)
    images = imports.ask(PROJECT_ROOT, sorted(PROJECT_ROOT.glob("Pulumi.*.yaml")))
    with console_reporter() as report:
        variables |= imports.sign(images, paths.root, toolchain, endpoints, variables, report).environment
    _become(command or _interactive(variables), variables)


def _interactive(variables: dict[str, str]) -> list[str]:
    """The user's shell, marked by its prompt."""
    program = os.environ.get("SHELL") or "/bin/sh"
    kind = Path(program).name
    variables["PS1"] = _PROMPT.get(kind, "(cartorio lab) $ ")
    typer.echo(_GREETING, err=True)
    return [program, *_WITHOUT_STARTUP.get(kind, ())]


def _become(command: list[str], variables: Mapping[str, str]) -> None:
    """Replace this process: exit status, signals and terminal are then the command's own."""
    program = shutil.which(command[0], path=variables["PATH"])
    if program is None:
        raise UsageError(f"no such command: {command[0]}", where="PATH of the lab's shell")
    os.execve(program, command, variables)  # noqa: S606  the user's own command
