"""Certificates: whose word they are, and every way in which they are not."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust import formats, keyless, trust_root
from guardrails.trust.errors import Malformed
from guardrails.trust.evidence import BundleDocument, SimpleSigning
from guardrails.trust.reference import Digest
from tests.support.signing import encode
from tests.support.sigstore_instance import ISSUER, NOW, START, SUBJECT, Authority, Instance, Leaf, b64, der_of, pem_of
from tests.support.sigstore_signed import signed_bundle, signed_legacy

INSTANCE = Instance()
ROOT = trust_root.parse(encode(INSTANCE.trusted_root()))
DIGEST = Digest.of(b"image")
LEAF = INSTANCE.leaf()
MINUTE = timedelta(minutes=1)
CERTIFICATE = "dev.sigstore.cosign/certificate"


def bundle(leaf: Leaf, **options: Any) -> keyless.Certified:  # noqa: ANN401 -- as for `signed_bundle`
    document = signed_bundle(INSTANCE, str(DIGEST), leaf, **options)
    return keyless.verify(formats.read(BundleDocument("here", encode(document)), DIGEST), ROOT, NOW)


def legacy(leaf: Leaf, **changes: str) -> keyless.Certified:
    payload, signature, annotations = signed_legacy(INSTANCE, str(DIGEST), leaf)
    item = SimpleSigning("here", payload, signature, {**annotations, **changes})
    return keyless.verify(formats.read(item, DIGEST), ROOT, NOW)


@pytest.mark.parametrize("verify", [bundle, legacy])
def test_a_certificate_of_the_root_says_who_signed_and_the_log_says_when(verify: Any) -> None:  # noqa: ANN401
    assert verify(INSTANCE.leaf()) == keyless.Certified(ISSUER, SUBJECT, (NOW - MINUTE,), stamped=False)


def test_rekor_v2_needs_a_timestamp_for_the_time() -> None:
    leaf = INSTANCE.leaf()
    assert bundle(leaf, kind="hashedrekord 0.0.2", stamped=True).stamped
    with pytest.raises(Malformed, match="nothing proves when it was made"):
        bundle(leaf, kind="hashedrekord 0.0.2")


def test_a_log_has_to_count_when_the_signature_was_made_even_if_it_tells_no_time() -> None:
    document = signed_bundle(INSTANCE, str(DIGEST), INSTANCE.leaf(), kind="hashedrekord 0.0.2", stamped=True)
    claim = formats.read(BundleDocument("here", encode(document)), DIGEST)
    retired = INSTANCE.trusted_root()
    retired["tlogs"][1]["publicKey"]["validFor"]["end"] = (NOW - timedelta(hours=1)).isoformat()
    with pytest.raises(Malformed, match="when the log did not count"):
        keyless.verify(claim, trust_root.parse(encode(retired)), NOW)


def test_people_have_addresses() -> None:
    assert bundle(INSTANCE.leaf("ana@cartorio.example")).subject == "ana@cartorio.example"


@pytest.mark.parametrize("verify", [bundle, legacy])
@pytest.mark.parametrize(
    ("leaf", "why"),
    [
        (lambda: INSTANCE.leaf(start=NOW - timedelta(minutes=30)), "stands for its certificate"),  # expired by then
        (lambda: INSTANCE.leaf(start=NOW), "stands for its certificate"),  # not yet
        (lambda: Instance().leaf(), "stands for its certificate"),
        (lambda: INSTANCE.leaf(by=Authority.root("root")), "stands for its certificate"),
        (lambda: INSTANCE.leaf(by=INSTANCE.root.intermediate("x")), "stands for its certificate"),
        (lambda: INSTANCE.leaf(logged=False), "no proof of being in a log of certificates"),
        (lambda: INSTANCE.leaf(usage=ExtendedKeyUsageOID.CLIENT_AUTH), "is not for signing code"),
    ],
)
def test_certificates_that_do_not_count(verify: Any, leaf: Any, why: str) -> None:  # noqa: ANN401
    with pytest.raises(Malformed, match=why):
        verify(leaf())


def test_a_certificate_in_another_s_log_does_not_count() -> None:
    stranger = Instance(root=INSTANCE.root)
    stranger.issuing = INSTANCE.issuing  # the same authority, a log that the root does not know
    with pytest.raises(Malformed, match="in no log of certificates"):
        bundle(stranger.leaf())


def test_an_intermediate_that_had_expired_when_it_was_signed_does_not_count() -> None:
    """CVE-2026-24122: the leaf's ten minutes say nothing of what is above it."""
    expired = INSTANCE.root.intermediate("expired", START, NOW - timedelta(days=1))
    document = INSTANCE.trusted_root()
    chain = document["certificateAuthorities"][0]["certChain"]["certificates"]
    chain[0]["rawBytes"] = b64(Leaf(expired.private, expired.certificate).der)
    root = trust_root.parse(encode(document))
    claim_of = signed_bundle(INSTANCE, str(DIGEST), INSTANCE.leaf(by=expired))
    claim = formats.read(BundleDocument("here", encode(claim_of)), DIGEST)
    with pytest.raises(Malformed, match="stands for its certificate"):
        keyless.verify(claim, root, NOW)
    # While it was valid, it did.
    then = NOW - timedelta(days=2)
    good = signed_bundle(INSTANCE, str(DIGEST), INSTANCE.leaf(by=expired, start=then), at=then + MINUTE)
    assert keyless.verify(formats.read(BundleDocument("here", encode(good)), DIGEST), root, NOW).subject == SUBJECT


