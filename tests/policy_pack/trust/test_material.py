from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust import material
from guardrails.trust.errors import Malformed
from tests.support.sigstore_instance import NOW, Instance, b64, pem_of
from tests.support.sigstore_signed import signed_bundle, signed_legacy

if TYPE_CHECKING:
    from collections.abc import Callable

INSTANCE = Instance()
LEAF = INSTANCE.leaf()
IMAGE = f"sha256:{'0' * 64}"
CERTIFICATE, CHAIN = "dev.sigstore.cosign/certificate", "dev.sigstore.cosign/chain"
BUNDLE, STAMP = "dev.sigstore.cosign/bundle", "dev.sigstore.cosign/rfc3161timestamp"


def given_material() -> dict[str, Any]:
    found: dict[str, Any] = signed_bundle(INSTANCE, IMAGE, LEAF, stamped=True)["verificationMaterial"]
    return found


def test_a_bundle_s_material_is_read_whole() -> None:
    read = material.from_bundle(given_material())
    assert read.certificate == LEAF.der
    assert len(read.timestamps) == 1
    assert read.entry is not None
    assert (read.entry.index, read.entry.kind, read.entry.log_id) == (3, "dsse 0.0.1", INSTANCE.rekor_id)
    assert read.entry.integrated == int(NOW.timestamp()) - 60
    assert read.entry.proof is not None
    assert (read.entry.proof.index, read.entry.proof.size, len(read.entry.proof.hashes)) == (3, 7, 3)


def test_a_legacy_signature_s_annotations_are_read_whole() -> None:
    _, _, annotations = signed_legacy(INSTANCE, IMAGE, LEAF, stamped=True)
    read = material.from_annotations(annotations)
    assert read.certificate == LEAF.der
    assert len(read.timestamps) == 1
    assert read.entry is not None
    assert (read.entry.index, read.entry.kind, read.entry.proof) == (3, "", None)
    assert material.from_annotations({}) == material.Material()


def test_numbers_are_protocol_buffers_numbers() -> None:
    given = given_material()
    entry = given["tlogEntries"][0]
    entry["logIndex"] = 12
    del entry["inclusionProof"]["logIndex"], entry["integratedTime"]  # what is 0 is left out
    read = material.from_bundle(given).entry
    assert read is not None
    assert read.proof is not None
    assert (read.index, read.proof.index, read.integrated) == (12, 0, 0)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda m: m.pop("certificate"), "neither key nor certificate"),
        (lambda m: m.update(publicKey={"hint": "x"}), "certificate and publicKey, where one belongs"),
        (lambda m: m["certificate"].update(rawBytes=""), "the certificate is missing"),
        (lambda m: m["certificate"].update(rawBytes=b64(b"x" * 20_000)), "a certificate of 20000 bytes"),
        (lambda m: m["certificate"].update(rawBytes=b64(pem_of(LEAF.certificate))), "PEM text where"),
        (lambda m: m.update(Certificate={}), "only by case"),
        (lambda m: m.update(tlogEntries={}), "'tlogEntries' is not a list"),
        (lambda m: m.update(tlogEntries=m["tlogEntries"] * 2), "2 tlogEntries, more than the 1"),
        (lambda m: m["tlogEntries"][0].update(LogIndex=3), "only by case"),
        (lambda m: m["tlogEntries"][0].update(logIndex="-1"), "'logIndex' is '-1'"),
        (lambda m: m["tlogEntries"][0].update(logIndex=2**63), "not a number of 63 bits"),
        (lambda m: m["tlogEntries"][0].update(logIndex=True), "not a number of 63 bits"),
        (lambda m: m["tlogEntries"][0].update(canonicalizedBody="!"), "the log entry is not base64"),
        (lambda m: m["tlogEntries"][0].update(inclusionPromise=3), "'inclusionPromise' is not an object"),
        (lambda m: m["tlogEntries"][0].update(inclusionProof=3), "'inclusionProof' is missing or not an object"),
        (lambda m: m["tlogEntries"][0]["inclusionProof"].pop("checkpoint"), "without a checkpoint"),
        (lambda m: m["tlogEntries"][0]["inclusionProof"].update(hashes=["AAAA"] * 65), "list of at most 64"),
        (lambda m: m.update(timestampVerificationData=3), "'timestampVerificationData' is not an object"),
        (
            lambda m: m["timestampVerificationData"].update(rfc3161Timestamps=[{"signedTimestamp": "AAAA"}] * 2),
            "a timestamp appears twice",
        ),
        (
            lambda m: m["timestampVerificationData"].update(rfc3161Timestamps=[{"signedTimestamp": "AAAA"}] * 9),
            "more than the 8",
        ),
        (lambda m: (m.pop("certificate"), m.update(x509CertificateChain={})), "which bundles v0.3 don't"),
    ],
)
def test_what_is_ambiguous_or_without_end_is_refused(change: Callable[[dict[str, Any]], object], why: str) -> None:
    given = given_material()
    change(given)
    with pytest.raises(Malformed, match=why):
        material.from_bundle(given)


