from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust import formats
from guardrails.trust.errors import Malformed
from guardrails.trust.evidence import BundleDocument, SimpleSigning
from guardrails.trust.reference import Digest
from tests.support.signing import Signer, encode, simple_payload, statement

if TYPE_CHECKING:
    from collections.abc import Callable

DIGEST = Digest.of(b"image")
SIGNER = Signer()


def bundle(change: Callable[[dict[str, Any]], object] = lambda _: None) -> BundleDocument:
    document = json.loads(SIGNER.bundle(str(DIGEST)))
    change(document)
    return BundleDocument("here", encode(document))


def fault_of(claim: formats.Claim, digest: Digest) -> str | None:
    """Why a claim is no signature of an image."""
    try:
        found = claim.meaning(digest)
    except Malformed as error:
        return str(error)
    return None if found is None else "an attestation"


def test_the_encoding_is_the_one_of_the_dsse_specification() -> None:
    # The example of https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
    encoded = formats.pre_authentication_encoding("http://example.com/HelloWorld", b"hello world")
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert formats.pre_authentication_encoding("é", b"") == b"DSSEv1 2 \xc3\xa9 0 "


def test_a_bundle_s_message_is_its_encoded_payload() -> None:
    claim = formats.read(bundle(), DIGEST)
    kind = "application/vnd.in-toto+json"
    assert claim.message == formats.pre_authentication_encoding(kind, encode(statement(str(DIGEST))))
    assert fault_of(claim, DIGEST) is None
    assert "not for this image" in str(fault_of(claim, Digest.of(b"other")))
    assert "not for this image" in str(fault_of(claim, Digest.of(b"image", "sha512")))


ENTRY = {"logIndex": "7", "logId": {"keyId": "AAAA"}, "kindVersion": {"kind": "dsse", "version": "0.0.1"}}


def test_a_log_entry_beside_the_key_does_not_matter_unless_malformed() -> None:
    entry = {**ENTRY, "canonicalizedBody": "AAAA", "integratedTime": "3"}
    claim = formats.read(bundle(lambda b: b["verificationMaterial"].update(tlogEntries=[entry])), DIGEST)
    assert fault_of(claim, DIGEST) is None
    assert claim.material.entry is not None
    assert (claim.material.entry.index, claim.material.entry.kind) == (7, "dsse 0.0.1")
    for entries, why in (([{}], "'kindVersion' is missing"), ([entry, entry], "2 tlogEntries"), ([ENTRY], "log entry")):
        document = json.loads(bundle().document)
        document["verificationMaterial"]["tlogEntries"] = entries
        with pytest.raises(Malformed, match=why):
            formats.read(BundleDocument("here", encode(document)), DIGEST)


