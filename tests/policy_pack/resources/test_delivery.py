from __future__ import annotations

from typing import Any

import pytest

from guardrails.resources.base import Declared
from guardrails.resources.delivery import ChartUse, Source, Sync, chart_of_release
from guardrails.resources.kubernetes import parse_object
from guardrails.resources.reading import UNKNOWN

FLUX = "toolkit.fluxcd.io"


def _read(kind: type[Any], version: str, name: str, spec: object) -> Any:  # noqa: ANN401 - that type
    manifest = {"apiVersion": version, "kind": name, "metadata": {"name": "x", "namespace": "n"}, "spec": spec}
    (found,) = [each for each in parse_object(manifest, address="a") if isinstance(each, kind)]
    return found


def _source(name: str, spec: object) -> Source:
    found: Source = _read(Source, f"source.{FLUX}/v1", name, spec)
    return found


@pytest.mark.parametrize(
    ("verify", "verified"),
    [
        (None, False),
        ({}, False),
        ({"provider": "cosign"}, False),
        ({"mode": "HEAD", "secretRef": {"name": "k"}}, True),
        ({"provider": "cosign", "matchOIDCIdentity": [{"issuer": "i", "subject": "s"}]}, True),
        (UNKNOWN, UNKNOWN),
    ],
)
def test_a_source_is_verified_when_it_says_by_whom(verify: object, verified: object) -> None:
    assert _source("GitRepository", {"verify": verify}).verified is verified


@pytest.mark.parametrize(
    ("url", "plain"),
    [("ssh://a", False), ("http://a", True), ("HTTP://a", True), ("git://a", True), (None, False), (UNKNOWN, UNKNOWN)],
)
def test_a_source_is_fetched_in_some_way(url: object, plain: object) -> None:
    assert _source("GitRepository", {"url": url}).plain is plain
    assert _source("OCIRepository", {"url": "oci://a", "insecure": True}).plain is True


@pytest.mark.parametrize(
    ("url", "verified"), [("oci://a", True), ("https://a", False), (None, False), (UNKNOWN, UNKNOWN)]
)
def test_only_charts_of_an_oci_registry_can_be_verified(url: object, verified: object) -> None:
    assert _source("HelmRepository", {"url": url}).verified is verified


@pytest.mark.parametrize(
    ("ref", "reference"),
    [
        (None, "latest"),
        ({"tag": "1.0.0"}, "1.0.0"),
        ({"tag": "1.0.0", "semver": "*"}, "*"),
        ({"tag": "1.0.0", "semver": "*", "digest": "sha256:a"}, "sha256:a"),
        (UNKNOWN, UNKNOWN),
    ],
)
def test_an_artifact_is_named_as_flux_takes_it(ref: object, reference: object) -> None:
    assert _source("OCIRepository", {"ref": ref}).reference == reference
    assert _source("GitRepository", {"ref": ref}).reference is None


@pytest.mark.parametrize(
    ("interval", "seconds"),
    [("10m", 600), ("1h30m", 5400), ("1.5h", 5400), ("90s", 90), ("500ms", 0.5), ("x", None), ("", None), (None, None)],
)
def test_an_interval_is_read_as_go_does(interval: object, seconds: float | None) -> None:
    assert _source("GitRepository", {"interval": interval}).interval == seconds


def test_a_kustomization_says_what_it_follows() -> None:
    spec = {"sourceRef": {"kind": "GitRepository", "name": "g", "namespace": "m"}, "prune": True, "suspend": True}
    found = _read(Sync, f"kustomize.{FLUX}/v1", "Kustomization", spec)
    assert (found.source, found.source_namespace) == (("GitRepository", "g"), "m")
    assert (found.prunes, found.suspended) == (True, True)
    nothing = _read(Sync, f"kustomize.{FLUX}/v1", "Kustomization", {"sourceRef": UNKNOWN})
    assert (nothing.source, nothing.prunes, nothing.suspended) == ((UNKNOWN, UNKNOWN), False, False)


def test_a_release_of_flux_says_which_chart_it_is() -> None:
    chart = {"chart": "c", "version": "1.x", "sourceRef": {"kind": "HelmRepository", "name": "r"}, "verify": UNKNOWN}
    sync = _read(Sync, f"helm.{FLUX}/v2", "HelmRelease", {"chart": {"spec": chart}})
    assert (sync.source, sync.verified, sync.prunes) == (("HelmRepository", "r"), UNKNOWN, None)
    use = _read(ChartUse, f"helm.{FLUX}/v2", "HelmRelease", {"chart": {"spec": chart}})
    assert (use.path, use.chart, use.version, use.vendored) == ("spec.chart.spec.version", "c", "1.x", False)
    refers = _read(Sync, f"helm.{FLUX}/v2", "HelmRelease", {"chartRef": {"kind": "OCIRepository", "name": "o"}})
    assert refers.source == ("OCIRepository", "o")
    unclear = _read(ChartUse, f"helm.{FLUX}/v2", "HelmRelease", {"chart": {"spec": UNKNOWN}})
    assert (unclear.chart, unclear.version) == (UNKNOWN, UNKNOWN)


def test_a_chart_of_a_git_repository_is_as_that_has_it() -> None:
    spec = {"chart": "./charts/x", "sourceRef": {"kind": "GitRepository", "name": "g"}}
    assert _read(ChartUse, f"source.{FLUX}/v1", "HelmChart", spec).vendored


@pytest.mark.parametrize(
    ("properties", "vendored"),
    [
        ({"chart": "./charts/cartorio"}, True),
        ({"chart": "oci://registry/chart"}, False),
        ({"chart": "cert-manager", "repositoryOpts": {"repo": "https://charts"}}, False),
        ({"chart": "cert-manager", "repositoryOpts": UNKNOWN}, False),
        ({"chart": UNKNOWN}, False),
        ({}, False),
    ],
)
def test_a_release_of_pulumis_has_a_chart_of_the_project_or_another(
    properties: dict[str, Any], *, vendored: bool
) -> None:
    use = chart_of_release(Declared("kubernetes:helm.sh/v3:Release", "x", "urn:x", {**properties, "version": "1.0.0"}))
    assert (use.vendored, use.version, use.path) == (vendored, "1.0.0", "version")
