"""Who stands for an item of evidence: keys, certificates, logs and timestamps, as the authorities of a rule ask."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust import keys, trust_root
from guardrails.trust.errors import Malformed, Unavailable
from guardrails.trust.evidence import BundleDocument, Evidence, LegacyAttestation, SimpleSigning
from guardrails.trust.judge import decide
from guardrails.trust.policy import TrustPolicy
from guardrails.trust.reference import Digest, Reference, Repository
from guardrails.trust.verdict import Outcome
from guardrails.trust.vouching import Case, Examined, examine
from tests.support.signing import encode, statement
from tests.support.sigstore_instance import ISSUER, NOW, SUBJECT, Instance, b64, pae, pem_of
from tests.support.sigstore_signed import KeySigner, record, signed_bundle, signed_legacy

if TYPE_CHECKING:
    from datetime import datetime

    from guardrails.trust.evidence import Item

INSTANCE = Instance()
ROOT = trust_root.parse(encode(INSTANCE.trusted_root()))
LEAF, SIGNER = INSTANCE.leaf(), KeySigner()
DIGEST, OTHER = Digest.of(b"image"), Digest.of(b"other")
IDENTITY = {"issuer": ISSUER, "subject": SUBJECT}
ROOTED = {"root": "own"}


def case(*items: Item, now: datetime = NOW, root: Any = ROOT, max_age: str = "", **authorities: Any) -> Case:  # noqa: ANN401
    require: dict[str, Any] = {"authorities": list(authorities)} | ({"max_age": max_age} if max_age else {})
    policy = TrustPolicy.model_validate(
        {
            "version": "cartorio.trust/v1",
            "roots": {"own": {"source": "file:root.json"}},
            "authorities": authorities,
            "profiles": {"local": {"rules": [{"name": "own", "images": "r.example/**", "require": [require]}]}},
        }
    )
    reference = Reference(Repository("r.example", "api"), None, DIGEST)
    rule = policy.profiles["local"].rules[0]
    loaded = {"file:k.pem": (keys.accepted(SIGNER.verifier),)}
    return Case(reference, Evidence("image", items), rule, policy.authorities, loaded, now, {"own": root})


def bundle(signer: Any, **options: Any) -> BundleDocument:  # noqa: ANN401 -- as for `signed_bundle`
    return BundleDocument("here", encode(signed_bundle(INSTANCE, str(DIGEST), signer, **options)))


def examined(item: Item, **options: Any) -> Examined:  # noqa: ANN401 -- as for `case`
    return examine(item, case(item, **options), DIGEST)


CI = {"identities": [IDENTITY], "transparency": ROOTED}


@pytest.mark.parametrize(
    "identity",
    [
        IDENTITY,
        {"issuer": ISSUER, "subject_pattern": r"^https://ci\.cartorio\.example/[a-z]+@refs/(heads/main|tags/v[0-9]+)$"},
    ],
)
@pytest.mark.parametrize("legacy", [True, False])
def test_an_identity_vouches_by_its_certificate(identity: dict[str, str], *, legacy: bool) -> None:
    item: Item = SimpleSigning("here", *signed_legacy(INSTANCE, str(DIGEST), LEAF)) if legacy else bundle(LEAF)
    found = examined(item, ci={"identities": [identity], "transparency": ROOTED})
    assert found.fault == ""
    (voucher,) = found.vouchers
    assert (voucher.authority, voucher.signed_at) == ("ci", NOW - timedelta(minutes=1))
    assert voucher.label == f"{SUBJECT} (by {ISSUER})"


@pytest.mark.parametrize(
    "identity",
    [
        {"issuer": ISSUER + "/", "subject": SUBJECT},
        {"issuer": ISSUER, "subject": SUBJECT + "x"},
        {"issuer": ISSUER, "subject_pattern": "^https://ci$"},
    ],
)
def test_another_identity_does_not(identity: dict[str, str]) -> None:
    found = examined(bundle(LEAF), ci={"identities": [identity], "transparency": ROOTED})
    assert found.vouchers == ()
    assert f"made by '{SUBJECT}' (by '{ISSUER}'), whom the rule does not name" in found.fault


def test_certificates_are_nothing_to_a_rule_of_keys_and_keys_nothing_to_one_of_identities() -> None:
    found = examined(bundle(LEAF), release={"keys": [{"source": "file:k.pem"}]})
    assert found.fault == "it carries a certificate, and the rule accepts keys only"
    assert "not made by any key" in examined(bundle(SIGNER), ci=CI).fault


def test_a_timestamp_is_demanded_where_the_authority_asks_for_it() -> None:
    demanding = {"identities": [IDENTITY], "transparency": {"root": "own", "timestamp": "required"}}
    assert examined(bundle(LEAF, stamped=True), ci=demanding).fault == ""
    assert "it has no timestamp that counts (ci)" in examined(bundle(LEAF), ci=demanding).fault


def keyed(**transparency: str) -> dict[str, Any]:
    return {"keys": [{"source": "file:k.pem"}], "transparency": {**ROOTED, **transparency}}


@pytest.mark.parametrize(
    ("options", "authority", "fault"),
    [
        ({}, keyed(), ""),
        ({"kind": "hashedrekord 0.0.2"}, keyed(), ""),
        ({"kind": ""}, keyed(), "no entry of a transparency log (release)"),
        ({"kind": "", "stamped": True}, keyed(log="ignored", timestamp="required"), ""),
        ({}, keyed(log="ignored", timestamp="required"), "it has no timestamp that counts (release)"),
        ({"kind": ""}, {"keys": [{"source": "file:k.pem"}]}, ""),
    ],
)
def test_a_key_has_to_be_logged_and_stamped_where_its_authority_asks_for_it(
    options: dict[str, Any], authority: dict[str, Any], fault: str
) -> None:
    found = examined(bundle(SIGNER, **options), release=authority)
    assert fault in found.fault
    assert bool(found.vouchers) is (fault == "")


def test_a_foreign_log_entry_swapped_in_proves_nothing_of_a_key() -> None:
    """CVE-2022-36056 and kin, through the whole judgement."""
    document = signed_bundle(INSTANCE, str(DIGEST), SIGNER, kind="")
    foreign = signed_bundle(INSTANCE, str(OTHER), SIGNER)
    document["verificationMaterial"]["tlogEntries"] = foreign["verificationMaterial"]["tlogEntries"]
    decision = decide(case(BundleDocument("here", encode(document)), release=keyed()))
    assert decision.outcome is Outcome.REFUSED
    assert any("of another signature: the digest differs" in line for line in decision.reason.failures())


def test_a_proven_time_is_what_a_key_s_time_is_compared_with() -> None:
    """After a rotation the old key's signatures stay good, if somebody else proves when they were made."""
    ended = {"source": "file:k.pem", "not_after": NOW - timedelta(days=1)}
    logged = {"keys": [ended], "transparency": ROOTED}
    before, after = NOW - timedelta(days=2), NOW - timedelta(hours=1)
    assert examined(bundle(SIGNER, at=before), release=logged).fault == ""
    assert "does not count at that time" in examined(bundle(SIGNER, at=after), release=logged).fault
    # A log of v2 proves no time: then the time of the verification is what counts.
    second = bundle(SIGNER, at=before, kind="hashedrekord 0.0.2")
    assert "does not count at that time" in examined(second, release=logged).fault