def test_earlier_bundles_have_chains_of_which_the_first_is_the_signer_s() -> None:
    given = given_material()
    chain = [given.pop("certificate"), {"rawBytes": b64(b"whatever")}]
    assert (
        material.from_bundle({**given, "x509CertificateChain": {"certificates": chain}}, chains=True).certificate
        == LEAF.der
    )
    for certificates, why in (([], "chain is empty"), (chain * 5, "more than the 8")):
        with pytest.raises(Malformed, match=why):
            material.from_bundle({**given, "x509CertificateChain": {"certificates": certificates}}, chains=True)


PEM = pem_of(LEAF.certificate).decode()


@pytest.mark.parametrize(
    ("annotations", "why"),
    [
        ({CERTIFICATE: PEM + PEM}, "2 certificates, where 1 to 1 belong"),
        ({CERTIFICATE: "x" + PEM}, "0 certificates|1 certificates"),
        ({CERTIFICATE: PEM + "x"}, "does not end"),
        ({CERTIFICATE: PEM.replace("MII", "!!!")}, "is not base64"),
        ({CERTIFICATE: pem_of(LEAF.private.public_key()).decode()}, "a bare key"),
        ({CERTIFICATE: "x" * 100_000}, "are not read"),
        ({CERTIFICATE: "nonsense"}, "0 certificates"),
        ({CHAIN: PEM * 9}, "9 certificates, where 1 to 8 belong"),
        ({CHAIN: PEM * 1000}, "characters are not read"),
        ({BUNDLE: "{}"}, "'Payload' is missing"),
        ({BUNDLE: '{"payload":{},"Payload":{}}'}, "also as"),
        ({BUNDLE: json.dumps({"SignedEntryTimestamp": "AAAA", "Payload": {"logID": "xyz"}})}, "id is not hex"),
        ({STAMP: "[]"}, "a JSON object was expected"),
        ({STAMP: "{}"}, "the timestamp is missing"),
    ],
)
def test_annotations_that_are_not_what_cosign_writes_are_refused(annotations: dict[str, str], why: str) -> None:
    with pytest.raises(Malformed, match=why):
        material.from_annotations(annotations)


LEAVES = st.none() | st.integers() | st.text(max_size=4) | st.just("AAAA") | st.booleans()
NAMES = st.sampled_from(
    ["certificate", "publicKey", "rawBytes", "tlogEntries", "logId", "keyId", "kindVersion", "inclusionProof", "hashes"]
)
TREES = st.recursive(LEAVES, lambda i: st.lists(i, max_size=2) | st.dictionaries(NAMES, i, max_size=4), max_leaves=12)


@given(st.dictionaries(NAMES, TREES, max_size=4))
def test_any_tree_is_read_or_refused(tree: dict[str, Any]) -> None:
    for chains in (True, False):
        try:
            material.from_bundle(tree, chains=chains)
        except Malformed:
            continue


@given(st.dictionaries(st.sampled_from([CERTIFICATE, CHAIN, BUNDLE, STAMP]), st.text(max_size=60)))
def test_any_annotations_are_read_or_refused(annotations: dict[str, str]) -> None:
    try:
        material.from_annotations(annotations)
    except Malformed:
        return
