"""Entries of transparency logs (Rekor v1 and v2): that a trusted log has them, and that they are of this signature.

- Entries: https://github.com/sigstore/rekor/tree/main/pkg/types (hashedrekord 0.0.1, dsse 0.0.1, intoto 0.0.2) and
  https://github.com/sigstore/rekor-tiles (hashedrekord 0.0.2, dsse 0.0.2)
- Merkle proofs: https://www.rfc-editor.org/rfc/rfc6962#section-2.1
- Checkpoints: https://github.com/transparency-dev/formats/blob/main/log/README.md

An entry that is genuine but of something else proves nothing (CVE-2022-36056 and kin): digest, signature and verifier
of the body are all compared. Unknown kinds of entries are refused.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from guardrails.trust import keys, strict_json
from guardrails.trust._fields import an_object, data, objects, text
from guardrails.trust.checkpoints import verify_checkpoint
from guardrails.trust.errors import Malformed, quoted
from guardrails.trust.formats import Envelope

if TYPE_CHECKING:
    from collections.abc import Iterable

    from guardrails.trust.formats import Claim
    from guardrails.trust.material import InclusionProof, LogEntry
    from guardrails.trust.trust_root import Log, TrustRoot

_ALGORITHMS: Final = {"SHA2_256": "sha256", "SHA2_384": "sha384", "SHA2_512": "sha512"}
_HASHES: Final = frozenset(_ALGORITHMS.values())
_PROMISED: Final = frozenset({"hashedrekord 0.0.1", "dsse 0.0.1", "intoto 0.0.2"})
"""Kinds of Rekor v1, whose promise carries a time."""
_HASH_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Logged:
    """A verified entry: when the log took it in, where it says so in a way that can be believed."""

    at: datetime | None


def verify(
    claim: Claim,
    signer: keys.PublicKey | x509.Certificate,
    root: TrustRoot,
    now: datetime,
    stamps: Iterable[datetime] = (),
) -> Logged:
    """Verify that a log of the root has an entry of this very signature.

    Args:
        claim: the signature.
        signer: whose key verified it.
        root: whose logs count.
        now: no log has taken in anything later.
        stamps: when timestamp authorities saw the signature: the log has to have counted then, where it does not itself
            say when it took it in.

    Raises:
        Malformed: there is no entry, or it fails; the message says how.
    """
    entry = claim.material.entry
    if entry is None:
        raise Malformed("it has no entry of a transparency log")
    log = next((log for log in root.logs if log.log_id == entry.log_id), None)
    if log is None:
        raise Malformed("its log entry is of no log that the trust root knows")
    kind = _bind(entry, claim, signer)
    if entry.proof is None and entry.promise is None:
        raise Malformed("its log entry has neither inclusion proof nor signed entry timestamp")
    at = None
    if entry.promise is not None:
        at = _check_promise(entry, entry.promise, log, now)
    if entry.proof is not None:
        _check_proof(entry.body, entry.proof, log)
    if at is not None and kind in _PROMISED:
        return Logged(at)
    if not_then := sorted(moment for moment in stamps if not log.window.covers(moment)):
        raise Malformed(f"its timestamp is of {not_then[0].isoformat()}, when the log did not count")
    return Logged(None)


def _check_promise(entry: LogEntry, promise: bytes, log: Log, now: datetime) -> datetime:
    """The signed entry timestamp is over the canonical JSON of these four."""
    payload = {
        "body": base64.b64encode(entry.body).decode(),
        "integratedTime": entry.integrated,
        "logIndex": entry.index,
        "logID": entry.log_id.hex(),
    }
    message = json.dumps(payload, sort_keys=True, separators=(",", ":")).encode()
    if not log.key.verifies(promise, message):
        raise Malformed("its log entry's signed entry timestamp was not made by the log")
    try:
        at = datetime.fromtimestamp(entry.integrated, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Malformed("its log entry's time is out of range") from error
    if at > now:
        raise Malformed(f"its log entry is of the future ({at.isoformat()})")
    if not log.window.covers(at):
        raise Malformed(f"its log entry is of {at.isoformat()}, when the log did not count")
    return at


def _check_proof(body: bytes, proof: InclusionProof, log: Log) -> None:
    verify_checkpoint(proof.checkpoint, log, proof.size, proof.root)
    if proof.index >= proof.size or any(len(one) != _HASH_BYTES for one in proof.hashes):
        raise Malformed("its inclusion proof is malformed")
    # RFC 6962, section 2.1.1: the audit path of a leaf, from the bottom up.
    node, last = proof.index, proof.size - 1
    value = hashlib.sha256(b"\0" + body).digest()
    for sibling in proof.hashes:
        if last == 0:
            raise Malformed("its inclusion proof is too long")
        if node & 1 or node == last:
            value = hashlib.sha256(b"\1" + sibling + value).digest()
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            value = hashlib.sha256(b"\1" + value + sibling).digest()
        node, last = node >> 1, last >> 1
    if last or value != proof.root:
        raise Malformed("its inclusion proof does not lead to the log's root")


def _bind(entry: LogEntry, claim: Claim, signer: keys.PublicKey | x509.Certificate) -> str:
    """Demand that an entry is of this signature; its kind."""
    body = strict_json.load_object(entry.body, frozenset({"apiVersion", "kind", "spec"}))
    kind = f"{text(body, 'kind')} {text(body, 'apiVersion')}"
    if entry.kind and entry.kind != kind:
        raise Malformed(f"its log entry is said to be {quoted(entry.kind)}, and is {quoted(kind)}")
    read = _KINDS.get(kind)
    if read is None:
        raise Malformed(f"its log entry is of a kind that is not read ({quoted(kind)})")
    read(an_object(body, "spec"), claim, signer)
    return kind


def _foreign(what: str) -> Malformed:
    return Malformed(f"its log entry is of another signature: the {what} differs")


def _check_verifier(pem: bytes, signer: keys.PublicKey | x509.Certificate) -> None:
    """Rekor v1 keeps the PEM of the key or certificate that it verified the signature with."""
    try:
        if isinstance(signer, keys.PublicKey):
            same = keys.from_pem(pem) == signer
        else:
            same = x509.load_pem_x509_certificate(pem) == signer
    except Exception:  # noqa: BLE001 -- as in keyless.verify: what cannot be read is not the signer's
        same = False
    if not same:
        raise _foreign("key")


def _check_digest(algorithm: object, digest: bytes, claim: Claim) -> None:
    if algorithm not in _HASHES or claim.hashed(str(algorithm)) != digest:
        raise _foreign("digest")


def _hex(parent: dict[str, Any], name: str) -> bytes:
    try:
        return bytes.fromhex(text(parent, name))
    except ValueError as error:
        raise Malformed(f"its log entry's {name} is not hex") from error


def _hashedrekord_1(spec: dict[str, Any], claim: Claim, signer: keys.PublicKey | x509.Certificate) -> None:
    hashed = an_object(an_object(spec, "data"), "hash")
    _check_digest(hashed.get("algorithm"), _hex(hashed, "value"), claim)
    signature = an_object(spec, "signature")
    if data(signature.get("content"), "log entry's signature") != claim.signature:
        raise _foreign("signature")
    _check_verifier(data(an_object(signature, "publicKey").get("content"), "log entry's key"), signer)


def _check_payload(algorithm: object, digest: bytes, claim: Claim) -> None:
    """Entries of envelopes have the digest of the payload alone."""
    if not isinstance(claim.content, Envelope):
        raise _foreign("content (an envelope's)")
    if algorithm not in _HASHES or hashlib.new(str(algorithm), claim.content.payload).digest() != digest:
        raise _foreign("digest")


def _dsse_1(spec: dict[str, Any], claim: Claim, signer: keys.PublicKey | x509.Certificate) -> None:
    hashed = an_object(spec, "payloadHash")
    _check_payload(hashed.get("algorithm"), _hex(hashed, "value"), claim)
    signatures = objects(spec, "signatures", 1)
    if not signatures or data(signatures[0].get("signature"), "log entry's signature") != claim.signature:
        raise _foreign("signature")
    _check_verifier(data(signatures[0].get("verifier"), "log entry's key"), signer)


def _intoto_2(spec: dict[str, Any], claim: Claim, signer: keys.PublicKey | x509.Certificate) -> None:
    """Signature and key are base64 twice."""
    content = an_object(spec, "content")
    hashed = an_object(content, "payloadHash")
    _check_payload(hashed.get("algorithm"), _hex(hashed, "value"), claim)
    signatures = objects(an_object(content, "envelope"), "signatures", 1)
    encoded = data(signatures[0].get("sig"), "log entry's signature") if signatures else b""
    if encoded != base64.b64encode(claim.signature):
        raise _foreign("signature")
    _check_verifier(data(signatures[0].get("publicKey"), "log entry's key"), signer)


def _check_signature_2(value: dict[str, Any], claim: Claim, signer: keys.PublicKey | x509.Certificate) -> None:
    """Rekor v2 keeps the DER of the key or certificate."""
    if data(value.get("content"), "log entry's signature") != claim.signature:
        raise _foreign("signature")
    verifier = an_object(value, "verifier", frozenset({"publicKey", "x509Certificate", "keyDetails"}))
    name = "publicKey" if isinstance(signer, keys.PublicKey) else "x509Certificate"
    der = data(an_object(verifier, name).get("rawBytes"), "log entry's key")
    own = signer.der() if isinstance(signer, keys.PublicKey) else signer.public_bytes(Encoding.DER)
    if der != own:
        raise _foreign("key")


def _hashedrekord_2(spec: dict[str, Any], claim: Claim, signer: keys.PublicKey | x509.Certificate) -> None:
    inner = an_object(spec, "hashedRekordV002", frozenset({"data", "signature"}))
    hashed = an_object(inner, "data", frozenset({"algorithm", "digest"}))
    _check_digest(
        _ALGORITHMS.get(str(hashed.get("algorithm"))), data(hashed.get("digest"), "log entry's digest"), claim
    )
    _check_signature_2(an_object(inner, "signature"), claim, signer)


def _dsse_2(spec: dict[str, Any], claim: Claim, signer: keys.PublicKey | x509.Certificate) -> None:
    inner = an_object(spec, "dsseV002", frozenset({"payloadHash", "signatures"}))
    hashed = an_object(inner, "payloadHash", frozenset({"algorithm", "digest"}))
    digest = data(hashed.get("digest"), "log entry's digest")
    _check_payload(_ALGORITHMS.get(str(hashed.get("algorithm"))), digest, claim)
    signatures = objects(inner, "signatures", 1)
    if not signatures:
        raise _foreign("signature")
    _check_signature_2(signatures[0], claim, signer)


_KINDS: Final = {
    "hashedrekord 0.0.1": _hashedrekord_1,
    "dsse 0.0.1": _dsse_1,
    "intoto 0.0.2": _intoto_2,
    "hashedrekord 0.0.2": _hashedrekord_2,
    "dsse 0.0.2": _dsse_2,
}
