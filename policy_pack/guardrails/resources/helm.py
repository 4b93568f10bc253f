"""Helm releases: CrossGuard sees a release's values, never its pods, so the chart is rendered with the real helm.

`helm template` writes what `helm install` would apply, hooks and custom resource definitions included
(https://helm.sh/docs/helm/helm_template/), and with `--is-upgrade` what `helm upgrade` would; what either makes counts.
The properties are those of Pulumi's `kubernetes:helm.sh/v3:Release`
(https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v3/release/). A value that is not known yet goes into
the chart as a marker; whatever comes out with a marker in it is unknown again.

What the provider would read differently, or from elsewhere, is refused rather than guessed (its `helm_release.go`): a
chart of a repository (it fetches it again, and may be given another; only a rehearsal's mirror is believed, see
`chart_mirror.py`), nulls (it drops them), programs and downloads that change the chart. Two things remain that only
the cluster can tell a chart: what `lookup` finds there, and which API versions it serves besides Kubernetes' own; a
chart that makes pods depend on them is not seen whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

from guardrails import strict_yaml
from guardrails.resources import bounded, chart_mirror, reading
from guardrails.resources.base import Resource
from guardrails.resources.reading import UNKNOWN, Asset, Unknown

RELEASE_TYPE: Final = "kubernetes:helm.sh/v3:Release"

_MARKER: Final = "guardrails-unknown-value"
_LIMITS: Final = bounded.Limits()
_VALUES_BYTES: Final = 1024 * 1024
_ADVICE: Final = "Use --debug flag to render out invalid YAML"  # which whoever reads it cannot
# Change what is applied, by a program that cannot be run from here, or by what is downloaded at the time.
_UNSUPPORTED: Final = ("postrender", "dependencyUpdate")


class HelmError(Exception):
    """The release cannot be rendered.

    Args:
        what: one sentence, for a person.
        remedy: what to do.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


class StandInError(HelmError):
    """The release's chart is an empty stand-in: there was nothing to render, and nothing is known of the real one."""


@dataclass(frozen=True, slots=True)
class HelmRelease(Resource):
    """A release and whether it could be rendered.

    Args:
        problem: why it could not, with helm's own words; empty when it could.
        remedy: what to do about the problem.
        stand_in: in a rehearsal, which chart an empty one stood in for, and why; empty when it was the real one.
    """

    label: ClassVar[str] = RELEASE_TYPE

    problem: str
    remedy: str
    stand_in: str = ""


@dataclass(frozen=True, slots=True)
class _Order:
    """One call of helm: everything that its output depends on."""

    arguments: tuple[str, ...]
    positional: tuple[str, str]
    values: str
    chart: Path
    files: tuple[bytes, ...]
    archive: bytes = b""


