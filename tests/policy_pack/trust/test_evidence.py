"""What is collected from a registry, before anybody judges it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.trust.access import Access
from guardrails.trust.evidence import BundleDocument, Evidence, SimpleSigning, Unreachable, Unusable, Wanted, gather
from guardrails.trust.limits import Limits
from guardrails.trust.mirrors import Mirrors
from guardrails.trust.reference import Digest, Repository
from guardrails.trust.registry import Registry
from tests.support.signing import BUNDLE, OCI_INDEX, OCI_MANIFEST, Signer

if TYPE_CHECKING:
    from tests.support.hostile_registry import HostileRegistry


WANTED = Wanted()


def collected(registry: HostileRegistry, digest: str, wanted: Wanted = WANTED) -> Evidence:
    async def collect() -> Evidence:
        limits = Limits(image_seconds=5)
        access = Access(Mirrors.parse(f"r.example=http://{registry.host}"))
        async with Registry(access, limits) as client:
            return await gather(client, Repository("r.example", "api"), Digest.parse(digest), limits, wanted)

    return asyncio.run(collect())


def why(evidence: Evidence) -> str:
    (item,) = evidence.items
    assert isinstance(item, Unusable)
    return item.why


@pytest.fixture
def image(hostile: HostileRegistry) -> dict[str, Any]:
    return hostile.content.image()


def test_nothing_is_evidence_of_nothing(hostile: HostileRegistry, image: dict[str, Any]) -> None:
    assert collected(hostile, image["digest"]) == Evidence("image", ())
    assert collected(hostile, f"sha256:{'0' * 64}") == Evidence("absent", ())
    assert collected(hostile, hostile.content.index(image)["digest"]) == Evidence("index", ())
    assert collected(hostile, f"sha512:{'0' * 128}") == Evidence("absent", ())


def test_both_formats_are_collected_in_a_fixed_order(
    hostile: HostileRegistry, image: dict[str, Any], signer: Signer
) -> None:
    digest = image["digest"]
    hostile.content.legacy(digest, signer.simple(digest), Signer().simple(digest))
    bundles = [hostile.content.referrer(image, signer.bundle(digest)) for _ in range(3)]
    hostile.referrers[digest] = bundles
    first = collected(hostile, digest)
    hostile.referrers[digest] = bundles[::-1]
    assert collected(hostile, digest) == first
    assert [type(item) for item in first.items] == [BundleDocument] * 3 + [SimpleSigning] * 2
    hostile.referrers[digest] = bundles * 2  # listed twice, fetched once
    assert collected(hostile, digest) == first


def test_one_fault_of_many_is_one_item(hostile: HostileRegistry, image: dict[str, Any], signer: Signer) -> None:
    digest = image["digest"]
    good, gone = (hostile.content.referrer(image, signer.bundle(digest, predicate={"n": n})) for n in range(2))
    del hostile.content.manifests[gone["digest"]]
    hostile.referrers[digest] = [gone, good]
    items = {type(item) for item in collected(hostile, digest).items}
    assert items == {BundleDocument, Unreachable}


def test_a_referrer_s_own_manifest_counts_not_its_listing(
    hostile: HostileRegistry, image: dict[str, Any], signer: Signer
) -> None:
    listed = hostile.content.referrer(image, signer.bundle(image["digest"]))
    hostile.referrers[image["digest"]] = [{**listed, "artifactType": "application/vnd.oci.empty.v1+json"}]
    assert [type(item) for item in collected(hostile, image["digest"]).items] == [BundleDocument]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"subject": None}, "refers to nothing"),
        ({"layers": []}, "it holds nothing"),
        ({"layers": "two"}, "not one"),
        ({"layers": "sbom"}, "it holds 'application/spdx+json'"),
    ],
)
def test_referrers_of_other_kinds_are_unusable(
    hostile: HostileRegistry, image: dict[str, Any], change: dict[str, Any], reason: str
) -> None:
    content = hostile.content
    bundle = content.blob(BUNDLE, b"{}")
    layers = {"two": [bundle, bundle], "sbom": [content.blob("application/spdx+json", b"{}")]}
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": content.blob("application/vnd.oci.empty.v1+json", b"{}"),
        "layers": layers.get(str(change.get("layers")), change.get("layers", [bundle])),
        "subject": change.get("subject", image),
    }
    hostile.referrers[image["digest"]] = [content.manifest(document)]
    assert reason in why(collected(hostile, image["digest"]))


def test_documents_in_each_other_s_place_are_unusable(hostile: HostileRegistry, image: dict[str, Any]) -> None:
    tag = image["digest"].replace(":", "-")
    content = hostile.content
    content.index(image, tag=f"{tag}.sig")
    assert "an index where a manifest of signatures belongs" in why(collected(hostile, image["digest"]))
    del content.manifests[f"{tag}.sig"]
    content.manifests[tag] = content.manifests[image["digest"]]
    assert "a manifest where the index of referrers belongs" in why(collected(hostile, image["digest"]))
    del content.manifests[tag]
    hostile.referrers[image["digest"]] = [content.index(image)]
    assert "an index where the manifest of a signature belongs" in why(collected(hostile, image["digest"]))
    hostile.referrers[image["digest"]] = [{**image, "mediaType": "text/html"}]
    assert "a referrer of media type 'text/html'" in why(collected(hostile, image["digest"]))
    hostile.referrers[image["digest"]] = [{**image, "mediaType": OCI_INDEX}]
    assert "media type confusion: listed as" in why(collected(hostile, image["digest"]))


@pytest.mark.parametrize(
    ("wanted", "asked"),
    [
        (Wanted(bundles=False), {"/manifests/", ".sig", "/blobs/"}),
        (Wanted(bundles=False, attestations=True), {"/manifests/", ".sig", ".att", "/blobs/"}),
        (Wanted(legacy=False, attestations=True), {"/manifests/", "/referrers/", "/blobs/"}),
    ],
)
def test_only_what_is_wanted_is_asked_for(
    hostile: HostileRegistry, image: dict[str, Any], signer: Signer, wanted: Wanted, asked: set[str]
) -> None:
    hostile.content.legacy(image["digest"], signer.simple(image["digest"]))
    hostile.referrers[image["digest"]] = [hostile.content.referrer(image, signer.bundle(image["digest"]))]
    found = collected(hostile, image["digest"], wanted)
    assert {type(item) for item in found.items} == ({SimpleSigning} if wanted.legacy else {BundleDocument})
    parts = ("/manifests/", "/referrers/", "/blobs/", ".sig", ".att")
    assert {part for part in parts if any(part in path for path in hostile.requests)} == asked