def test_the_age_of_a_signature_is_proven_or_it_is_too_old() -> None:
    for at, outcome in ((NOW - timedelta(hours=1), Outcome.TRUSTED), (NOW - timedelta(days=3), Outcome.REFUSED)):
        decision = decide(case(bundle(SIGNER, at=at), release=keyed(), max_age="2d"))
        assert decision.outcome is outcome
        assert [signer.signed_at for signer in decision.signers] == [at]
    assert any("too old, or nothing proves its age" in line for line in decision.reason.failures())


def test_a_root_that_cannot_be_read_is_an_error_if_it_could_have_decided() -> None:
    for fault in (Unavailable("the trust root is away", remedy="fetch it"), Malformed("the trust root is none")):
        for authority in (CI, keyed()):
            decision = decide(case(bundle(LEAF), root=fault, release=authority))
            assert decision.outcome is Outcome.ERROR
            assert any(str(fault) in line for line in decision.reason.failures())
    both: dict[str, Any] = {"release": {"keys": [{"source": "file:k.pem"}]}, "ci": CI}
    assert decide(case(bundle(SIGNER), root=fault, **both)).outcome is Outcome.TRUSTED


def test_an_expired_leaf_without_a_timestamp_is_refused() -> None:
    """CVE-2026-24122's other half: after its ten minutes nobody knows who has the key."""
    late = bundle(INSTANCE.leaf(start=NOW - timedelta(minutes=30)))
    assert "stands for its certificate" in examined(late, ci=CI).fault
    payload, signature, annotations = signed_legacy(INSTANCE, str(DIGEST), LEAF)
    for name in list(annotations):
        if name.endswith("bundle"):
            del annotations[name]
    assert (
        "no entry of a transparency log" in examined(SimpleSigning("x", payload, signature, annotations), ci=CI).fault
    )


