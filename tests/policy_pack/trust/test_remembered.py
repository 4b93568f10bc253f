"""What is remembered of an image: evidence, judged anew under whatever policy, keys and time there are then."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.trust import Outcome, Verdict, Verifier, keys
from guardrails.trust.access import Access
from guardrails.trust.evidence import BundleDocument, Evidence, LegacyAttestation, SimpleSigning, Unreachable, Unusable
from guardrails.trust.judge import Case, decide
from guardrails.trust.limits import Limits
from guardrails.trust.policy import TrustPolicy
from guardrails.trust.reference import Digest, Reference, Repository
from guardrails.trust.remembered import Memory
from tests.support.hostile_registry import HostileRegistry
from tests.support.signing import Signer
from tests.support.trust import NAME, Scene, named

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
PROVENANCE = "https://slsa.dev/provenance/v1"
SOME = Evidence(
    "index",
    (BundleDocument("referrer", b"{}"), SimpleSigning("tag", b"x", "y", {"a": "b"}), Unusable("tag", "why")),
    ((Digest.of(b"x"), Evidence("image", (LegacyAttestation("tag", b"{}"),))),),
)


def verifiers(scene: Scene, cache: Path | None, now: datetime, key: bytes | None = None) -> Verifier:
    """A verifier of a process of its own, as far as remembering goes."""
    made = scene.trust.verifier(release=[key or scene.signer.pem])
    access = Access(made._access.mirrors, cache=cache)
    return Verifier(made._policy, "local", path=made._path, access=access, clock=lambda: now)


def verdict(verifier: Verifier, scene: Scene) -> Verdict:
    reference = named(scene.digest)
    return verifier.verify([reference])[reference]


@pytest.fixture
def cached(scene: Scene, tmp_path: Path) -> Path:
    """A cache that has seen the scene's signed image."""
    scene.sign(legacy=False)
    cache = tmp_path / "cache"
    assert verdict(verifiers(scene, cache, NOW), scene).outcome is Outcome.TRUSTED
    scene.registry.requests.clear()
    return cache


@pytest.mark.parametrize("legacy", [True, False])
def test_in_one_process_an_image_is_asked_for_once(scene: Scene, *, legacy: bool) -> None:
    scene.sign(legacy=legacy, bundle=not legacy)
    verifier = verifiers(scene, None, NOW)
    first = verdict(verifier, scene)
    asked = list(scene.registry.requests)
    assert verdict(verifier, scene) == first
    assert scene.registry.requests == asked


def test_another_process_asks_nothing_and_says_the_same(scene: Scene, cached: Path) -> None:
    found = verdict(verifiers(scene, cached, NOW), scene)
    assert found.outcome is Outcome.TRUSTED
    assert scene.registry.requests == []
    assert found == verdict(verifiers(scene, None, NOW), scene)


def test_after_a_day_the_registry_is_asked_again(scene: Scene, cached: Path) -> None:
    verdict(verifiers(scene, cached, NOW + DAY), scene)
    assert scene.registry.requests == []
    verdict(verifiers(scene, cached, NOW + DAY + timedelta(seconds=1)), scene)
    assert scene.registry.requests
    scene.registry.requests.clear()
    verdict(verifiers(scene, cached, NOW - DAY), scene)  # a clock that was set back
    assert scene.registry.requests


def test_no_verdict_outlives_its_policy(scene: Scene, cached: Path) -> None:
    assert verdict(verifiers(scene, cached, NOW, Signer().pem), scene).outcome is Outcome.REFUSED
    assert scene.registry.requests


def test_a_refusal_is_not_remembered(scene: Scene, tmp_path: Path) -> None:
    verifier = verifiers(scene, tmp_path / "cache", NOW)
    assert verdict(verifier, scene).outcome is Outcome.REFUSED
    scene.sign()
    assert verdict(verifier, scene).outcome is Outcome.TRUSTED


def test_one_image_s_evidence_is_no_other_s(scene: Scene, cached: Path) -> None:
    scene.image = scene.registry.content.image()
    scene.digest = scene.image["digest"]
    assert verdict(verifiers(scene, cached, NOW), scene).outcome is Outcome.REFUSED