def test_an_authority_counts_in_its_time_only() -> None:
    document = INSTANCE.trusted_root()
    document["certificateAuthorities"][0]["validFor"]["end"] = "2024-05-01T00:00:00Z"
    claim = formats.read(BundleDocument("here", encode(signed_bundle(INSTANCE, str(DIGEST), INSTANCE.leaf()))), DIGEST)
    with pytest.raises(Malformed, match="did not count on 2024-06-01"):
        keyless.verify(claim, trust_root.parse(encode(document)), NOW)


def test_a_bare_key_or_a_self_signed_certificate_is_no_certificate() -> None:
    """GHSA-fx35-mq7g-6g98: with a key in the certificate's slot nobody vouches for anybody."""
    leaf = INSTANCE.leaf()
    document = signed_bundle(INSTANCE, str(DIGEST), leaf)
    document["verificationMaterial"]["certificate"]["rawBytes"] = b64(der_of(leaf.private.public_key()))
    with pytest.raises(Malformed, match="a bare public key where a certificate belongs"):
        keyless.verify(formats.read(BundleDocument("here", encode(document)), DIGEST), ROOT, NOW)
    with pytest.raises(Malformed, match=r"\(a bare key\?\) where a certificate belongs"):
        legacy(leaf, **{CERTIFICATE: pem_of(leaf.private.public_key()).decode()})
    own = Authority(leaf.private, Authority.root("me").certificate)
    for verify in (bundle, legacy):
        with pytest.raises(Malformed, match="stands for its certificate"):
            verify(INSTANCE.leaf(by=own, private=own.private))


def test_somebody_else_s_certificate_does_not_fit_the_signature() -> None:
    leaf, other = INSTANCE.leaf(), INSTANCE.leaf()
    with pytest.raises(Malformed, match="not made by the key of its certificate"):
        legacy(leaf, **{CERTIFICATE: pem_of(other.certificate).decode()})
    same_key = INSTANCE.leaf("other@cartorio.example", private=leaf.private)
    with pytest.raises(Malformed, match="the key differs"):  # what the log has is another certificate of that key
        legacy(leaf, **{CERTIFICATE: pem_of(same_key.certificate).decode()})


def test_what_is_in_the_slot_may_be_anything() -> None:
    document = signed_bundle(INSTANCE, str(DIGEST), INSTANCE.leaf())
    slot = document["verificationMaterial"]["certificate"]
    der = base64.b64decode(slot["rawBytes"])
    for junk in (b"x", der[:-1], der[:40], der + b"\0"):
        slot["rawBytes"] = b64(junk)
        with pytest.raises(Malformed, match="is not a certificate"):
            keyless.verify(formats.read(BundleDocument("here", encode(document)), DIGEST), ROOT, NOW)


@given(st.data())
def test_no_damage_to_a_certificate_is_more_than_a_refusal(data: st.DataObject) -> None:
    """The parser of certificates raises many things; none of them may become an error of the whole image."""
    position = data.draw(st.integers(0, len(LEAF.der) - 1))
    damaged = bytearray(LEAF.der)
    damaged[position] ^= data.draw(st.integers(1, 255))
    document = signed_bundle(INSTANCE, str(DIGEST), LEAF)
    document["verificationMaterial"]["certificate"]["rawBytes"] = b64(bytes(damaged))
    with pytest.raises(Malformed):
        keyless.verify(formats.read(BundleDocument("here", encode(document)), DIGEST), ROOT, NOW)


def test_a_certificate_of_an_impossible_version_or_key_is_refused() -> None:
    document = signed_bundle(INSTANCE, str(DIGEST), LEAF)
    versioned = LEAF.der.replace(bytes.fromhex("a003020102"), bytes.fromhex("a003020109"), 1)
    curve = LEAF.der.replace(bytes.fromhex("06082a8648ce3d030107"), bytes.fromhex("06082a8648ce3d030199"))
    for der in (versioned, curve):
        assert der != LEAF.der
        document["verificationMaterial"]["certificate"]["rawBytes"] = b64(der)
        with pytest.raises(Malformed, match=r"is not a certificate|cannot be read|stands for"):
            keyless.verify(formats.read(BundleDocument("here", encode(document)), DIGEST), ROOT, NOW)


def test_a_log_entry_with_such_a_certificate_is_of_another_key() -> None:
    document = signed_bundle(INSTANCE, str(DIGEST), LEAF)
    entry = document["verificationMaterial"]["tlogEntries"][0]
    body = json.loads(base64.b64decode(entry["canonicalizedBody"]))
    der = LEAF.der.replace(bytes.fromhex("a003020102"), bytes.fromhex("a003020109"), 1)
    pem = b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"
    body["spec"]["signatures"][0]["verifier"] = b64(pem)
    entry["canonicalizedBody"] = b64(encode(body))
    with pytest.raises(Malformed, match="the key differs"):
        keyless.verify(formats.read(BundleDocument("here", encode(document)), DIGEST), ROOT, NOW)
