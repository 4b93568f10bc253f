"""`cartorio lab`: the lab's services from the command line."""

from __future__ import annotations

import contextlib
import json
import os
import time
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lab.errors import LabError
from lab.paths import LabPaths
from lab.services.model import NoTools, ServiceState

if TYPE_CHECKING:
    from pathlib import Path

    from lab.report import Reporter
    from lab.services.lab import Lab
    from lab.services.model import ServiceStatus, Tools

_FOLLOW_POLL = 0.2  # seconds
_COLOURS = {ServiceState.RUNNING: "green", ServiceState.FAILING: "yellow", ServiceState.STOPPED: "red"}

group = typer.Typer(
    name="lab",
    help="The lab's services: a Kubernetes control plane with three nodes, AWS's API, an image registry.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)


class _Format(StrEnum):
    TEXT = "text"
    JSON = "json"


_FormatOption = Annotated[_Format, typer.Option("--format", help="text for people, json for programs.")]


def add_commands(app: typer.Typer) -> None:
    """Add `cartorio lab` to the root command."""
    app.add_typer(group)


@group.command(epilog="Example: [bold]cartorio lab up && export KUBECONFIG=.lab/kubeconfig && kubectl get nodes[/]")
def up(
    extras: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="NAME",
            help="What to start besides; gitops: Flux's controllers, a Git server; admission: policy-controller.",
        ),
    ] = None,
    format_: _FormatOption = _Format.TEXT,
) -> None:
    """Start what is not running, restart what does not answer, keep the rest; prints where the services are."""
    from lab.console import console_reporter
    from lab.services.gitops import repository
    from lab.services.lab import Lab, expect_a_labs, tools_of
    from lab.toolchain import ensure

    paths = LabPaths.default()
    expect_a_labs(paths.root)
    asked = tuple(dict.fromkeys(extras or ()))
    tools = tools_of(*asked)
    with console_reporter() as report:
        lab = Lab(paths, ensure(tools, paths, report), asked)
        endpoints = lab.up(report)
    shown = {
        "kubernetes": endpoints.kubernetes_url,
        "kubeconfig": str(endpoints.kubeconfig),
        "cloud": endpoints.cloud_url,
        "registry": endpoints.registry,
    }
    if "gitops" in asked:
        shown["git"] = lab.repository()
        shown["push to"] = str(repository(paths.root))
    if format_ is _Format.JSON:
        typer.echo(json.dumps(shown, indent=2))
        return
    for name, value in shown.items():
        typer.echo(f"{name:<11} {value}")


@group.command(epilog="Example: [bold]cartorio lab down[/]; the cache of built tools stays.")
def down() -> None:
    """End every process of the lab and delete its folder, with the cluster, cloud and images in it."""
    from lab.console import console_reporter
    from lab.services.lab import expect_a_labs

    paths = LabPaths.default()
    expect_a_labs(paths.root)
    with console_reporter() as report:
        _lab(paths).down(report)
        for passing in (paths.beside("rehearsal"), paths.beside("bench")):
            _end_abandoned(passing, report)


@group.command(epilog="Exits with 3 when a service is not running. Example: [bold]cartorio lab status --format json[/]")
def status(format_: _FormatOption = _Format.TEXT) -> None:
    """Show each service: what it is doing, where, since when, with how much memory."""
    services = _lab(LabPaths.default()).status()
    if format_ is _Format.JSON:
        typer.echo(json.dumps([_as_json(service) for service in services], indent=2))
    else:
        Console(highlight=False).print(_as_table(services))
    if any(service.state is not ServiceState.RUNNING for service in services):
        raise typer.Exit(LabError.exit_code)


@group.command(epilog="Example: [bold]cartorio lab logs kube-apiserver --lines 100 --follow[/]")
def logs(
    service: Annotated[str, typer.Argument(help="The service, as `cartorio lab status` names it.")],
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many lines of the end to show.")] = 40,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new lines until Ctrl-C.")] = False,  # noqa: FBT002
) -> None:
    """Show the end of a service's log."""
    from lab.services.processes import tail

    log = _lab(LabPaths.default()).log(service)
    if not log.exists():
        raise LabError(f"{service} has no log", where=str(log), remedy="run `cartorio lab up`")
    position = log.stat().st_size
    for line in tail(log, lines, end=position):
        typer.echo(line)
    if follow:
        _follow(log, position)


def _lab(paths: LabPaths, tools: Tools | None = None) -> Lab:
    from lab.services.lab import Lab

    return Lab(paths, tools or NoTools())


def _end_abandoned(paths: LabPaths, report: Reporter) -> None:
    """Take down what a rehearsal or a measurement has left that was killed; one under way is left alone."""
    from lab.services.lock import TakenError, alone

    if paths.root.exists():
        try:
            with alone(paths.root):
                report.log(f"{paths.root.name} was left behind")
                _lab(paths).down(report)
        except TakenError:
            report.log(f"{paths.root.name} is in use: it ends with its command")


def _follow(log: Path, position: int) -> None:
    """Print what is appended to the log; begins again at the top when a restart has set the old file aside."""
    while log.parent.exists():  # until `cartorio lab down`
        with contextlib.suppress(FileNotFoundError), log.open("rb") as stream:
            if stream.seek(0, os.SEEK_END) < position:
                position = 0
            stream.seek(position)
            added = stream.read()
            position += len(added)
            typer.echo(added.decode(errors="replace"), nl=False)
        time.sleep(_FOLLOW_POLL)


def _as_json(service: ServiceStatus) -> dict[str, object]:
    return {
        "name": service.name,
        "state": service.state.value,
        "detail": service.detail,
        "pid": service.pid,
        "url": service.url,
        "log": str(service.log),
        "uptime_seconds": None if service.uptime is None else round(service.uptime, 1),
        "rss_bytes": service.rss,
    }


def _as_table(services: tuple[ServiceStatus, ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("service", "state", "pid", "up", "memory", "where"):
        table.add_column(heading, justify="right" if heading in {"pid", "up", "memory"} else "left", no_wrap=True)
    # Names and addresses are for copying, never cut; only why a service does not run may take several lines.
    table.columns[0].min_width = max(len(service.name) for service in services)
    table.columns[-1].min_width = max(len(service.url) for service in services)
    well = all(service.state is ServiceState.RUNNING for service in services)
    if not well:
        table.add_column("detail", overflow="fold")
    for service in services:
        colour = _COLOURS[service.state]
        table.add_row(
            service.name,
            f"[{colour}]{service.state}[/]",
            "" if service.pid is None else str(service.pid),
            "" if service.uptime is None else _duration(service.uptime),
            "" if service.rss is None else f"{service.rss / 1024**2:.0f} MB",
            service.url,
            *(() if well else (Text(service.detail),)),  # a Text: its brackets are no markup
        )
    return table


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02}m" if hours else f"{minutes}m{rest:02}s" if minutes else f"{rest}s"
