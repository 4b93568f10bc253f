"""What a registry is asked: tags, how often, which repository for signatures, and how long for all images together."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from guardrails.trust import Outcome, Verifier
from guardrails.trust.access import Access
from guardrails.trust.limits import Limits
from guardrails.trust.patterns import RepositoryPattern
from guardrails.trust.reference import Repository
from tests.support.hostile_registry import Exchange, answers
from tests.support.signing import OCI_MANIFEST, Cosign, Signer, sha256
from tests.support.trust import NAME, Scene, Shelf, Trust, failed, judged, named, refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# Tags


def pinned(scene: Scene, tag: str = "1.0") -> str:
    reference = f"{NAME}/cartorio/api:{tag}"
    return str(scene.trust.verifier(release=[scene.signer.pem]).pin([reference])[reference])


def tagged(scene: Scene, digest: str, tag: str = "1.0") -> None:
    scene.registry.content.manifests[tag] = scene.registry.content.manifests[digest]


def test_a_tag_becomes_the_digest_that_it_points_to_now(scene: Scene) -> None:
    tagged(scene, scene.digest)
    tagged(scene, scene.digest, "latest")
    verifier = scene.trust.verifier(release=[scene.signer.pem])
    given = [f"{NAME}/cartorio/api:1.0", f"{NAME}/cartorio/api", f"{NAME}/cartorio/api@{scene.digest}"]
    found = verifier.pin([*given, f"{NAME}/elsewhere/api:1", "?"])
    assert found[given[0]] == f"{NAME}/cartorio/api:1.0@{scene.digest}"
    assert found[given[1]] == f"{NAME}/cartorio/api@{scene.digest}"
    assert found[given[2]] == given[2]
    assert "no rule" in str(found[f"{NAME}/elsewhere/api:1"])
    assert "not a repository name" in str(found["?"])
    assert not any("elsewhere" in path for path in scene.registry.requests)
    assert verifier.pin([]) == {}


def test_a_tag_that_moves_between_check_and_deploy_changes_nothing(scene: Scene) -> None:
    """What was checked is the digest, and the digest is what deploys."""
    scene.sign()
    tagged(scene, scene.digest)
    verifier = scene.trust.verifier(release=[scene.signer.pem])
    reference = str(verifier.pin([f"{NAME}/cartorio/api:1.0"])[f"{NAME}/cartorio/api:1.0"])
    other = str(scene.registry.content.image()["digest"])
    tagged(scene, other)
    verdict = verifier.verify([reference])[reference]
    assert (verdict.outcome, verdict.digest) == (Outcome.TRUSTED, scene.digest)
    moved = pinned(scene)
    assert moved == f"{NAME}/cartorio/api:1.0@{other}"
    assert verifier.verify([moved])[moved].outcome is Outcome.REFUSED


def test_a_registry_that_answers_head_and_get_differently_is_refused(scene: Scene) -> None:
    signed, other = scene.digest, str(scene.registry.content.image()["digest"])
    tagged(scene, other)
    media_type, body = scene.registry.content.manifests[other]

    def lie(exchange: Exchange) -> None:
        shown = signed if exchange.command == "HEAD" else other
        exchange.reply(200, body, media_type, Docker_Content_Digest=shown)

    scene.registry.misbehaviours["/manifests/1.0"] = lie
    assert f"answers HEAD of tag '1.0' with '{signed}' and GET with {other}" in pinned(scene)


@pytest.mark.parametrize(
    ("misbehave", "why"),
    [
        (answers(200, b"{}", OCI_MANIFEST, Docker_Content_Digest=f"sha256:{'0' * 64}"), "schemaVersion"),
        (answers(404), "has no tag '1.0'"),
        (answers(500), "answered 500"),
        (answers(200, b"[" * 60_000, OCI_MANIFEST), "values, more than the 50000"),
    ],
)
def test_tags_that_are_not_pinned(scene: Scene, misbehave: Callable[[Exchange], None], why: str) -> None:
    scene.registry.misbehaviours["/manifests/1.0"] = misbehave
    assert why in pinned(scene)


def test_a_header_that_contradicts_the_body_of_a_tag_is_refused(scene: Scene) -> None:
    media_type, body = scene.registry.content.manifests[scene.digest]
    header = f"sha256:{'0' * 64}"
    scene.registry.misbehaviours["/manifests/1.0"] = answers(200, body, media_type, Docker_Content_Digest=header)
    assert f"'{header}' and GET with {scene.digest}" in pinned(scene)


# Round trips


@pytest.mark.parametrize(
    ("signing", "has_api", "asked"),
    [
        ({"legacy": False}, True, {"image": 1, "referrers": 1, "manifest": 1, "blob": 1, "tag": 1}),
        ({"legacy": False}, False, {"image": 1, "referrers": 1, "manifest": 1, "blob": 1, "tag": 2}),
        ({"bundle": False}, True, {"image": 1, "referrers": 1, "blob": 1, "tag": 2}),
    ],
    ids=["api", "fallback", "legacy"],
)
def test_an_image_costs_the_fewest_questions_that_the_protocol_allows(
    scene: Scene, signing: dict[str, bool], asked: dict[str, int], *, has_api: bool
) -> None:
    """And one for cosign's legacy tag, which no list names. Without an API each repository is asked for it once."""
    scene.sign(**signing)
    if not has_api:
        scene.registry.has_referrers = False
        scene.registry.content.index(*scene.registry.referrers[scene.digest], tag=scene.digest.replace(":", "-"))
    verifier = scene.trust.verifier(release=[scene.signer.pem])
    assert judged(verifier, scene.digest).outcome is Outcome.TRUSTED
    assert verifier.round_trips == asked
    assert len(scene.registry.requests) == sum(asked.values())


