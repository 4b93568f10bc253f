"""The lab's commands: `cartorio lab ...`, `toolchain`, `shell`, `rehearse`; most live beside what they drive.

`cartorio lab deploy` is here, since it drives all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from lab.deploy import Deployed

_NEXT = """
What to try next:
  make shell                       a shell in which pulumi, kubectl, helm, cosign and crane speak to the lab
  make preview                     what the program would change now (nothing)
  .venv/bin/cartorio lab status    what runs, where, and since when"""


_SHOWN = ("release", "endpoint", "release_signing_key", "evidence_bucket")


def add_commands(app: typer.Typer) -> None:
    """Add the lab's commands to the root command."""
    from lab.engine import cli as engine
    from lab.rehearsal import cli as rehearsal
    from lab.services import cli as services
    from lab.toolchain import cli as toolchain

    toolchain.add_commands(app)
    services.group.command(epilog="Example: [bold]cartorio lab deploy[/] (what [bold]make up[/] runs)")(deploy)
    services.add_commands(app)
    engine.add_commands(app)
    rehearsal.add_commands(app)


def deploy() -> None:
    """Bring everything up: tools, services, a signed image, and the stack `local` through `pulumi up`.

    Goes on from wherever an earlier run was interrupted and mends what has died since. Exit code 1: the policy pack
    refused; 3: something could not be had, started or created.
    """
    from lab.console import console_reporter
    from lab.deploy import deploy as bring_up
    from lab.paths import PROJECT_ROOT, LabPaths
    from lab.services.lab import expect_a_labs

    paths = LabPaths.default()
    expect_a_labs(paths.root)
    with console_reporter() as report:
        deployed = bring_up(paths, PROJECT_ROOT, report)
    _show(deployed)


def _show(deployed: Deployed) -> None:
    shown = {
        "kubernetes": deployed.endpoints.kubernetes_url,
        "kubeconfig": deployed.endpoints.kubeconfig,
        "AWS (moto)": deployed.endpoints.cloud_url,
        "registry": deployed.endpoints.registry,
        **{name.replace("_", " "): deployed.outputs.get(name, "none") for name in _SHOWN},
    }
    changed = f"{deployed.changed} resources changed" if deployed.changed else "nothing had to change"
    typer.echo(f"The stack local is up; {changed}.")
    for name, value in shown.items():
        typer.echo(f"  {name:<20} {value}")
    typer.echo(_NEXT)
