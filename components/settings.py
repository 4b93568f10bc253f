"""The stack's configuration: the only reader of Pulumi's configuration, and of the files that it names.

Everything is read and checked before any resource is registered; every problem is reported at once, with the path of
the setting and its line in `Pulumi.<stack>.yaml`.
"""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pulumi
from pulumi.runtime import config as runtime_config
from pydantic import TypeAdapter, ValidationError

from components.errors import Problem, SettingsError
from components.problems import dotted, findings, section_of, suggestion
from components.release import Release, read_release
from components.sections.configuration import Configuration
from components.sizing import Sized
from components.sources import Mirrored, Sources
from components.stackfile import StackFile, Step
from components.values import ProjectPath
from components.vendored import pinned_charts, read_vendored
from components.workload.chart import Chart, read_chart

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PREFIX = "cartorio:"
_CHART = "./charts/cartorio"
# Stands in for every chart source that the stack's file names no mirror of: a laboratory's, or a laptop's.
_CHART_MIRROR = "CARTORIO_CHART_MIRROR"
_DEFAULT_PROVIDERS = "pulumi:disable-default-providers"
_PATH: TypeAdapter[str] = TypeAdapter(ProjectPath)
_FIELDS = {field.alias or name: field.annotation for name, field in Configuration.model_fields.items()}


@dataclass(frozen=True)
class Settings:
    """Everything that decides what a stack looks like.

    Attributes:
        stack: the stack's name.
        configuration: its file, checked.
        release: what the release file says.
        chart: the application's chart.
        kubeconfig: the kubeconfig that is used, for the reader: a path, or several as in the environment variable.
        sources: where third-party charts and images come from.
    """

    stack: str
    configuration: Configuration
    release: Release
    chart: Chart
    kubeconfig: str
    sources: Sources


def load() -> Settings:
    """Read the configuration of the running stack.

    Raises:
        SettingsError: it cannot be used; the error lists every problem.
    """
    values = {**pulumi.runtime.get_config_env(), **runtime_config.CONFIG.get()}
    secrets = frozenset(key for key in values if runtime_config.is_config_secret(key))
    return parse(values, secrets=secrets, stack=pulumi.get_stack(), root=_root(), environment=os.environ)


def parse(
    values: Mapping[str, str], *, secrets: frozenset[str], stack: str, root: Path, environment: Mapping[str, str]
) -> Settings:
    """Check the configuration `values`, as the engine hands them over (structured ones as JSON).

    Args:
        values: full keys (`cartorio:aws`) and texts.
        secrets: the keys that are encrypted in the stack's file.
        stack: the stack's name.
        root: the project's folder, which has the stack's file and what the settings name.
        environment: the process environment (KUBECONFIG, CARTORIO_CHART_MIRROR).

    Raises:
        SettingsError: something is wrong; the error lists every problem.
    """
    file = _stack_file(root, stack)
    document, malformed = _document(values, secrets)
    configuration, invalid = _validate(document, unreadable={path[0] for path, _ in malformed})
    problems = [
        Problem(file.name, file.line(path), dotted(path), message)
        for path, message in (*_switches(values), *malformed, *invalid)
    ]
    release = _release(document, root, configuration)
    chart = read_chart(root, _CHART)
    vendored, strange = read_vendored(root, pinned_charts())
    problems += release if isinstance(release, tuple) else ()
    problems += (chart,) if isinstance(chart, Problem) else ()
    problems += strange
    if problems or configuration is None or not isinstance(release, Release) or not isinstance(chart, Chart):
        raise SettingsError(tuple(problems))
    kubeconfig = configuration.cluster.kubeconfig or environment.get("KUBECONFIG") or "~/.kube/config"
    return Settings(
        stack=stack,
        configuration=configuration,
        release=release,
        chart=chart,
        kubeconfig=kubeconfig,
        sources=Sources(
            tuple(Mirrored(entry.source, entry.mirror) for entry in configuration.mirrors),
            charts=environment.get(_CHART_MIRROR),
            vendored=vendored,
            sizes=tuple(
                Sized(size.chart, size.part, size.replicas, size.resources.model_dump() if size.resources else None)
                for size in configuration.sizes
            ),
        ),
    )


