"""`cartorio policy`: the policy pack's rules over whatever is not yet in a preview, and the rules themselves."""

from __future__ import annotations

import atexit
import gc
import time
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from delivery.policy.model import Result
    from guardrails.examiner import Surroundings
    from guardrails.model import Policy, Profile

_FINDINGS: Final = 1
_BAD_INPUT: Final = 2
_SILENT_SECONDS: Final = 2.0

group = typer.Typer(
    name="policy",
    help="The policy pack's rules: over manifests, charts, kustomizations and exported state.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)


class Format(StrEnum):
    """What a result looks like."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    MARKDOWN = "markdown"


class Language(StrEnum):
    """In which language a result is told; the words of `delivery.comment`."""

    ENGLISH = "en"
    PORTUGUESE = "pt-BR"


class ListFormat(StrEnum):
    """What a list of rules looks like."""

    TEXT = "text"
    JSON = "json"


class ProfileName(StrEnum):
    """How strictly; the words of `guardrails.model.Profile`, which takes longer to import than to say here."""

    LOCAL = "local"
    STAGING = "staging"
    PRODUCAO = "producao"


def add_commands(app: typer.Typer) -> None:
    """Add `cartorio policy` to the root command."""
    app.add_typer(group)


@group.callback()
def _group() -> None:
    """The policy pack's rules: over manifests, charts, kustomizations and exported state."""


@group.command(
    epilog="Exit codes: 0 nothing mandatory found, 1 mandatory findings, 2 bad usage, or something that cannot be read "
    "or holds nothing to judge (all else is judged), 3 a tool is missing, or memory."
)
def check(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files and folders; `-` is standard input.")],
    *,
    profile: Annotated[ProfileName, typer.Option(help="How strictly.")] = ProfileName.PRODUCAO,
    only: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="These rules only (and pack/readable).")
    ] = None,
    skip: Annotated[list[str] | None, typer.Option(metavar="GLOB", help="Not these rules.")] = None,
    output: Annotated[Format, typer.Option("--format", help="Of the result.")] = Format.TEXT,
    language: Annotated[
        Language, typer.Option("--lang", help="Of a result in Markdown: what is asked and what to do, for auditors.")
    ] = Language.ENGLISH,
    values: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Values for the charts; later ones win."),
    ] = None,
) -> None:
    """Judge manifests, folders, kustomizations, charts and exported state by the rules that a preview is judged by.

    A folder with a Chart.yaml is rendered with helm, one with a kustomization is built with kubectl, every other one
    is walked; what Kubernetes calls a list is judged item by item. What `pulumi stack export` wrote is judged as a
    stack; its secrets are never shown. All that is not a stack's is judged together by the rules across resources.

    Signatures of images are asked for at their registries, as in a preview: `--skip image/signed` where none is
    reached. Exempt is what policy_pack/exemptions.yaml says; for a manifest, `resource` there is
    `file:PATH#Kind/namespace/name`.

    For example:

      cartorio policy check clusters/producao

      cartorio policy check charts/cartorio --values values.yaml --skip image/signed

      kubectl get deployments --all-namespaces --output yaml | cartorio policy check - --only 'pss/*'

      pulumi stack export --stack producao | cartorio policy check - --format json

      cartorio policy check . --format sarif > findings.sarif

      cartorio policy check clusters/producao --format markdown --lang pt-BR > auditoria.md
    """
    if language is not Language.ENGLISH and output is not Format.MARKDOWN:
        from lab.errors import UsageError

        raise UsageError(f"a result as {output} is in English only", remedy="add --format markdown to --lang pt-BR")
    from delivery.policy import ahead, places

    progress = _Progress()
    found = places.find(paths)
    with _uncollected(), ahead.reading(found.files) as contents:  # which goes on while the rules are imported
        from delivery.policy import check as checks
        from delivery.policy.sources import Reader
        from guardrails.catalogue import CATALOGUE
        from guardrails.model import Profile

        policies = checks.select(CATALOGUE, only or (), skip or ())
        strictness = Profile(profile.value)
        outside = _surroundings(CATALOGUE, strictness)
        reader = Reader(found, contents, values or (), outside.settings.kubernetes_version, _Tools().find)
        checker = checks.Checker(policies, strictness, outside)
        for item in reader.items():
            progress.told(checker.judge(item))
        result = checker.result(reader.material)
    for file in reader.material.ignored:
        progress.say(f"{file}: no objects of Kubernetes, not judged")
    _hand_over(_written(result, output, language))
    for one in result.unread if output is not Format.TEXT else ():
        progress.say(f"{one.file}{f':{one.line}' if one.line else ''}: {one.what}")
    if result.unread:
        raise typer.Exit(_BAD_INPUT)
    if any(found.enforcement.value == "mandatory" for found in result.findings):
        raise typer.Exit(_FINDINGS)