def test_a_real_registry_s_list_of_referrers_is_read_and_its_fallback_tag_only_where_the_list_is_empty(
    listing: Shelf, cosign: Cosign, signer: Signer, tmp_path: Path
) -> None:
    """cosign 3 writes to the list by itself, and so leaves no tag behind."""
    digest = listing.image()
    sbom = {"name": "sbom", "predicate": "spdx", "authorities": ["release"]}
    verifier = Trust(tmp_path, listing.host).verifier(release=[signer.pem], attestations=[sbom])
    refused(judged(verifier, digest), "no signature was found")
    assert verifier.round_trips == {"image": 1, "referrers": 1, "tag": 3}
    cosign.sign("release", listing.direct(digest), legacy=False)
    cosign.attest("release", listing.direct(digest), legacy=False)
    cosign.attest("stranger", listing.direct(digest), legacy=False)
    listed = json.loads(listing.get(f"referrers/{digest}"))["manifests"]
    assert len(listed) == 3
    verifier.round_trips.clear()
    verdict = judged(verifier, digest)
    assert verdict.outcome is Outcome.TRUSTED, verdict
    assert [one.name for one in verdict.attestations] == ["sbom"]
    assert verifier.round_trips == {"image": 1, "referrers": 1, "tag": 2, "manifest": 3, "blob": 3}
    refused(judged(verifier, listing.image()), "no signature was found")


def of_one_format(scene: Scene, kind: str) -> Verifier:
    return scene.trust.verifier(release={"keys": [scene.trust._key(scene.signer.pem)], "formats": [kind]})


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("legacy", {"image": 1, "tag": 1, "blob": 1}),
        ("bundle", {"image": 1, "referrers": 1, "manifest": 1, "blob": 1}),
    ],
)
def test_where_nothing_could_count_nothing_is_asked(scene: Scene, kind: str, asked: dict[str, int]) -> None:
    scene.sign()
    verifier = of_one_format(scene, kind)
    assert judged(verifier, scene.digest).outcome is Outcome.TRUSTED
    assert verifier.round_trips == asked


@pytest.mark.parametrize("kind", ["legacy", "bundle"])
def test_a_refusal_tells_what_would_have_counted_for_others(scene: Scene, kind: str) -> None:
    scene.sign(legacy=kind == "bundle", bundle=kind == "legacy")
    refused(judged(of_one_format(scene, kind), scene.digest), f"the authority signs otherwise: {kind}")


def test_a_repository_without_the_referrers_api_is_asked_for_it_once(scene: Scene) -> None:
    scene.registry.has_referrers = False
    verifier = scene.trust.verifier(release=[scene.signer.pem], limits=Limits(parallel_images=1))
    verifier.verify([named(str(scene.registry.content.image()["digest"])) for _ in range(5)])
    assert verifier.round_trips == {"image": 5, "referrers": 1, "tag": 10}


# A repository of its own for signatures


def test_signatures_are_read_from_the_repository_that_is_configured_for_them(scene: Scene) -> None:
    scene.sign()
    made = scene.trust.verifier(release=[scene.signer.pem])
    pattern = RepositoryPattern.parse(f"{NAME}/cartorio/**")
    access = Access(made._access.mirrors, {pattern: Repository(NAME, "signatures")})
    verifier = Verifier(made._policy, "local", path=made._path, access=access)
    assert judged(verifier, scene.digest).outcome is Outcome.TRUSTED
    own = [path for path in scene.registry.requests if path.startswith("/v2/cartorio/api/")]
    assert own == [f"/v2/cartorio/api/manifests/{scene.digest}"]
    assert all(path.startswith("/v2/signatures/") for path in scene.registry.requests if path not in own)


def test_cosign_s_own_signature_repository_is_read(
    shelf: Shelf, cosign: Cosign, signer: Signer, tmp_path: Path
) -> None:
    digests = {legacy: shelf.image("cartorio/apart") for legacy in (True, False)}
    tool = Cosign(cosign.program, cosign.folder, {"COSIGN_REPOSITORY": f"{shelf.host}/signatures/all"})
    made = Trust(tmp_path, shelf.host).verifier(release=[signer.pem])
    pattern = RepositoryPattern.parse(f"{NAME}/cartorio/**")
    access = Access(made._access.mirrors, {pattern: Repository(NAME, "signatures/all")})
    verifier = Verifier(made._policy, "local", path=made._path, access=access)
    for legacy, digest in digests.items():
        tool.sign("release", shelf.direct(digest, "cartorio/apart"), legacy=legacy)
        assert judged(verifier, digest, "cartorio/apart").outcome is Outcome.TRUSTED
        refused(judged(made, digest, "cartorio/apart"), "no signature was found")


# All images together


def test_many_images_of_a_slow_registry_end_together_in_time(scene: Scene) -> None:
    scene.registry.misbehaviours[""] = Exchange.stall
    limits = Limits(image_seconds=30, run_seconds=0.5, parallel_images=2)
    verifier = scene.trust.verifier(release=[scene.signer.pem], limits=limits)
    start = time.monotonic()
    verdicts = verifier.verify([named(sha256(bytes([number]))) for number in range(20)])
    assert time.monotonic() - start < 10
    for verdict in verdicts.values():
        failed(verdict, "not all images could be read within 0.5 s")