class Renderer:
    """Renders releases, each content once. Threads may share it: at worst two render the same.

    Args:
        root: the folder that chart paths are relative to: the Pulumi project's.
        kubernetes_version: the API's version that charts may ask for.
        environment: names the record of a rehearsal's charts, in one.
    """

    def __init__(self, root: Path, kubernetes_version: str, environment: Mapping[str, str] | None = None) -> None:
        self._root = root
        self._kubernetes_version = kubernetes_version
        self._environment = environment or {}
        self._rendered: dict[str, tuple[Any, ...] | HelmError] = {}
        self._archives: dict[str, bytes] = {}

    def render(self, name: str, properties: Mapping[str, Any]) -> tuple[Any, ...]:
        """The manifests of a release, as raw properties.

        Args:
            name: the resource's name, which the release has when it names none itself.
            properties: raw properties of the release.

        Raises:
            HelmError: it cannot be rendered.
            StandInError: its chart is a rehearsal's stand-in, and renders to nothing.
            reading.MalformedError: a property has a wrong type.
        """
        try:
            served, archive = chart_mirror.mirrored(properties, self._environment, self._archives)
        except chart_mirror.MirrorError as error:
            raise HelmError(str(error), "Start the rehearsal again.") from error
        order = self._order(name, properties, archive)
        key = _fingerprint(order)
        if key not in self._rendered:
            empty = served is not None and served.stands_in and chart_mirror.holds_nothing(archive)
            try:
                self._rendered[key] = () if empty else self._run(order)
            except HelmError as error:
                self._rendered[key] = error
        manifests = self._rendered[key]
        if isinstance(manifests, HelmError):
            raise manifests
        if served is None or not served.stands_in:
            return manifests
        chart = f"{served.name} {served.version}"
        if manifests:
            raise HelmError(f"what stands in for {chart} is not empty", "Find out what serves charts on loopback.")
        remedy = "Rehearse where the chart's source, or a mirror of it, can be reached."
        raise StandInError(f"{chart} of {served.source}: {served.stands_in}", remedy)

    def _order(self, name: str, properties: Mapping[str, Any], archive: bytes) -> _Order:
        for key in _UNSUPPORTED:
            if properties.get(key):
                raise HelmError(
                    f"the property {key} changes what is applied in a way that cannot be rendered here",
                    f"Leave {key} out, or put its effect into the chart.",
                )
        chart = Path("chart.tgz") if archive else self._chart(properties)
        arguments = ["template", f"--kube-version={self._kubernetes_version}"]
        namespace = reading.text(properties, "namespace", "")
        if namespace is not None:
            arguments.append(f"--namespace={_MARKER if isinstance(namespace, Unknown) else namespace}")
        if reading.flag(properties, "skipCrds", "") is not True:
            arguments.append("--include-crds")
        if reading.flag(properties, "disableOpenapiValidation", "") is True:
            arguments.append("--disable-openapi-validation")
        values = reading.mapping(properties, "values", "")
        if isinstance(values, Unknown):
            raise HelmError(
                "its values are not known before the update",
                "Give the release its values as an object, of which single members may be outputs.",
            )
        files = tuple(self._values_file(number, file) for number, file in enumerate(_files(properties), 1))
        if reading.flag(properties, "allowNullValues", "") is not True:
            _refuse_nulls(values, "its values hold")
            for number, content in enumerate(files, 1):
                _refuse_nulls(_parsed(number, content), f"values file {number} holds")
        marked = json.dumps(_mark(values))
        if _MARKER in marked:
            # A chart's schema may ask of a value what the marker in its place is not: an address, one of some words.
            # At the update, when all values are there, it is asked.
            arguments.append("--skip-schema-validation")
        return _Order(
            arguments=tuple(arguments),
            positional=(_known(properties, "name") or name, str(chart)),
            values=marked,
            chart=chart,
            files=files,
            archive=archive,
        )

    def _chart(self, properties: Mapping[str, Any]) -> Path:
        chart = _known(properties, "chart")
        if chart is None:
            raise HelmError("it names no chart", "Give the release a chart.")
        repository = reading.mapping(properties, "repositoryOpts", "")
        if isinstance(repository, Unknown) or any(repository.values()):
            raise HelmError(
                "its chart comes from a repository, which may give the deployment another one than it gives the pack",
                "Vendor the chart into the project (`helm pull --untar`), name its folder, leave repositoryOpts out.",
            )
        folder = self._root / chart
        # Looked for before the folder is looked through: any folder could be named, and the root of the machine is one.
        if not os.path.isfile(folder) and not os.path.isfile(folder / "Chart.yaml"):  # noqa: PTH113 - no to any text
            raise HelmError(
                f"the project has no chart {chart!r}",
                "Name a chart's folder or archive in the project; `helm pull` fetches one to vendor.",
            )
        return folder

    def _values_file(self, number: int, file: Asset) -> bytes:
        if file.kind == "text":
            content = file.value.encode()
        else:
            try:
                with (self._root / file.value).open("rb") as stream:
                    content = stream.read(_VALUES_BYTES + 1)
            except (OSError, ValueError) as error:
                why = error.strerror if isinstance(error, OSError) else error
                raise HelmError(f"values file {number} cannot be read: {why}", "Name a file of the project.") from error
        if len(content) > _VALUES_BYTES:
            raise HelmError(f"values file {number} is longer than {_VALUES_BYTES >> 20} MiB", "Shorten it.")
        return content

    def _run(self, order: _Order) -> tuple[Any, ...]:
        helm = shutil.which("helm")
        if helm is None:
            raise HelmError(
                "helm is not on PATH, so nobody can see the pods inside the release",
                "Install helm 3.16 or newer (https://helm.sh/docs/intro/install/); `make up` brings its own.",
            )
        with tempfile.TemporaryDirectory(prefix="guardrails-") as folder, ThreadPoolExecutor(2) as pool:
            arguments = list(order.arguments)
            for index, content in enumerate(order.files):
                # A copy: what was looked at is what is rendered, and helm would take a comma in a name for two files.
                file = Path(folder, f"values-{index}.yaml")
                file.touch(mode=0o600)
                file.write_bytes(content)
                arguments.append(f"--values={file}")
            chart = order.positional[1]
            if order.archive:
                chart = str(Path(folder, chart))
                Path(chart).write_bytes(order.archive)
            calls = [
                pool.submit(
                    _call,
                    [helm, *arguments, *mode, "--values=-", "--", order.positional[0], chart],
                    order.values,
                    self._root,
                )
                for mode in ((), ("--is-upgrade",))
            ]
            install, upgrade = (call.result() for call in calls)
        manifests = _manifests(install)
        if upgrade != install:
            manifests += [manifest for manifest in _manifests(upgrade) if manifest not in manifests]
        return tuple(manifests)