def test_what_one_registry_had_is_asked_of_another(scene: Scene, cached: Path) -> None:
    """That a mirror has an image says nothing about its registry."""
    with HostileRegistry().running() as other:
        scene.trust.host = other.host
        assert verdict(verifiers(scene, cached, NOW), scene).outcome is Outcome.ERROR
        assert other.requests


@pytest.mark.parametrize("what", ["notes", "sha256"])
def test_damage_on_disk_costs_a_request_and_no_more(scene: Scene, cached: Path, what: str) -> None:
    for path in (cached / "v1" / what).rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-1] + b"~")
    assert verdict(verifiers(scene, cached, NOW), scene).outcome is Outcome.TRUSTED
    assert bool(scene.registry.requests) is (what == "notes")


def test_forged_evidence_on_disk_is_judged_like_any_other(scene: Scene, cached: Path) -> None:
    """Whoever can write the cache can make it forget, not lie."""
    memory = Memory(cached, Limits())
    verifier = verifiers(scene, cached, NOW)
    forged = Evidence("image", (BundleDocument("referrer", Signer().bundle(scene.digest)),))
    scene.registry.referrers.clear()
    (item,) = [verifier._prepare(named(scene.digest))]
    assert isinstance(item, tuple)
    memory.keep(verifier._key(named(scene.digest), *item), forged, NOW)
    assert verdict(verifier, scene).outcome is Outcome.REFUSED


def test_content_on_disk_is_not_fetched_again(scene: Scene, cached: Path) -> None:
    stranger = Signer().pem  # so that what is remembered does not suffice
    verdict(verifiers(scene, cached, NOW, stranger), scene)
    kinds = {path.split("/")[4] for path in scene.registry.requests}
    assert "blobs" not in kinds
    assert "referrers" in kinds
    tags = [path for path in scene.registry.requests if "/manifests/" in path]
    assert {path.rpartition("/")[2] for path in tags} == {scene.digest, scene.digest.replace(":", "-") + ".sig"}


def test_tags_and_lists_are_not_on_disk(scene: Scene, cached: Path) -> None:
    scene.sign()
    verdict(verifiers(scene, cached, NOW, Signer().pem), scene)
    kept = b"".join(path.read_bytes() for path in cached.rglob("*") if path.is_file())
    assert b"image.index" not in kept
    names = {path.name for path in cached.rglob("*")}
    assert not any("sig" in name for name in names)


def test_what_is_written_is_read_back() -> None:
    memory = Memory(None, Limits())
    memory.keep("key", SOME, NOW)
    assert memory.recall("key", NOW) == SOME
    assert memory.recall("other", NOW) is None


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence("image", (Unreachable("tag", "why", "remedy"),)),
        Evidence(Unusable("the image", "why"), ()),
        Evidence(Unreachable("the image", "why", "remedy"), ()),
        Evidence("index", (), ((Digest.of(b"x"), Evidence("image", (Unreachable("tag", "why", "remedy"),))),)),
        Evidence("recorded", ()),
        Evidence("image", (BundleDocument("referrer", b"x" * 4_000_000),)),
    ],
    ids=["missing", "unusable", "unreachable", "missing of a platform", "recorded", "large"],
)
def test_what_is_not_whole_or_large_is_not_remembered(evidence: Evidence) -> None:
    memory = Memory(None, Limits())
    memory.keep("key", evidence, NOW)
    assert memory.recall("key", NOW) is None


def test_memory_is_bounded() -> None:
    memory = Memory(None, Limits())
    for number in range(12):
        memory.keep(str(number), Evidence("image", (BundleDocument("referrer", b"x" * 2_000_000),)), NOW)
    kept = [number for number in range(12) if memory.recall(str(number), NOW) is not None]
    assert kept == list(range(12 - len(kept), 12))
    assert 1 < len(kept) < 8


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    )
    | st.tuples(
        st.just(1),
        st.just(NOW.isoformat()),
        st.fixed_dictionaries(
            {
                "image": st.just("image"),
                "items": st.lists(st.tuples(st.just("Unusable"), st.dictionaries(st.text(), st.text()))),
            }
        ),
    )
)
def test_any_note_is_read_or_not(note: object) -> None:
    memory = Memory(None, Limits())
    memory._notes["key"] = json.dumps(note).encode()
    found = memory.recall("key", NOW)
    assert found is None or isinstance(found, Evidence)


