"""What Flux fetches and applies by itself, and the charts that anybody installs.

Source of the shapes: Flux's API of source-controller 1.9, kustomize-controller 1.9 and helm-controller 1.4
(https://fluxcd.io/flux/components/), and Pulumi's `kubernetes:helm.sh/v3:Release`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from guardrails.resources import reading
from guardrails.resources.base import Resource
from guardrails.resources.located import Located, place
from guardrails.resources.reading import Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardrails.resources.base import Declared
    from guardrails.resources.kubernetes import KubernetesObject

SOURCES: Final = frozenset({"GitRepository", "OCIRepository", "Bucket", "HelmRepository", "HelmChart"})
"""Kinds of what Flux fetches."""

# Go's time.ParseDuration, as far as Flux's API takes it.
_DURATION: Final = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?")


@dataclass(frozen=True, slots=True)
class Source(Located):
    """Something that Flux fetches again and again.

    Args:
        url: from where; None for a bucket or a chart, which have none.
        verified: whether it says who must have signed what is fetched; of a HelmRepository, whether it is of a kind
            whose charts can be verified at all.
        reference: the tag, digest or version of an OCIRepository; None for what has none.
        plain: whether it is fetched without TLS.
        of: kind and name of the repository that a HelmChart comes from.
        interval: seconds between two looks; None when it is absent, or no duration.
        suspended: whether it is switched off.
    """

    label: ClassVar[str] = "Flux sources (GitRepository, OCIRepository, Bucket, HelmRepository, HelmChart)"

    url: str | Unknown | None
    verified: bool | Unknown
    reference: str | Unknown | None
    plain: bool | Unknown
    of: tuple[str | Unknown, str | Unknown] | None
    interval: float | Unknown | None
    suspended: bool | Unknown


@dataclass(frozen=True, slots=True)
class Sync(Located):
    """A Kustomization or HelmRelease of Flux: what makes the cluster be as a source says.

    Args:
        source: kind and name of the source, None when it names none.
        source_namespace: where the source is; None for the object's own namespace.
        verified: whether it verifies the chart that it fetches itself.
        interval: seconds between two runs; None when it is absent, or no duration.
        prunes: whether what is gone from the source goes from the cluster; None for a HelmRelease, which always does.
        suspended: whether it is switched off.
    """

    label: ClassVar[str] = "Kustomization and HelmRelease of Flux"

    source: tuple[str | Unknown, str | Unknown] | None
    source_namespace: str | Unknown | None
    verified: bool | Unknown
    interval: float | Unknown | None
    prunes: bool | Unknown | None
    suspended: bool | Unknown


@dataclass(frozen=True, slots=True)
class ChartUse(Resource):
    """A chart that somebody installs.

    Args:
        path: where the version is said, or should be.
        chart: its name, path or address.
        version: the version or range; None for none.
        vendored: whether it is a folder or archive of the project, which is as it was committed.
    """

    label: ClassVar[str] = "Helm charts (a Release of Pulumi's, HelmRelease and HelmChart of Flux)"

    path: str
    chart: str | Unknown | None
    version: str | Unknown | None
    vendored: bool


def source(found: KubernetesObject) -> Source:
    """Read a source of Flux."""
    spec = reading.mapping(found.properties, "spec", "")
    if isinstance(spec, Unknown):
        return Source(
            **place(found), url=spec, verified=spec, reference=spec, plain=spec, of=None, interval=spec, suspended=spec
        )
    url = reading.text(spec, "url", "spec")
    plain: bool | Unknown = reading.flag(spec, "insecure", "spec") or False
    if isinstance(url, Unknown):
        plain = plain or url
    elif url is not None:
        plain = plain or url.lower().startswith(("http://", "git://"))
    return Source(
        **place(found),
        url=url,
        verified=_can_be_verified(url) if found.kind == "HelmRepository" else _verified(spec, "spec"),
        reference=_reference(spec) if found.kind == "OCIRepository" else None,
        plain=plain,
        of=_named(spec, "sourceRef", "spec") if found.kind == "HelmChart" else None,
        interval=_seconds(spec, "interval"),
        suspended=_suspended(spec),
    )


def sync(found: KubernetesObject) -> Sync:
    """Read a Kustomization or a HelmRelease."""
    spec = reading.mapping(found.properties, "spec", "")
    kustomization = found.kind == "Kustomization"
    if isinstance(spec, Unknown):
        prunes = spec if kustomization else None
        return Sync(
            **place(found),
            source=(spec, spec),
            source_namespace=spec,
            verified=spec,
            interval=spec,
            prunes=prunes,
            suspended=spec,
        )
    holder, key, at = spec, "sourceRef", "spec"
    if not kustomization:
        key = "chartRef"
        if spec.get("chart") is not None:
            holder, key, at = _chart_spec(spec), "sourceRef", "spec.chart.spec"
    other = reading.mapping(holder, key, at)
    return Sync(
        **place(found),
        source=_named(holder, key, at),
        source_namespace=other if isinstance(other, Unknown) else reading.text(other, "namespace", f"{at}.{key}"),
        verified=_verified(holder, at),
        interval=_seconds(spec, "interval"),
        prunes=reading.flag(spec, "prune", "spec") or False if kustomization else None,
        suspended=_suspended(spec),
    )


def chart_of_flux(found: KubernetesObject) -> ChartUse | None:
    """The chart of a HelmRelease or a HelmChart; None where a HelmRelease refers to another object for it."""
    spec = reading.mapping(found.properties, "spec", "")
    at = "spec"
    if not isinstance(spec, Unknown) and found.kind == "HelmRelease":
        if spec.get("chart") is None:
            return None
        spec, at = _chart_spec(spec), "spec.chart.spec"
    if isinstance(spec, Unknown):
        return ChartUse(found.address, found.identity, found.title, at, spec, spec, vendored=False)
    origin = _named(spec, "sourceRef", at)
    return ChartUse(
        found.address,
        found.identity,
        found.title,
        f"{at}.version",
        reading.text(spec, "chart", at),
        reading.text(spec, "version", at),
        # One of a Git repository is as that has it: Flux ignores a version.
        vendored=origin is not None and origin[0] == "GitRepository",
    )


def chart_of_release(declared: Declared) -> ChartUse:
    """The chart of a release of Pulumi's."""
    raw = declared.properties
    chart = reading.text(raw, "chart", "")
    repository = reading.mapping(raw, "repositoryOpts", "")
    elsewhere = isinstance(repository, Unknown) or bool(repository.get("repo"))
    vendored = not elsewhere and isinstance(chart, str) and not chart.startswith(("oci://", "https://", "http://"))
    version = reading.text(raw, "version", "")
    title = f"Helm release {declared.name}"
    return ChartUse(declared.address, declared.address, title, "version", chart, version, vendored)