def _manifests(output: str) -> list[Any]:
    try:
        return [_unmark(manifest) for manifest in strict_yaml.documents(output) if manifest is not None]
    except strict_yaml.StrictYamlError as error:
        raise HelmError(f"its manifests are not valid YAML: {error}", "Correct the chart's templates.") from error


def _call(command: list[str], values: str, folder: Path) -> str:
    """Run helm in a folder; values go in by standard input."""
    try:
        return bounded.output(command, values, folder, _LIMITS)
    except bounded.NotStartedError as error:
        raise HelmError(f"helm cannot be started: {error}", "Check the helm on PATH.") from error
    except bounded.TooMuchError as error:
        raise HelmError(f"it renders to more than {_LIMITS.output_bytes >> 20} MiB", "Split the chart.") from error
    except bounded.TooLongError as error:
        raise HelmError(f"helm took more than {_LIMITS.seconds} s", "Simplify the chart, or vendor it.") from error
    except bounded.ProgramError as error:
        said = str(error).removesuffix(_ADVICE).rstrip()
        raise HelmError(f"helm says: {said}", "Correct the chart or the release's values.") from error


def _known(properties: Mapping[str, Any], key: str) -> str | None:
    value = reading.text(properties, key, "")
    if isinstance(value, Unknown):
        raise HelmError(f"its {key} is not known before the update", f"Give the release a constant {key}.")
    return value


def _files(properties: Mapping[str, Any]) -> tuple[Asset, ...]:
    files = reading.sequence(properties, "valueYamlFiles", "")
    found: list[Asset] = []
    for file in (UNKNOWN,) if isinstance(files, Unknown) else files:
        if not isinstance(file, Asset) or file.kind == "uri":
            raise HelmError("one of its values files is remote or not known yet", "Use files of this repository.")
        found.append(file)
    return tuple(found)


def _parsed(number: int, content: bytes) -> object:
    try:
        found = strict_yaml.document(content.decode())
    except (UnicodeDecodeError, strict_yaml.StrictYamlError) as error:
        raise HelmError(f"values file {number} is not valid YAML: {error}", "Correct the file.") from error
    if found is not None and not isinstance(found, Mapping):
        raise HelmError(f"values file {number} holds no mapping", "Correct the file.")
    return found or {}


def _refuse_nulls(values: object, where: str) -> None:
    """Helm takes a null for "remove the chart's default"; the provider leaves the default in, unless told otherwise."""
    waiting, seen = [values], set()
    while waiting:
        value = waiting.pop()
        if value is None:
            raise HelmError(
                f"{where} a null, which the provider drops: the chart's own default would hold",
                "Give another value than null, or set allowNullValues on the release.",
            )
        if isinstance(value, (Mapping, list, tuple)) and id(value) not in seen:  # an alias in YAML is looked at once
            seen.add(id(value))
            waiting.extend(value.values() if isinstance(value, Mapping) else value)


def _mark(value: Any) -> Any:  # noqa: ANN401 - plain data in, plain data out
    if isinstance(value, Unknown):
        return _MARKER
    if isinstance(value, Mapping):
        return {key: _mark(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mark(member) for member in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)  # Pulumi hands every number over as a float
    if isinstance(value, Asset):
        raise HelmError("one of its values is a file", "Give the value itself.")
    return value


def _unmark(value: Any) -> Any:  # noqa: ANN401 - plain data in, plain data out
    if isinstance(value, str):
        return UNKNOWN if _MARKER in value else value
    if isinstance(value, dict):
        return {key: _unmark(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_unmark(member) for member in value]
    return value


def _fingerprint(order: _Order) -> str:
    digest = hashlib.sha256(
        repr((order.arguments, order.positional, order.values, order.files, order.archive)).encode()
    )
    paths = [] if order.archive else [order.chart]
    if order.chart.is_dir():
        paths = [Path(folder, name) for folder, _, names in os.walk(order.chart) for name in names]
    for path in sorted(paths):
        status = path.stat() if path.exists() else path.lstat()
        digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    return digest.hexdigest()