def test_a_reference_of_this_stack_is_remembered_whatever_its_tag(scene: Scene, cached: Path) -> None:
    reference = f"{NAME}/cartorio/api:1.0@{scene.digest}"
    found = verifiers(scene, cached, NOW).verify([reference])[reference]
    assert found.outcome is Outcome.TRUSTED
    assert scene.registry.requests == []


def test_evidence_without_attestations_is_not_taken_for_all_there_is(scene: Scene, cached: Path) -> None:
    """Another rule looks for more: the registry is asked, and its attestation is found."""
    referrer = scene.registry.content.referrer(scene.image, scene.signer.bundle(scene.digest, predicateType=PROVENANCE))
    scene.registry.referrers[scene.digest].append(referrer)
    wanted = {"name": "built", "predicate": "provenance", "authorities": ["release"]}
    made = scene.trust.verifier(release=[scene.signer.pem], attestations=[wanted])
    access = Access(made._access.mirrors, cache=cached)
    for asked in (True, False):
        verifier = Verifier(made._policy, "local", path=made._path, access=access)
        assert verdict(verifier, scene).outcome is Outcome.TRUSTED
        assert bool(verifier.round_trips) is asked


def test_the_platforms_of_an_index_are_remembered_with_it(scene: Scene, tmp_path: Path) -> None:
    child, index = scene.image, scene.registry.content.index(scene.image)
    content, signer = scene.registry.content, scene.signer
    for one in (child, index):
        scene.registry.referrers[one["digest"]] = [content.referrer(one, signer.bundle(one["digest"]))]
    made = scene.trust.verifier(release=[signer.pem], platforms="each")
    access = Access(made._access.mirrors, cache=tmp_path / "cache")
    scene.digest = index["digest"]
    found = []
    for asked in (True, False):
        verifier = Verifier(made._policy, "local", path=made._path, access=access)
        found.append(verdict(verifier, scene))
        assert bool(verifier.round_trips) is asked
    assert found[0].outcome is Outcome.TRUSTED
    assert found[0] == found[1]


_SIGNERS = {name: Signer() for name in ("a", "b", "stranger")}
_IMAGE = Digest.of(b"image")
_DOCUMENTS = [
    BundleDocument(f"{name} {kind}", signer.bundle(str(_IMAGE), **({"predicateType": kind} if kind else {})))
    for name, signer in _SIGNERS.items()
    for kind in ("", PROVENANCE, "https://spdx.dev/Document")
]
_POLICY = TrustPolicy.model_validate(
    {
        "version": "cartorio.trust/v1",
        "authorities": {name: {"keys": [{"source": f"file:{name}"}]} for name in ("a", "b")},
        "profiles": {
            "local": {
                "rules": [
                    {
                        "name": "own",
                        "images": "r.example/**",
                        "require": [{"authorities": ["a", "b"]}],
                        "attestations": [{"name": "built", "predicate": "provenance", "authorities": ["b"]}],
                    }
                ]
            }
        },
    }
)


@settings(max_examples=40)
@given(st.lists(st.sampled_from(_DOCUMENTS), max_size=9), st.lists(st.sampled_from(_DOCUMENTS), max_size=4))
def test_more_evidence_never_makes_a_trusted_image_untrusted(
    some: list[BundleDocument], more: list[BundleDocument]
) -> None:
    """What makes it safe to answer by remembered evidence: see the module's docstring."""
    reference = Reference(Repository("r.example", "api"), None, _IMAGE)
    loaded = {f"file:{name}": (keys.from_pem(_SIGNERS[name].pem),) for name in ("a", "b")}
    (rule,) = _POLICY.profiles["local"].rules

    def outcome(items: list[BundleDocument]) -> Outcome:
        return decide(Case(reference, Evidence("image", tuple(items)), rule, _POLICY.authorities, loaded, NOW)).outcome

    assert outcome([_DOCUMENTS[0], _DOCUMENTS[4], *more]) is Outcome.TRUSTED  # signed by a, attested by b
    if outcome(some) is Outcome.TRUSTED:
        assert outcome(some + more) is Outcome.TRUSTED
    if outcome(some + more) is Outcome.REFUSED:
        assert outcome(some) is Outcome.REFUSED