def _chart_spec(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    chart = reading.mapping(spec, "chart", "spec")
    inner = chart if isinstance(chart, Unknown) else reading.mapping(chart, "spec", "spec.chart")
    return {"chart": inner, "version": inner, "verify": inner} if isinstance(inner, Unknown) else inner


def _named(raw: Mapping[str, Any], key: str, path: str) -> tuple[str | Unknown, str | Unknown] | None:
    if raw.get(key) is None:
        return None
    other, at = reading.mapping(raw, key, path), reading.join(path, key)
    if isinstance(other, Unknown):
        return other, other
    return reading.text(other, "kind", at) or "", reading.text(other, "name", at) or ""


def _verified(raw: Mapping[str, Any], path: str) -> bool | Unknown:
    verify = reading.mapping(raw, "verify", path)
    if isinstance(verify, Unknown):
        return verify
    # Which keys, or whose: `verify` with only a provider takes any signature that anybody made (keyless).
    return bool(verify.get("secretRef")) or bool(verify.get("matchOIDCIdentity"))


def _can_be_verified(url: str | Unknown | None) -> bool | Unknown:
    return url if isinstance(url, Unknown) else url is not None and url.lower().startswith("oci://")


def _reference(spec: Mapping[str, Any]) -> str | Unknown:
    ref = reading.mapping(spec, "ref", "spec")
    if isinstance(ref, Unknown):
        return ref
    for key in ("digest", "semver", "tag"):  # in the order in which Flux takes them
        if value := reading.text(ref, key, "spec.ref"):
            return value
    return "latest"


def _suspended(spec: Mapping[str, Any]) -> bool | Unknown:
    return reading.flag(spec, "suspend", "spec") or False


def _seconds(spec: Mapping[str, Any], key: str) -> float | Unknown | None:
    value = reading.text(spec, key, "spec")
    if value is None or isinstance(value, Unknown):
        return value
    parts = _DURATION.fullmatch(value)
    if parts is None or not value:
        return None
    return sum(float(part or 0) * unit for part, unit in zip(parts.groups(), (3600, 60, 1, 0.001), strict=True))