def test_a_legacy_entry_is_bound_to_payload_signature_and_certificate() -> None:
    payload, signature, annotations = signed_legacy(INSTANCE, str(DIGEST), LEAF)
    other = signed_legacy(INSTANCE, str(OTHER), LEAF)
    name = "dev.sigstore.cosign/bundle"
    swapped = SimpleSigning("x", payload, signature, {**annotations, name: other[2][name]})
    assert "the digest differs" in examined(swapped, ci=CI).fault
    entry = json.loads(annotations[name])
    entry["SignedEntryTimestamp"] = json.loads(other[2][name])["SignedEntryTimestamp"]
    forged = SimpleSigning("x", payload, signature, {**annotations, name: json.dumps(entry)})
    assert "signed entry timestamp was not made by the log" in examined(forged, ci=CI).fault


def test_a_certificate_beside_a_legacy_signature_by_a_key_is_a_stranger_s_note() -> None:
    payload = encode(
        {"critical": {"image": {"docker-manifest-digest": str(DIGEST)}, "type": "cosign container image signature"}}
    )
    item = SimpleSigning(
        "x", payload, b64(SIGNER.sign(payload)), {"dev.sigstore.cosign/certificate": pem_of(LEAF.certificate).decode()}
    )
    authorities = {"release": {"keys": [{"source": "file:k.pem"}]}, "ci": CI}
    assert [voucher.authority for voucher in examined(item, **authorities).vouchers] == ["release"]


PROVENANCE = "https://slsa.dev/provenance/v1"


def attestation(signer: Any = SIGNER, image: Digest = DIGEST, kind: str = PROVENANCE) -> bytes:  # noqa: ANN401
    payload = encode({**statement(str(image)), "predicateType": kind, "predicate": {"a": 1}})
    signatures = [{"keyid": "", "sig": b64(signer.sign(pae(payload)))}]
    return encode({"payload": b64(payload), "payloadType": "application/vnd.in-toto+json", "signatures": signatures})


RELEASE = {"keys": [{"source": "file:k.pem"}]}


def test_a_legacy_attestation_is_an_envelope_by_somebody() -> None:
    found = examined(LegacyAttestation("here", attestation()), release=RELEASE)
    assert found.fault == ""
    assert found.statement is not None
    assert (found.statement.predicate_type, found.statement.predicate) == (PROVENANCE, {"a": 1})