@group.command("list")
def list_rules(
    *,
    profile: Annotated[ProfileName, typer.Option(help="Whose enforcement to show.")] = ProfileName.PRODUCAO,
    output: Annotated[ListFormat, typer.Option("--format", help="Of the list.")] = ListFormat.TEXT,
) -> None:
    """Name every rule, with its severity, what it does in a profile, and what it asks.

    For example: cartorio policy list --format json
    """
    import json

    from guardrails.catalogue import CATALOGUE
    from guardrails.model import Profile

    rows = [
        {
            "rule": policy.id,
            "severity": policy.severity.value,
            "enforcement": policy.enforcement[Profile(profile.value)].value,
            "title": policy.title,
        }
        for policy in CATALOGUE
    ]
    if output is ListFormat.JSON:
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    widest = max(len(row["rule"]) for row in rows)
    for row in rows:
        typer.echo(f"{row['rule']:<{widest}}  {row['severity']:<8}  {row['enforcement']:<9}  {row['title']}")


@group.command()
def explain(rule: Annotated[str, typer.Argument(help="A rule's id, as `cartorio policy list` names it.")]) -> None:
    """Say all about a rule: why it is there, what it supports, what to do, what fails and what passes.

    For example: cartorio policy explain image/signed
    """
    import difflib

    from guardrails.catalogue import CATALOGUE
    from guardrails.docgen import section
    from lab.errors import UsageError

    found = {policy.id: policy for policy in CATALOGUE}
    if rule not in found:
        close = difflib.get_close_matches(rule, found, n=1)
        hint = f"do you mean {close[0]}?" if close else "`cartorio policy list` names them"
        raise UsageError(f"there is no rule {rule!r}", remedy=hint)
    typer.echo(section(found[rule]))


def _surroundings(catalogue: Sequence[Policy], profile: Profile) -> Surroundings:
    from datetime import UTC, datetime

    from guardrails.examiner import surroundings
    from guardrails.settings import SettingsError
    from lab.errors import UsageError
    from lab.paths import PROJECT_ROOT

    pack = PROJECT_ROOT / "policy_pack"
    try:
        return surroundings(pack, Path.cwd(), catalogue, profile, datetime.now(UTC))
    except SettingsError as error:
        raise UsageError(f"the pack's settings cannot be used: {error}", where=str(pack)) from error


@contextmanager
def _uncollected() -> Iterator[None]:
    """Nothing that is read and judged is garbage before the end: looking for some takes a fifth of the time."""
    gc.disable()
    atexit.register(gc.freeze)  # nor at the end, when the system takes all of it back
    try:
        yield
    finally:
        gc.enable()


class _Tools:
    """The programs that read charts and kustomizations: those on PATH, else the toolchain's own."""

    def __init__(self) -> None:
        self._found: dict[str, str] = {}

    def find(self, name: str) -> str:
        """A program's path; its folder is on PATH afterwards."""
        import os
        import shutil

        if name not in self._found:
            here = shutil.which(name)
            if here is None:
                from lab.console import console_reporter
                from lab.paths import LabPaths
                from lab.toolchain import ensure

                with console_reporter() as report:
                    here = str(ensure([name], LabPaths.default(), report).path(name))
                os.environ["PATH"] = os.pathsep.join((str(Path(here).parent), os.environ.get("PATH", os.defpath)))
            self._found[name] = here
        return self._found[name]


class _Progress:
    """Says on standard error how far a check is, once it takes longer than a person waits without wondering."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said = clock()

    def told(self, count: int) -> None:
        """So many objects are judged."""
        now = self._clock()
        if now - self._said >= _SILENT_SECONDS:
            self._said = now
            self.say(f"judged: {count} objects")

    @staticmethod
    def say(line: str) -> None:
        """One line on standard error, without control characters."""
        from delivery.policy.formats import printable

        typer.echo(printable(line), err=True)


def _hand_over(text: str) -> None:
    try:
        typer.echo(text)
    except BrokenPipeError:
        raise  # whoever reads it has read enough: Typer ends in silence
    except OSError as error:
        from lab.errors import LabError

        raise LabError(f"the result cannot be written: {error.strerror}", where="standard output") from error


def _written(result: Result, output: Format, language: Language) -> str:
    from delivery.policy import formats

    match output:
        case Format.SARIF:
            from delivery.policy.sarif import as_sarif
            from guardrails.settings import pack_version

            return as_sarif(result, pack_version())
        case Format.JUNIT:
            from delivery.policy.junit import as_junit

            return as_junit(result)
        case Format.JSON:
            return formats.as_json(result)
        case Format.MARKDOWN if language is Language.PORTUGUESE:
            from delivery.policy.auditors import as_portuguese

            return as_portuguese(result)
        case Format.MARKDOWN:
            return formats.as_markdown(result)
        case Format.TEXT:
            return formats.as_text(result)
