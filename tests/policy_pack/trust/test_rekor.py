"""Entries of logs: what a real one proves, and every foreign or forged one, which proves nothing."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust import formats, keys, rekor, trust_root
from guardrails.trust.errors import Malformed
from guardrails.trust.evidence import BundleDocument
from guardrails.trust.reference import Digest
from tests.support.signing import encode, statement
from tests.support.sigstore_instance import NOW, Instance, b64, pae
from tests.support.sigstore_signed import KeySigner, record, signed_bundle

if TYPE_CHECKING:
    from collections.abc import Callable

    from guardrails.trust.rekor import Logged

INSTANCE = Instance()
ROOT = trust_root.parse(encode(INSTANCE.trusted_root()))
DIGEST, OTHER = Digest.of(b"image"), Digest.of(b"other")
LEAF, SIGNER = INSTANCE.leaf(), KeySigner()
KINDS = ("dsse 0.0.1", "hashedrekord 0.0.2", "intoto 0.0.2", "dsse 0.0.2", "hashedrekord 0.0.1")


def verified(bundle: dict[str, Any]) -> Logged:
    claim = formats.read(BundleDocument("here", encode(bundle)), DIGEST)
    from cryptography import x509

    der = claim.material.certificate
    signer = x509.load_der_x509_certificate(der) if der else keys.accepted(SIGNER.verifier)
    return rekor.verify(claim, signer, ROOT, NOW)


def entry_of(bundle: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = bundle["verificationMaterial"]["tlogEntries"][0]
    return entry


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("signer", [LEAF, SIGNER], ids=["certificate", "key"])
def test_a_log_s_entry_of_this_signature_counts_and_v1_proves_its_time(kind: str, signer: Any) -> None:  # noqa: ANN401
    bundle = signed_bundle(INSTANCE, str(DIGEST), signer, kind=kind)
    first = kind in {"dsse 0.0.1", "intoto 0.0.2", "hashedrekord 0.0.1"}
    assert verified(bundle).at == (NOW - timedelta(minutes=1) if first else None)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("signer", [LEAF, SIGNER], ids=["certificate", "key"])
@pytest.mark.parametrize(
    ("part", "why"),
    [("message", "the digest differs"), ("signature", "the signature differs"), ("verifier", "the key differs")],
)
def test_a_genuine_entry_of_another_signature_proves_nothing(kind: str, signer: Any, part: str, why: str) -> None:  # noqa: ANN401
    """CVE-2022-36056 and kin: the log really has the entry; it is of something else in one respect."""
    payload, other = encode(statement(str(DIGEST))), encode(statement(str(OTHER)))
    stranger = INSTANCE.leaf() if signer is LEAF else KeySigner()
    bundle = signed_bundle(INSTANCE, str(DIGEST), signer, kind="")
    signature = base64.b64decode(bundle["dsseEnvelope"]["signatures"][0]["sig"])
    body = record(
        kind,
        pae(other if part == "message" else payload),
        signer.sign(b"something else") if part == "signature" else signature,
        stranger.verifier if part == "verifier" else signer.verifier,
        other if part == "message" else payload,
    )
    bundle["verificationMaterial"]["tlogEntries"] = [INSTANCE.entry(body)]
    with pytest.raises(Malformed, match=why):
        verified(bundle)


def _body(change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], None]:
    def apply(entry: dict[str, Any]) -> None:
        body = json.loads(base64.b64decode(entry["canonicalizedBody"]))
        change(body)
        entry |= INSTANCE.entry(json.dumps(body, sort_keys=True, separators=(",", ":")).encode())

    return apply


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda e: e["logId"].update(keyId=b64(b"x" * 32)), "of no log that the trust root knows"),
        (lambda e: e["logId"].update(keyId=b64(INSTANCE.rekor2_id)), "not made by the log"),
        (lambda e: e.update(integratedTime="1717243000"), "not made by the log"),
        (lambda e: e.update(logIndex="4"), "not made by the log"),
        (lambda e: e["inclusionPromise"].update(signedEntryTimestamp=b64(b"x")), "not made by the log"),
        (lambda e: (e.pop("inclusionPromise"), e.pop("inclusionProof")), "neither inclusion proof nor"),
        (lambda e: e["inclusionProof"]["hashes"].reverse(), "does not lead to the log's root"),
        (lambda e: e["inclusionProof"]["hashes"].pop(), "does not lead to the log's root"),
        (lambda e: e["inclusionProof"]["hashes"].append(b64(b"x" * 32)), "is too long"),
        (lambda e: e["inclusionProof"]["hashes"].append(b64(b"x")), "proof is malformed"),
        (lambda e: e["inclusionProof"].update(logIndex="2"), "does not lead to the log's root"),
        (lambda e: e["inclusionProof"].update(logIndex="7"), "proof is malformed"),
        (lambda e: e["inclusionProof"].update(treeSize="8"), "a tree of another size"),
        (lambda e: e["inclusionProof"].update(rootHash=b64(b"x" * 32)), "of another root"),
        (lambda e: e["kindVersion"].update(kind="hashedrekord"), "is said to be 'hashedrekord 0.0.1'"),
        (_body(lambda b: b.update(kind="rpm")), "a kind that is not read"),
        (_body(lambda b: b.update(spec={})), "'payloadHash' is missing"),
        (_body(lambda b: b["spec"].update(signatures=[])), "the signature differs"),
        (_body(lambda b: b["spec"]["payloadHash"].update(algorithm="md5")), "the digest differs"),
        (_body(lambda b: b["spec"]["payloadHash"].update(value="xyz")), "value is not hex"),
        (_body(lambda b: b["spec"]["signatures"][0].update(verifier=b64(b"nonsense"))), "the key differs"),
    ],
)
def test_what_the_log_does_not_vouch_for_is_refused(change: Callable[[dict[str, Any]], object], why: str) -> None:
    bundle = signed_bundle(INSTANCE, str(DIGEST), LEAF)
    change(entry_of(bundle))
    with pytest.raises(Malformed, match=why):
        verified(bundle)


@pytest.mark.parametrize(
    ("at", "why"),
    [(NOW + timedelta(minutes=1), "of the future"), (NOW.replace(year=2023), "when the log did not count")],
)
def test_the_log_s_time_has_to_be_possible(at: Any, why: str) -> None:  # noqa: ANN401
    with pytest.raises(Malformed, match=why):
        verified(signed_bundle(INSTANCE, str(DIGEST), LEAF, at=at))


def test_without_an_entry_nothing_is_proven() -> None:
    with pytest.raises(Malformed, match="no entry of a transparency log"):
        verified(signed_bundle(INSTANCE, str(DIGEST), LEAF, kind=""))


@given(st.integers(1, 70).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size))))
def test_every_place_in_every_tree_is_proven(place: tuple[int, int]) -> None:
    index, size = place
    bundle = signed_bundle(INSTANCE, str(DIGEST), LEAF)
    body = base64.b64decode(entry_of(bundle)["canonicalizedBody"])
    bundle["verificationMaterial"]["tlogEntries"] = [INSTANCE.entry(body, index=index, size=size)]
    verified(bundle)