_Wrong = tuple[tuple[Step, ...], str]


def _root() -> Path:
    """The folder of `Pulumi.yaml`. A language host need not say which it is; the program then runs in it."""
    root = pulumi.runtime.get_root_directory()
    return Path(root) if root and (Path(root) / "Pulumi.yaml").is_file() else Path.cwd()


def _stack_file(root: Path, stack: str) -> StackFile:
    name = f"Pulumi.{stack}.yaml"
    try:
        text = (root / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""  # the configuration then came from elsewhere (`--config-file`): there are no lines to show
    return StackFile(name, text)


def _switches(values: Mapping[str, str]) -> Iterator[_Wrong]:
    if values.get(_DEFAULT_PROVIDERS) != '["*"]':
        yield (_DEFAULT_PROVIDERS,), 'must be ["*"]: without it, a forgotten provider silently becomes a default one'


def _document(values: Mapping[str, str], secrets: frozenset[str]) -> tuple[dict[str, object], list[_Wrong]]:
    """The `cartorio:` settings as one document, and those that cannot be part of it."""
    document: dict[str, object] = {}
    wrong: list[_Wrong] = []
    for key in sorted(values):
        if not key.startswith(_PREFIX):
            continue
        name = key.removeprefix(_PREFIX)
        if name not in _FIELDS:
            wrong.append(((key,), "is not a setting" + suggestion(name, _FIELDS)))
            continue
        if key in secrets:
            # Not looked at any further: what is wrong with it would be shown, and with it the secret.
            wrong.append(
                ((key,), "must not be encrypted: settings end up in plain sight; secrets have their own places")
            )
            continue
        if _plain(_FIELDS[name]):
            document[name] = values[key]
            continue
        try:
            document[name] = json.loads(values[key], parse_float=_finite, parse_constant=_finite)
        except ValueError:
            document[name] = values[key]  # so that nothing is judged by the setting's default instead
            wrong.append(((key,), f"must be a {_form(_FIELDS[name])}, not the text '{values[key]:.80}'"))
    return document, wrong


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no JSON number")
    return number


def _plain(annotation: object) -> bool:
    return section_of(annotation) is None and annotation is not bool


def _form(annotation: object) -> str:
    return "mapping" if section_of(annotation) else "yes-or-no value (true or false)"


def _validate(document: dict[str, object], *, unreadable: set[Step]) -> tuple[Configuration | None, list[_Wrong]]:
    try:
        # As JSON, because strict models take a list for a tuple and a text for an enumeration from JSON only.
        return Configuration.model_validate_json(json.dumps(document)), []
    except ValidationError as error:
        located = [
            ((f"{_PREFIX}{item.path[0]}", *item.path[1:]), item.message) for item in findings(error, Configuration)
        ]
        return None, [(path, message) for path, message in located if path[0] not in unreadable]


def _release(
    document: dict[str, object], root: Path, configuration: Configuration | None
) -> Release | tuple[Problem, ...]:
    """The release file, read even when something else is wrong, so that its problems are reported with the others."""
    try:
        path = _PATH.validate_python(document.get("release"), strict=True)
    except ValidationError:
        return ()  # reported as a setting already
    release = read_release(root, path)
    if not isinstance(release, Release) or configuration is None or release.images is None:
        return release
    allowed = configuration.supply.registries
    strangers = tuple(
        Problem(path, 0, f"images.{role}", f"must come from one of cartorio:supply.registries ({', '.join(allowed)})")
        for role, image in (("api", release.images.api), ("workers", release.images.workers))
        if not image.startswith(tuple(f"{registry}/" for registry in allowed))
    )
    return strangers or release
