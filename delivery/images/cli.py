"""`cartorio image`: verdicts on images, what a stack runs, and the import of third-party images."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from guardrails.trust.verdict import Judgement

group = typer.Typer(
    name="image",
    help="Images: whether they are trusted and why, which a stack runs, and how a vendor's come in.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

_WIDE = 1000  # columns where nobody looks: a line a statement, whatever its length


class Format(StrEnum):
    """How it is told."""

    TEXT = "text"
    JSON = "json"


_References = Annotated[list[str], typer.Argument(metavar="REF...", help="Images: registry/repository@sha256:...")]
_Reference = Annotated[str, typer.Argument(metavar="REF", help="The image: registry/repository@sha256:...")]
_Trust = Annotated[
    Path | None, typer.Option("--trust", metavar="FILE", help="The trust policy; this checkout's if not given.")
]
_Profile = Annotated[str, typer.Option("--profile", help="Whose rules hold: local, staging, producao, ...")]
_Form = Annotated[Format, typer.Option("--format", help="text for people, json for programs.")]
_EXITS = "Exit codes: 0 all trusted, 1 one is refused, 2 bad input or usage, 3 a registry or key could not be read."
_INVENTORY_EXITS = f"{_EXITS[:-1]}, or something of the stack not be looked into."


def add_commands(app: typer.Typer) -> None:
    """Add `cartorio image` to the root command."""
    app.add_typer(group)


@group.callback()
def _group() -> None:
    """Images: whether they are trusted and why, which a stack runs, and how a vendor's come in."""


@group.command(epilog=_EXITS)
def verify(
    references: _References, *, trust: _Trust = None, profile: _Profile = "producao", form: _Form = Format.TEXT
) -> None:
    """Say whether images may run: the verdict that the policy pack would give under the same policy.

    Every signature is checked against the keys and identities of the policy, every digest recomputed. What could not be
    read is an error, never trusted. Nothing is changed anywhere.

    For example:

      cartorio image verify registry.cartorio.internal/cartorio/app@sha256:...

      cartorio image verify REF REF --profile staging --format json      (for programs)

      cartorio image verify REF --trust ./trust.yaml --profile qa        (another policy)
    """
    from delivery.images.telling import exit_code, lines, plain

    judged = _judged(references, trust, profile)
    verdicts = [judgement.verdict for judgement in judged.values()]
    if form is Format.JSON:
        typer.echo(json.dumps({"images": [plain(verdict) for verdict in verdicts]}, indent=2))
    else:
        console = _console()
        for verdict in verdicts:
            for line in lines(verdict):
                console.print(line, soft_wrap=True)
    _end(exit_code(verdicts, readable=_readable(references)))


@group.command(epilog=_EXITS)
def explain(reference: _Reference, *, trust: _Trust = None, profile: _Profile = "producao") -> None:
    """Draw why an image is trusted or not: every requirement, authority and key, and every signature that was found.

    For example:

      cartorio image explain registry.cartorio.internal/cartorio/app@sha256:... --profile local
    """
    from delivery.images.telling import exit_code, tree

    (judgement,) = _judged([reference], trust, profile).values()
    _console().print(tree(judgement))
    _end(exit_code([judgement.verdict], readable=_readable([reference])))


@group.command(epilog=_INVENTORY_EXITS)
def inventory(
    stack: Annotated[str, typer.Argument(metavar="STACK", help="The stack, as in Pulumi.STACK.yaml.")],
    *,
    preview: Annotated[
        bool, typer.Option("--preview", help="What an update would make of it; without, what there is.")
    ] = False,
    project: Annotated[
        Path | None, typer.Option("--project", help="The folder of Pulumi.yaml; this checkout if not given.")
    ] = None,
    trust: _Trust = None,
    profile: Annotated[
        str | None, typer.Option("--profile", help="Whose rules hold; the stack's name if not given.")
    ] = None,
    form: _Form = Format.TEXT,
) -> None:
    """List every image of a stack: its verdict, who signed it, since when that is proven, and its SBOM.

    Images of workloads, of rendered charts and of custom resources. What could not be looked into is listed too.

    For example:

      cartorio image inventory producao                           (what runs)

      cartorio image inventory staging --preview --format json    (what an update would run, for programs)
    """
    from delivery.images.inventory import of_stack
    from delivery.images.telling import exit_code, listed, recorded
    from guardrails.settings import read_settings
    from lab.console import console_reporter
    from lab.paths import PROJECT_ROOT

    version = read_settings(PROJECT_ROOT / "policy_pack" / "settings.yaml").kubernetes_version
    with console_reporter() as report:
        report.step(stack, "previewing" if preview else "reading the state")
        found = of_stack(stack, project or PROJECT_ROOT, version, preview=preview)
        report.step(stack, f"{len({use.image for use in found.uses})} images")
    images = tuple(dict.fromkeys(use.image for use in found.uses))
    judged = _judged(images, trust, profile or stack) if images else {}
    places = {image: [use.where for use in found.uses if use.image == image] for image in images}
    verdicts = [judged[image].verdict for image in images]
    if form is Format.JSON:
        document = [recorded(verdict, places[verdict.reference]) for verdict in verdicts]
        typer.echo(json.dumps({"stack": stack, "images": document, "unseen": list(found.unseen)}, indent=2))
    else:
        console = _console()
        console.print(listed(verdicts, places))
        for line in found.unseen:
            console.print(f"not seen: {line}", markup=False, soft_wrap=True, style="yellow")
    _end(exit_code(verdicts, whole=not found.unseen))