def test_any_subject_may_be_the_image() -> None:
    subjects = [{"digest": {"sha256": "0" * 64}}, {"name": "x", "digest": {"sha1": "0", "sha256": DIGEST.hex}}]
    payload = encode({**statement(str(DIGEST)), "subject": subjects})
    assert fault_of(formats.read(BundleDocument("here", SIGNER.bundle_of(payload)), DIGEST), DIGEST) is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            lambda b: b.update(mediaType="application/vnd.dev.sigstore.bundle.v0.2+json"),
            "bundle version .* not supported",
        ),
        (lambda b: b.pop("mediaType"), "bundle version"),
        (lambda b: b.pop("verificationMaterial"), "'verificationMaterial' is missing"),
        (lambda b: b["verificationMaterial"].pop("publicKey"), "neither key nor certificate"),
        (
            lambda b: b["verificationMaterial"].update(certificate={"rawBytes": "AA=="}),
            "it names certificate and publicKey",
        ),
        (lambda b: b.update(verificationMaterial={"x509CertificateChain": {}}), "carries a x509CertificateChain"),
        (lambda b: b["verificationMaterial"].update(Certificate={}), "differs from 'certificate' only by case"),
        (lambda b: b.update(messageSignature={}), "or both are there"),
        (lambda b: b.pop("dsseEnvelope"), "'dsseEnvelope' or 'messageSignature' is missing"),
        (lambda b: b["dsseEnvelope"].update(payloadType="text/plain"), "its payloadType is 'text/plain'"),
        (lambda b: b["dsseEnvelope"].update(PayloadType="text/plain"), "only by case|also as"),
        (lambda b: b["dsseEnvelope"].update(signatures=[]), "exactly one signature"),
        (lambda b: b["dsseEnvelope"]["signatures"].append({"sig": "AAAA"}), "exactly one signature"),
        (lambda b: b["dsseEnvelope"].update(signatures=[{"sig": ""}]), "the signature is missing"),
        (lambda b: b["dsseEnvelope"].update(signatures=[{"sig": 3}]), "the signature is missing"),
        (lambda b: b["dsseEnvelope"].update(signatures=[{"sig": "A A A A="}]), "the signature is not base64"),
        (lambda b: b["dsseEnvelope"].update(signatures=[{"sig": "AAA_"}]), "the signature is not base64"),
        (lambda b: b["dsseEnvelope"].update(signatures=[{"sig": "AAAA\n"}]), "the signature is not base64"),
        (lambda b: b["dsseEnvelope"].update(signatures=[{"sig": "AAB="}]), "the signature is not canonical base64"),
        (lambda b: b["dsseEnvelope"].update(payload="AAA"), "the payload is not base64"),
    ],
)
def test_bundles_that_are_not_what_cosign_writes_are_refused(change: Callable[[Any], object], why: str) -> None:
    with pytest.raises(Malformed, match=why):
        formats.read(bundle(change), DIGEST)


def test_legacy_payloads_are_verified_as_they_are() -> None:
    payload = b" " + encode(simple_payload(str(DIGEST))) + b"\n"
    claim = formats.read(SimpleSigning("here", payload, "AAAA"), DIGEST)
    assert (claim.message, claim.signature) == (payload, b"\0\0\0")
    assert fault_of(claim, DIGEST) is None
    assert "not for this image" in str(fault_of(claim, Digest.of(b"other")))
    for signature in ("", "A", "AAA_", " AAAA"):
        with pytest.raises(Malformed, match="the signature is"):
            formats.read(SimpleSigning("here", payload, signature), DIGEST)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_fault_not_a_crash(data: bytes) -> None:
    assert fault_of(formats.read(SimpleSigning("here", data, "AAAA"), DIGEST), DIGEST)
    with pytest.raises(Malformed):
        formats.read(BundleDocument("here", data), DIGEST)
    wrapped = BundleDocument("here", SIGNER.bundle_of(data or b"x"))
    assert fault_of(formats.read(wrapped, DIGEST), DIGEST)


PARTS = st.sampled_from(["critical", "image", "type", "docker-manifest-digest", "_type", "subject", "digest", "sha256"])
LEAVES = st.none() | st.text(max_size=3) | st.just(DIGEST.hex) | st.just(str(DIGEST))
TREES = st.recursive(LEAVES, lambda i: st.lists(i, max_size=3) | st.dictionaries(PARTS, i, max_size=4), max_leaves=10)


@given(st.dictionaries(PARTS, TREES))
def test_nearly_right_payloads_are_a_fault_not_a_crash(document: dict[str, Any]) -> None:
    data = encode(document)
    assert fault_of(formats.read(SimpleSigning("here", data, "AAAA"), DIGEST), DIGEST)
    envelope = BundleDocument("here", SIGNER.bundle_of(encode({**statement(str(DIGEST)), **document})))
    fault = fault_of(formats.read(envelope, DIGEST), DIGEST)
    assert fault or not {"_type", "subject"} & document.keys() or DIGEST.hex in json.dumps(document)


def test_base64_of_everything_is_read_back() -> None:
    for size in range(1, 5):
        text = base64.b64encode(bytes(range(size))).decode()
        assert formats.read(SimpleSigning("x", b"", text), DIGEST).signature == bytes(range(size))
