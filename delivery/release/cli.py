"""`cartorio release`: a release from the digests of images to what a pull request proposes to a stack."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from components.release import Release
    from components.settings import Settings

_FOUND = 1  # exit code

group = typer.Typer(
    name="release",
    help="A release: images by digest, looked at, signed, and made known.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
_File = Annotated[Path, typer.Argument(metavar="FILE", help="The release file.")]
_Stack = Annotated[str, typer.Option("--stack", "-s", help="The stack, as in Pulumi.STACK.yaml.")]


def add_commands(app: typer.Typer) -> None:
    """Add `cartorio release` to the root command."""
    app.add_typer(group)


@group.callback()
def _group() -> None:
    """A release: images by digest, looked at, signed, and made known."""


@group.command(epilog="Exit codes: 0 written, 2 the stack would not take it.")
def build(
    *,
    stack: _Stack,
    version: Annotated[str, typer.Option("--version", help="Such as 1.4.0.")],
    api: Annotated[str, typer.Option("--api", metavar="REF", help="Image of the API, registry/name@sha256:...")],
    workers: Annotated[str, typer.Option("--workers", metavar="REF", help="Image of the workers, likewise.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to.")],
) -> None:
    """Write a release file, held to what the stack's file allows: digests, registries, a version.

    For example:

      cartorio release build --stack producao --version 1.4.0 --api REF --workers REF --output release.json
    """
    from delivery.release import document

    release = document.build(version, api, workers, _settings(stack), output)
    typer.echo(f"release {release.version} for {stack}: {output}")


@group.command(epilog="Exit codes: 0 nothing that bad, 1 findings, 2 bad input, 3 the registry does not tell (yet).")
def scan(
    file: _File,
    *,
    stack: _Stack,
    severity: Annotated[str, typer.Option("--severity", help="From which on it is refused.")] = "HIGH",
) -> None:
    """Ask the account's registry what its scanner has found in the images of a release.

    For example: cartorio release scan release.json --stack producao
    """
    from delivery.release.document import images
    from delivery.release.scan import SEVERITIES, scanned
    from lab.errors import UsageError

    if severity not in SEVERITIES:
        raise UsageError(f"there is no severity {severity:.40}", remedy=f"name one of {', '.join(SEVERITIES)}")
    release, settings = _read(file, stack)
    bad = 0
    for image in images(release):
        found = scanned(image, settings.configuration.aws.region)
        bad += found.at_least(severity)
        counts = ", ".join(f"{count} {name}" for name, count in sorted(found.counts.items())) or "nothing"
        typer.echo(f"{image.repository}@{image.digest[:19]}: {counts}")
    if bad:
        typer.echo(f"{bad} findings of {severity} or worse: fix them, or take another image")
        raise typer.Exit(_FOUND)


@group.command(epilog="Exit codes: 0 signed and trusted, 2 bad input, 3 it cannot be signed, or is not trusted.")
def sign(
    file: _File,
    *,
    stack: _Stack,
    key: Annotated[
        str | None, typer.Option("--key", help="What signs, as cosign names it; the stack's own key if not given.")
    ] = None,
    trust: Annotated[
        Path | None, typer.Option("--trust", metavar="FILE", help="The trust policy; this checkout's if not given.")
    ] = None,
) -> None:
    """Sign the images of a release, and see that the policy pack would let them run. What is signed is left alone.

    For example: cartorio release sign release.json --stack producao
    """
    from components.keys.inventory import alias_of
    from components.keys.purposes import KeyPurpose
    from delivery.release import sign as signing
    from delivery.release.document import images
    from lab.console import console_reporter
    from lab.paths import LabPaths
    from lab.toolchain import ensure

    release, settings = _read(file, stack)
    profile = settings.configuration.profile.value
    own = f"awskms:///{alias_of(stack, KeyPurpose.RELEASE_SIGNING)}"
    with console_reporter() as report:
        cosign = ensure(("cosign",), LabPaths.default(), report).path("cosign")
        done = signing.sign(images(release), key or own, trust, profile, cosign, report)
    typer.echo(f"release {release.version} for {stack}: {len(done)} signed, {len(images(release)) - len(done)} before")


@group.command(epilog="Exit codes: 0 made known, 2 bad input, 3 GitHub refuses or is not there.")
def publish(file: _File, *, stack: _Stack) -> None:
    """Make a release known at GitHub, by GITHUB_TOKEN: a tag, and the file to propose to the stack.

    A release that is there already with the same file is left as it is; with another one, it is refused.

    For example: cartorio release publish release.json --stack producao       (in a workflow)
    """
    from delivery.github.place import Place, token_of
    from delivery.release.publish import Releases

    release, _ = _read(file, stack)
    done = Releases(token_of(os.environ), Place.of(os.environ)).publish(
        stack, release, file.read_text(encoding="utf-8"), os.environ.get("GITHUB_SHA")
    )
    typer.echo(f"{done.tag}: {'made' if done.made else 'there already'} {done.address}")


def _read(file: Path, stack: str) -> tuple[Release, Settings]:
    from delivery.release import document

    settings = _settings(stack)
    return document.read(file, settings), settings


def _settings(stack: str) -> Settings:
    from delivery.keys.stackvalues import settings_of
    from lab.paths import PROJECT_ROOT

    return settings_of(stack, PROJECT_ROOT)