@group.command(
    name="import", epilog="Exit codes: 0 imported, 1 the source is refused, 2 bad usage, 3 something failed."
)
def bring(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The vendor's image: registry/repository@sha256:...")],
    destination: Annotated[
        str, typer.Argument(metavar="DEST", help="Its name within the organisation, without digest.")
    ],
    *,
    trust: _Trust = None,
    profile: _Profile = "producao",
    key: Annotated[
        str | None, typer.Option("--key", help="What signs; the key that the rule about DEST asks for, if not given.")
    ] = None,
    form: _Form = Format.TEXT,
) -> None:
    r"""Bring a third-party image in: look at it where it comes from, copy it by digest, sign the digest.

    Where the trust policy says who signs the source (profile `origins`), an image that is not so signed is refused.
    What is there and signed already is left as it is, so that it may be repeated at any time.

    For example:

      cartorio image import docker.io/hashicorp/vault:1.21.4@sha256:... \
                            registry.cartorio.internal/mirror/docker.io/hashicorp/vault
    """
    from dataclasses import asdict

    from delivery.images.asking import TRUST
    from delivery.images.importing import Request, bring_in
    from lab.console import console_reporter
    from lab.paths import LabPaths
    from lab.toolchain import ensure

    with console_reporter() as report:
        tools = ensure(("crane", "cosign"), LabPaths.default(), report)
        done = bring_in(Request(source, destination, trust or TRUST, profile, key), tools, report)
    if form is Format.JSON:
        typer.echo(json.dumps(asdict(done), indent=2))
        return
    origin = f"signed by {', '.join(done.origin)}" if done.origin else "no rule says who signs it: its digest is all"
    console = _console()
    console.print(f"{done.reference}", markup=False, soft_wrap=True)
    console.print(f"  from       {done.source} ({origin})", markup=False, soft_wrap=True)
    console.print(f"  signed by  {done.key}{'' if done.changed else ' (before)'}", markup=False, soft_wrap=True)


@group.command(name="import-key", epilog="Exit codes: 0 it is there, 2 bad usage, 3 AWS failed or has something else.")
def import_key(
    *,
    signer: Annotated[
        list[str] | None, typer.Option("--signer", metavar="ARN", help="Who may sign with a new key; may be repeated.")
    ] = None,
    region: Annotated[str | None, typer.Option("--region", help="AWS region; the shell's if not given.")] = None,
) -> None:
    """Make the key that signs imported images, once an account, before its first stack; or find it.

    For example:

      cartorio image import-key --signer arn:aws:iam::444455556666:role/cartorio-image-import
    """
    from delivery.images.importkey import ALIAS, ensure_key

    found = ensure_key(signer or (), region)
    typer.echo(f"awskms:///{ALIAS} is {found.arn} ({'made now' if found.made else 'there already'})")


def _judged(references: Sequence[str], trust: Path | None, profile: str) -> Mapping[str, Judgement]:
    from delivery.images.asking import judge
    from lab.console import console_reporter

    counted = "one image" if len(set(references)) == 1 else f"{len(set(references))} images"
    with console_reporter() as report:
        report.step("trust", f"verifying {counted}")
        judged = judge(references, trust, profile)
        report.step("trust", f"{counted} judged under the profile {profile}")
    return judged


def _readable(references: Sequence[str]) -> bool:
    from delivery.images.asking import readable

    return all(readable(reference) for reference in references)


def _console() -> Console:
    console = Console(highlight=False, emoji=False)
    return console if console.is_terminal else Console(highlight=False, emoji=False, width=_WIDE)


def _end(code: int) -> None:
    if code:
        raise typer.Exit(code)
