"""The pure half: evidence in, decision out, with no registry, file or clock anywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust import keys
from guardrails.trust.errors import Malformed, Unavailable
from guardrails.trust.evidence import BundleDocument, Evidence, Item, SimpleSigning, Unreachable, Unusable
from guardrails.trust.judge import Case, decide
from guardrails.trust.policy import AttestationRequirement, Authority, Platforms, Rule
from guardrails.trust.reference import Digest, Reference, Repository
from guardrails.trust.verdict import Outcome
from tests.support.signing import Signer

if TYPE_CHECKING:
    from collections.abc import Mapping

DIGEST, OTHER = Digest.of(b"image"), Digest.of(b"other")
SIGNERS = {name: Signer() for name in ("a", "b", "stranger")}
KEYS: dict[str, Any] = {f"file:{name}": (keys.from_pem(SIGNERS[name].pem),) for name in ("a", "b")}


def legacy(signer: str, digest: Digest = DIGEST) -> SimpleSigning:
    payload, signature = SIGNERS[signer].simple(str(digest))
    return SimpleSigning(f"legacy {signer} {digest}", payload, signature)


def bundle(signer: str, digest: Digest = DIGEST, **changes: str) -> BundleDocument:
    return BundleDocument(f"bundle {signer} {digest}", SIGNERS[signer].bundle(str(digest), **changes))


def case(
    *items: Item,
    threshold: int = 1,
    loaded: Mapping[str, Any] = KEYS,
    image: Any = "image",  # noqa: ANN401 -- what evidence says about the image itself
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC),
) -> Case:
    rule = Rule.model_validate(
        {
            "name": "own",
            "images": "r.example/**",
            "require": [{"authorities": ["one", "other"], "threshold": threshold}],
        }
    )
    authorities = {
        "one": Authority.model_validate({"keys": [{"source": "file:a"}]}),
        "other": Authority.model_validate({"keys": [{"source": "file:b"}]}),
    }
    reference = Reference(Repository("r.example", "api"), None, DIGEST)
    return Case(reference, Evidence(image, items), rule, authorities, loaded, now)


GOOD: list[Item] = [legacy("a"), bundle("a"), legacy("b"), bundle("b")]
BAD: list[Item] = [
    legacy("stranger"),
    bundle("stranger"),
    legacy("a", OTHER),
    bundle("b", OTHER),
    bundle("a", predicateType="https://slsa.dev/provenance/v1"),
    Unusable("x", "broken"),
    BundleDocument("junk", b"{}"),
]


@given(st.lists(st.sampled_from(GOOD + BAD), max_size=8), st.integers(1, 2), st.randoms())
def test_distinct_keys_decide_whatever_the_order_and_company(items: list[Item], threshold: int, shuffle: Any) -> None:  # noqa: ANN401
    decision = decide(case(*items, threshold=threshold))
    signed = {"one" for item in items if item in GOOD[:2]} | {"other" for item in items if item in GOOD[2:]}
    assert decision.outcome is (Outcome.TRUSTED if len(signed) >= threshold else Outcome.REFUSED)
    assert decision.authorities == tuple(sorted(signed))
    assert bool(decision.remedy) is (decision.outcome is not Outcome.TRUSTED)
    assert decision.reason.holds is (decision.outcome is Outcome.TRUSTED)
    shuffle.shuffle(items)
    again = decide(case(*items, threshold=threshold))
    assert (again.outcome, again.authorities) == (decision.outcome, decision.authorities)


@given(st.permutations([*GOOD, *BAD]))
def test_a_verdict_is_the_same_tree_whatever_the_order(items: list[Item]) -> None:
    assert decide(case(*items, threshold=2)) == decide(case(*GOOD, *BAD, threshold=2))


def platforms(*children: tuple[Digest, Evidence], index: list[Item] | None = None) -> Case:
    made = case(*(GOOD[:1] if index is None else index), image="index")
    rule = made.rule.model_copy(update={"platforms": Platforms.EACH})
    return replace(made, rule=rule, evidence=replace(made.evidence, platforms=children))


def test_every_platform_has_to_satisfy_the_rule_where_it_says_so() -> None:
    good = (OTHER, Evidence("image", (legacy("a", OTHER),)))
    third = Digest.of(b"third")
    unsigned, stranger = (third, Evidence("image", ())), (third, Evidence("image", (legacy("stranger", third),)))
    assert decide(platforms(good)).outcome is Outcome.TRUSTED
    for bad in (unsigned, stranger, (third, Evidence("image", (legacy("a", OTHER),))), (third, Evidence("index", ()))):
        decision = decide(platforms(good, bad))
        assert decision.outcome is Outcome.REFUSED
        assert decision.remedy
        assert any(f"platform {third}: refused" in line for line in decision.reason.failures())
    away = (third, Evidence("image", (Unreachable("x", "down", "try again"),)))
    assert decide(platforms(good, away)).outcome is Outcome.ERROR
    assert decide(platforms(good, away, unsigned)).outcome is Outcome.REFUSED
    assert decide(platforms(good, index=[])).outcome is Outcome.REFUSED
    assert decide(platforms()).outcome is Outcome.REFUSED  # also where nobody fetched what the rule asks for
    assert decide(replace(case(legacy("a")), rule=platforms(good).rule)).outcome is Outcome.TRUSTED  # no index


def test_an_attestation_is_asked_for_beside_the_signature() -> None:
    made = case(legacy("a"), bundle("a", predicateType="https://slsa.dev/provenance/v1"))
    wanted = AttestationRequirement.model_validate(
        {"name": "provenance", "predicate": "provenance", "authorities": ["one"]}
    )
    rule = made.rule.model_copy(update={"attestations": (wanted,)})
    decision = decide(replace(made, rule=rule))
    assert decision.outcome is Outcome.TRUSTED
    assert [one.name for one in decision.attestations] == ["provenance"]
    for evidence, why in (
        ((legacy("a"),), "no such attestation was found"),
        ((legacy("a"), bundle("b", predicateType="https://slsa.dev/provenance/v1")), "not by an authority"),
        ((bundle("a", predicateType="https://slsa.dev/provenance/v1"),), "no signature was found"),
        ((legacy("a"), bundle("a", predicateType="https://spdx.dev/Document")), "no such attestation was found"),
    ):
        refused = decide(replace(made, rule=rule, evidence=Evidence("image", evidence)))
        assert refused.outcome is Outcome.REFUSED
        assert refused.remedy
        assert any(why in line for line in refused.reason.failures()), list(refused.reason.failures())
    assert "cosign attest" in decide(replace(made, rule=rule, evidence=Evidence("image", (legacy("a"),)))).remedy


def test_the_signers_are_told_with_their_keys() -> None:
    signers = decide(case(*GOOD)).signers
    assert [(one.authority, one.identity) for one in signers] == [
        *[("one", "P-256 key file:a"), ("other", "P-256 key file:b")] * 2
    ]


def test_what_could_not_be_fetched_matters_only_if_it_could_have_decided() -> None:
    away = Unreachable("referrers", "down", "try again")
    assert decide(case(legacy("a"), away)).outcome is Outcome.TRUSTED
    decision = decide(case(legacy("a"), away, threshold=2))
    assert (decision.outcome, decision.remedy) == (Outcome.ERROR, "try again")


def test_a_key_that_cannot_be_read_matters_only_if_it_could_have_decided() -> None:
    for fault, remedy in (
        (Unavailable("KMS is down", remedy="wake it"), "wake it"),
        (Malformed("not a key"), "name a signing key in trust.yaml"),
    ):
        loaded = KEYS | {"file:b": fault}
        assert decide(case(legacy("a"), loaded=loaded)).outcome is Outcome.TRUSTED
        decision = decide(case(legacy("a"), legacy("b"), threshold=2, loaded=loaded))
        assert (decision.outcome, decision.remedy) == (Outcome.ERROR, remedy)
        assert any(str(fault) in line for line in decision.reason.failures())
        assert any("not made by any key that could be read" in line for line in decision.reason.failures())


def test_keys_of_other_rules_are_no_matter() -> None:
    loaded = KEYS | {
        "file:stranger": (keys.from_pem(SIGNERS["stranger"].pem),),
        "file:away": Unavailable("x", remedy="y"),
    }
    decision = decide(case(legacy("stranger"), loaded=loaded))
    assert (decision.outcome, decision.authorities) == (Outcome.REFUSED, ())
    assert any("not made by any key that the rule accepts" in line for line in decision.reason.failures())


def test_the_image_itself_comes_first() -> None:
    for image, outcome, remedy in (
        ("absent", Outcome.ERROR, "push the image first"),
        (Unusable("the image", "both at once"), Outcome.REFUSED, "push the image again"),
        (Unreachable("the image", "down", "try again"), Outcome.ERROR, "try again"),
    ):
        decision = decide(case(legacy("a"), image=image))
        assert decision.outcome is outcome
        assert decision.remedy.startswith(remedy)


def test_the_remedy_names_who_has_not_signed() -> None:
    decision = decide(case(legacy("a"), threshold=2))
    assert decision.remedy == f"sign the digest with `cosign sign --key <private key of other> r.example/api@{DIGEST}`"
    assert "an index" in decide(case(image="index")).remedy


def test_certificates_are_named_when_no_key_fits() -> None:
    payload, signature = SIGNERS["stranger"].simple(str(DIGEST))
    pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    decision = decide(case(SimpleSigning("x", payload, signature, {"dev.sigstore.cosign/certificate": pem})))
    assert any("(it came with a certificate)" in line for line in decision.reason.failures())


def test_an_image_that_is_not_there_is_an_error_however_well_it_is_signed() -> None:
    assert decide(case(*GOOD, image="absent")).outcome is Outcome.ERROR


def test_one_that_a_rehearsal_recorded_is_judged_by_its_signatures_as_any_other() -> None:
    decision = decide(case(legacy("a"), image="recorded"))
    assert decision.outcome is Outcome.TRUSTED
    assert any("the image itself is not there" in line for line in decision.reason.draw())
    for items in ((), (legacy("stranger"),), (legacy("a", OTHER),)):
        assert decide(case(*items, image="recorded")).outcome is Outcome.REFUSED


def test_a_signature_in_a_format_that_the_authority_does_not_sign_in_does_not_count() -> None:
    older = Authority.model_validate({"keys": [{"source": "file:a"}], "formats": ["legacy"]})
    both = case(legacy("a"), bundle("a"))
    assert decide(replace(both, authorities={**both.authorities, "one": older})).outcome is Outcome.TRUSTED
    only = case(bundle("a"))
    assert decide(only).outcome is Outcome.TRUSTED
    decision = decide(replace(only, authorities={**only.authorities, "one": older}))
    assert decision.outcome is Outcome.REFUSED
    assert any("the authority signs otherwise: legacy" in line for line in decision.reason.draw())
    assert "--new-bundle-format=false" in decision.remedy
    newer = Authority.model_validate({"keys": [{"source": "file:a"}], "formats": ["bundle"]})
    assert decide(replace(case(legacy("a")), authorities={**only.authorities, "one": newer})).outcome is Outcome.REFUSED


def test_versions_of_one_key_are_one_signer() -> None:
    """Whoever may sign with a key of Vault's may sign with all of its versions."""
    a, b, stranger = (keys.from_pem(SIGNERS[name].pem) for name in ("a", "b", "stranger"))
    versions: dict[str, Any] = {"file:a": (a, stranger), "file:b": (b,)}
    decision = decide(case(legacy("a"), bundle("stranger"), threshold=2, loaded=versions))
    assert decision.outcome is Outcome.REFUSED
    assert "2 distinct keys of one or other required, 1 signed" in str(decision.reason)
    assert decide(case(legacy("a"), bundle("b"), threshold=2, loaded=versions)).outcome is Outcome.TRUSTED
    shared: dict[str, Any] = {"file:a": (a, stranger), "file:b": (b, stranger)}  # one key, however it is reached
    assert decide(case(legacy("a"), bundle("b"), threshold=2, loaded=shared)).outcome is Outcome.REFUSED
    assert [one.identity for one in decision.signers] == ["P-256 key file:a"] * 2
