from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask, AskStack

VERIFIED, KNOWN = "delivery/source-verified", "delivery/known-source"
ENCRYPTED, FIXED = "delivery/encrypted-source", "delivery/fixed-reference"
KEY = {"secretRef": {"name": "signers"}}


def _source(kind: str, name: object = "s", namespace: object = "flux-system", **spec: object) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": kind, "metadata": metadata, "spec": spec}


def _sync(source: object, namespace: object = "flux-system") -> dict[str, Any]:
    metadata = {"name": "k", "namespace": namespace}
    spec = {"sourceRef": source}
    return {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": metadata,
        "spec": spec,
    }


def _release(source: object, verify: object = None) -> dict[str, Any]:
    chart = {"spec": {"chart": "c", "sourceRef": source, "verify": verify}}
    return {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": {"name": "r", "namespace": "flux-system"},
        "spec": {"chart": chart},
    }


@pytest.mark.parametrize(
    "manifest",
    [
        _source("GitRepository", verify={"mode": "HEAD", **KEY}),
        _source("OCIRepository", verify={"provider": "cosign", **KEY}),
        _source("OCIRepository", verify={"provider": "cosign", "matchOIDCIdentity": [{"subject": "s"}]}),
        _source("HelmRepository", url="oci://registry/charts", type="oci"),
        _source("HelmChart", sourceRef={"kind": "GitRepository", "name": "s"}),
        _source("HelmChart", sourceRef={"kind": "HelmRepository", "name": "s"}, verify=KEY),
        _release({"kind": "HelmRepository", "name": "s"}, KEY),
        _release({"kind": "GitRepository", "name": "s"}),
        _sync({"kind": "GitRepository", "name": "s"}),
    ],
)
def test_what_is_signed_by_somebody_we_know_passes(ask: Ask, manifest: dict[str, Any]) -> None:
    assert ask(VERIFIED, manifest) == ()


@pytest.mark.parametrize(
    ("manifest", "path", "is_unknown"),
    [
        (_source("GitRepository"), "spec.verify", False),
        (_source("GitRepository", verify={"mode": "HEAD"}), "spec.verify", False),
        (_source("OCIRepository", verify={"provider": "cosign"}), "spec.verify", False),
        (_source("Bucket", verify=KEY), "", False),
        (_source("HelmRepository", url="https://charts"), "spec.url", False),
        (_source("HelmChart", sourceRef={"kind": "HelmRepository", "name": "s"}), "spec.verify", False),
        (_release({"kind": "HelmRepository", "name": "s"}), "spec.chart.spec.verify", False),
        (_source("GitRepository", verify=UNKNOWN), "spec.verify", True),
        (_source("HelmRepository", url=UNKNOWN), "spec.url", True),
    ],
)
def test_what_anybody_may_have_written_is_found(
    ask: Ask, manifest: dict[str, Any], path: str, *, is_unknown: bool
) -> None:
    (finding,) = ask(VERIFIED, manifest)
    assert (finding.path, finding.unknown) == (path, is_unknown)


def test_what_is_followed_is_there(ask_stack: AskStack) -> None:
    source = _source("GitRepository")
    assert ask_stack(KNOWN, _sync({"kind": "GitRepository", "name": "s"}), source) == ()
    elsewhere = {"kind": "GitRepository", "name": "s", "namespace": "flux-system"}
    assert ask_stack(KNOWN, _sync(elsewhere, "cartorio"), source) == ()
    assert ask_stack(KNOWN, _release({"kind": "HelmRepository", "name": "s"}), _source("HelmRepository")) == ()


@pytest.mark.parametrize(
    ("sync", "is_unknown"),
    [
        (_sync({"kind": "GitRepository", "name": "t"}), False),
        (_sync({"kind": "OCIRepository", "name": "s"}), False),
        (_sync({"kind": "GitRepository", "name": "s"}, "cartorio"), False),
        (_sync(None), False),
        (_sync({"kind": "GitRepository", "name": UNKNOWN}), True),
        (_sync({"kind": "GitRepository", "name": "s"}, UNKNOWN), True),
        (_sync(UNKNOWN), True),
    ],
)
def test_what_follows_something_else_is_found(ask_stack: AskStack, sync: dict[str, Any], *, is_unknown: bool) -> None:
    (finding,) = ask_stack(KNOWN, sync, _source("GitRepository"))
    assert (finding.address, finding.unknown) == ("urn:0", is_unknown)


@pytest.mark.parametrize(
    ("spec", "findings"),
    [
        ({"url": "ssh://a"}, 0),
        ({"url": "http://a"}, 1),
        ({"url": "oci://a", "insecure": True}, 1),
        ({"url": UNKNOWN}, 1),
    ],
)
def test_what_is_fetched_in_clear_text_is_found(ask: Ask, spec: dict[str, Any], findings: int) -> None:
    assert len(ask(ENCRYPTED, _source("GitRepository", **spec))) == findings


@pytest.mark.parametrize(
    ("ref", "findings"),
    [
        ({"digest": "sha256:a"}, 0),
        ({"tag": "1.4.2"}, 0),
        ({"tag": "v1.4.2-rc.1"}, 0),
        (None, 1),
        ({"tag": "latest"}, 1),
        ({"semver": ">=1.0.0"}, 1),
        ({"semver": "1.x"}, 1),
        ({"semver": "~1.4"}, 1),
        (UNKNOWN, 1),
    ],
)
def test_what_moves_is_found(ask: Ask, ref: object, findings: int) -> None:
    assert len(ask(FIXED, _source("OCIRepository", ref=ref))) == findings
    assert ask(FIXED, _source("GitRepository", ref={"branch": "main"})) == ()