@pytest.mark.parametrize(
    ("envelope", "why"),
    [
        (attestation(KeySigner()), "not made by any key that the rule accepts"),
        (attestation(image=OTHER), "not for this image"),
        (attestation(kind="https://sigstore.dev/cosign/sign/v1"), "a signature of the image where attestations belong"),
        (attestation().replace(b'"signatures":[{', b'"signatures":[{"sig":"AAAA"},{'), "exactly one signature"),
        (attestation()[:-3] + b"]}", "not JSON|signature"),
        (b"{}", "its payloadType is"),
        (b"", "not JSON"),
    ],
)
def test_what_is_unsigned_foreign_or_malformed_is_no_attestation(envelope: bytes, why: str) -> None:
    import re

    found = examined(LegacyAttestation("here", envelope), release=RELEASE)
    assert found.statement is None
    assert found.vouchers == ()
    assert re.search(why, found.fault), found.fault


def test_an_unsigned_statement_is_never_read() -> None:
    """What a stranger wrote in a predicate cannot even be malformed."""
    document = json.loads(attestation(KeySigner()))
    document["payload"] = b64(b"\xff" * 10)
    found = examined(LegacyAttestation("here", encode(document)), release=RELEASE)
    assert found.fault == "not made by any key that the rule accepts"


def test_a_logged_message_signature_of_the_manifest_is_a_signature() -> None:
    signature = SIGNER.sign(b"image")  # what DIGEST is the digest of
    document = signed_bundle(INSTANCE, str(DIGEST), SIGNER, kind="")
    del document["dsseEnvelope"]
    digest = {"algorithm": "SHA2_256", "digest": b64(bytes.fromhex(DIGEST.hex))}
    document["messageSignature"] = {"messageDigest": digest, "signature": b64(signature)}
    body = record("hashedrekord 0.0.1", b"image", signature, SIGNER.verifier)
    document["verificationMaterial"]["tlogEntries"] = [INSTANCE.entry(body)]
    assert examined(BundleDocument("x", encode(document)), release=keyed()).fault == ""
    document["messageSignature"]["messageDigest"]["digest"] = b64(bytes.fromhex(OTHER.hex))
    assert "something else than this image" in examined(BundleDocument("x", encode(document)), release=keyed()).fault
    document["messageSignature"] = {"signature": b64(SIGNER.sign(b"other"))}
    assert "not made by any key" in examined(BundleDocument("x", encode(document)), release=keyed()).fault


def test_base64_is_what_it_is() -> None:
    document = json.loads(bundle(SIGNER).document)
    raw = base64.b64decode(document["dsseEnvelope"]["payload"])
    document["dsseEnvelope"]["payload"] = base64.urlsafe_b64encode(raw + b"\xff\xff\xfe").decode()
    assert "base64" in examined(BundleDocument("x", encode(document)), release=keyed()).fault


GOOD_ITEMS = {
    "bundle by a key": bundle(SIGNER).document,
    "bundle with a certificate": bundle(LEAF, kind="dsse 0.0.2", stamped=True).document,
    "legacy attestation": attestation(),
}


@pytest.mark.parametrize("name", GOOD_ITEMS)
@given(st.data())
def test_no_damage_makes_anything_else_count(name: str, data: st.DataObject) -> None:
    """Every good document with bytes changed, cut out or doubled: no crash, and what still counts says the same."""
    good = GOOD_ITEMS[name]
    start = data.draw(st.integers(0, len(good) - 1))
    end = data.draw(st.integers(start, min(len(good), start + 40)))
    damaged = good[:start] + data.draw(st.binary(max_size=4) | st.just(good[start:end] * 2)) + good[end:]
    kind = LegacyAttestation if name == "legacy attestation" else BundleDocument
    authorities = {"release": RELEASE, "ci": CI}
    before, after = examined(kind("here", good), **authorities), examined(kind("here", damaged), **authorities)
    assert before.vouchers
    if after.vouchers:
        assert (after.statement, {one.signer for one in after.vouchers}) == (
            before.statement,
            {one.signer for one in before.vouchers},
        )


@given(st.binary(max_size=200))
def test_no_bytes_count(data: bytes) -> None:
    for item in (
        BundleDocument("x", data),
        LegacyAttestation("x", data),
        SimpleSigning("x", data, b64(data) or "AAAA"),
    ):
        assert examined(item, release=RELEASE, ci=CI).vouchers == ()
