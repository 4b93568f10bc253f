"""What comes with a signature and says who made it and when: certificates, log entries, timestamps; all unverified.

- Bundles: https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto and sigstore_rekor.proto
- Legacy annotations: https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md

Pure. `rekor`, `timestamps` and `keyless` verify it. One log entry and one leaf certificate are read, as sigstore's own
clients do: with several, somebody has to choose, and two programs would choose differently.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from guardrails.trust import strict_json
from guardrails.trust._fields import an_object, data, number, objects, text
from guardrails.trust.errors import Malformed

if TYPE_CHECKING:
    from collections.abc import Mapping

_CERTIFICATE: Final = "dev.sigstore.cosign/certificate"
_CHAIN: Final = "dev.sigstore.cosign/chain"
_BUNDLE: Final = "dev.sigstore.cosign/bundle"
_TIMESTAMP: Final = "dev.sigstore.cosign/rfc3161timestamp"

_MOST_CERTIFICATES: Final = 8
_MOST_TIMESTAMPS: Final = 8
_MOST_HASHES: Final = 64
_CERTIFICATE_BYTES: Final = 16 * 1024
_PEM_BEGIN: Final = "-----BEGIN CERTIFICATE-----"
_PEM_END: Final = "-----END CERTIFICATE-----"

_MATERIAL_KNOWN: Final = frozenset(
    {"publicKey", "x509CertificateChain", "certificate", "tlogEntries", "timestampVerificationData"}
)
_ENTRY_KNOWN: Final = frozenset(
    {"logIndex", "logId", "kindVersion", "integratedTime", "inclusionPromise", "inclusionProof", "canonicalizedBody"}
)
_PROOF_KNOWN: Final = frozenset({"logIndex", "rootHash", "treeSize", "hashes", "checkpoint"})


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """The way from an entry to the root of a log's Merkle tree, and the log's signed word for that root."""

    index: int
    size: int
    root: bytes
    hashes: tuple[bytes, ...]
    checkpoint: str


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An entry of a transparency log.

    Attributes:
        log_id: which log says so.
        index: among all its entries.
        kind: of the body, with its version: "hashedrekord 0.0.1"; "" where only the body says it.
        body: the canonical JSON that the log has.
        integrated: seconds since 1970, believed only with the promise; 0 where the log gives none (Rekor v2).
        promise: the signed entry timestamp (Rekor v1).
        proof: the inclusion proof; legacy signatures have none.
    """

    log_id: bytes
    index: int
    kind: str
    body: bytes
    integrated: int
    promise: bytes | None
    proof: InclusionProof | None


@dataclass(frozen=True, slots=True)
class Material:
    """All that came with one signature.

    Attributes:
        certificate: of the signer, DER; empty for a signature by a key.
        entry: of a log.
        timestamps: RFC 3161 responses, DER.
        hint: which key a bundle says to be of; not signed.
    """

    certificate: bytes = b""
    entry: LogEntry | None = None
    timestamps: tuple[bytes, ...] = ()
    hint: str = ""


def from_bundle(material: dict[str, Any], *, chains: bool = False) -> Material:
    """Read a bundle's `verificationMaterial`.

    Args:
        material: the parsed object.
        chains: whether certificates come as a chain (bundles before v0.3); else that is refused.

    Raises:
        Malformed: it is not well-formed, or names more than one kind of key.
    """
    strict_json.refuse_variants(material, _MATERIAL_KNOWN)
    given = sorted({"publicKey", "certificate", "x509CertificateChain"} & material.keys())
    if len(given) != 1:
        raise Malformed(f"it names {' and '.join(given) or 'neither key nor certificate'}, where one belongs")
    entries = objects(material, "tlogEntries", 1)
    stamps = material.get("timestampVerificationData") or {}
    if not isinstance(stamps, dict):
        raise Malformed("'timestampVerificationData' is not an object")
    strict_json.refuse_variants(stamps, frozenset({"rfc3161Timestamps"}))
    listed = objects(stamps, "rfc3161Timestamps", _MOST_TIMESTAMPS)
    timestamps = tuple(data(stamp.get("signedTimestamp"), "timestamp") for stamp in listed)
    if len(set(timestamps)) < len(timestamps):
        raise Malformed("a timestamp appears twice")
    certificate, hint = b"", ""
    if given[0] == "publicKey":
        value = an_object(material, "publicKey", frozenset({"hint"})).get("hint", "")
        hint = value if isinstance(value, str) else ""
    elif given[0] == "certificate":
        certificate = _der(an_object(material, "certificate", frozenset({"rawBytes"})))
    elif chains:
        chain = objects(an_object(material, "x509CertificateChain"), "certificates", _MOST_CERTIFICATES)
        if not chain:
            raise Malformed("its certificate chain is empty")
        certificate = _der(chain[0])
    else:
        raise Malformed("it carries a x509CertificateChain, which bundles v0.3 don't")
    return Material(certificate, _entry(entries[0]) if entries else None, timestamps, hint)


def from_annotations(annotations: Mapping[str, str]) -> Material:
    """Read what a legacy signature's layer carries beside the signature.

    The chain is looked at only to refuse a giant one: what stands between leaf and root comes from the trust root.

    Raises:
        Malformed: an annotation is not well-formed, or the certificate is a bare key.
    """
    certificate = b""
    if pem := annotations.get(_CERTIFICATE, ""):
        certificate = _pem(pem, 1)[0]
    if chain := annotations.get(_CHAIN, ""):
        _pem(chain, _MOST_CERTIFICATES)
    entry = annotations.get(_BUNDLE, "")
    stamp = annotations.get(_TIMESTAMP, "")
    timestamps: tuple[bytes, ...] = ()
    if stamp:
        body = strict_json.load_object(stamp.encode(), frozenset({"SignedRFC3161Timestamp"}))
        timestamps = (data(body.get("SignedRFC3161Timestamp"), "timestamp"),)
    return Material(certificate, _legacy_entry(entry) if entry else None, timestamps)


def _der(value: dict[str, Any]) -> bytes:
    der = data(value.get("rawBytes"), "certificate")
    if len(der) > _CERTIFICATE_BYTES:
        raise Malformed(f"a certificate of {len(der)} bytes, more than the {_CERTIFICATE_BYTES} that are read")
    if der.startswith(b"-----BEGIN"):
        raise Malformed("PEM text where a certificate's DER belongs")
    return der


def _pem(value: str, most: int) -> list[bytes]:
    if len(value) > 2 * most * _CERTIFICATE_BYTES:
        raise Malformed(f"certificates of {len(value)} characters are not read")
    if "-----BEGIN" in value.replace(_PEM_BEGIN, ""):
        raise Malformed("something else than a certificate (a bare key?) where a certificate belongs")
    first, *parts = value.split(_PEM_BEGIN)
    if first.strip() or not 1 <= len(parts) <= most:
        raise Malformed(f"{len(parts)} certificates, where 1 to {most} belong")
    found = []
    for part in parts:
        body, end, rest = part.partition(_PEM_END)
        if not end or rest.strip():
            raise Malformed("a certificate that does not end")
        try:
            found.append(base64.b64decode("".join(body.split()), validate=True))
        except (binascii.Error, ValueError) as error:
            raise Malformed("a certificate is not base64") from error
    return found


def _entry(value: dict[str, Any]) -> LogEntry:
    strict_json.refuse_variants(value, _ENTRY_KNOWN)
    kind = an_object(value, "kindVersion", frozenset({"kind", "version"}))
    promise = value.get("inclusionPromise") or {}
    if not isinstance(promise, dict):
        raise Malformed("'inclusionPromise' is not an object")
    signed = promise.get("signedEntryTimestamp")
    proof = an_object(value, "inclusionProof", _PROOF_KNOWN) if value.get("inclusionProof") is not None else None
    return LogEntry(
        log_id=data(an_object(value, "logId", frozenset({"keyId"})).get("keyId"), "log's id"),
        index=number(value, "logIndex"),
        kind=f"{text(kind, 'kind')} {text(kind, 'version')}",
        body=data(value.get("canonicalizedBody"), "log entry"),
        integrated=number(value, "integratedTime"),
        promise=data(signed, "signed entry timestamp") if signed else None,
        proof=_proof(proof) if proof is not None else None,
    )


def _proof(value: dict[str, Any]) -> InclusionProof:
    hashes = value.get("hashes", [])
    if not isinstance(hashes, list) or len(hashes) > _MOST_HASHES:
        raise Malformed(f"'hashes' is not a list of at most {_MOST_HASHES}")
    checkpoint = value.get("checkpoint") or {}
    envelope = checkpoint.get("envelope") if isinstance(checkpoint, dict) else None
    if not isinstance(envelope, str) or not envelope:
        raise Malformed("an inclusion proof without a checkpoint")
    return InclusionProof(
        index=number(value, "logIndex"),
        size=number(value, "treeSize"),
        root=data(value.get("rootHash"), "root hash"),
        hashes=tuple(data(one, "hash of an inclusion proof") for one in hashes),
        checkpoint=envelope,
    )


def _legacy_entry(value: str) -> LogEntry:
    """`{SignedEntryTimestamp, Payload:{body, integratedTime, logIndex, logID}}`; the id is hex here."""
    body = strict_json.load_object(value.encode(), frozenset({"SignedEntryTimestamp", "Payload"}))
    payload = an_object(body, "Payload", frozenset({"body", "integratedTime", "logIndex", "logID"}))
    try:
        log_id = bytes.fromhex(text(payload, "logID"))
    except ValueError as error:
        raise Malformed("the log's id is not hex") from error
    return LogEntry(
        log_id=log_id,
        index=number(payload, "logIndex"),
        kind="",
        body=data(payload.get("body"), "log entry"),
        integrated=number(payload, "integratedTime"),
        promise=data(body.get("SignedEntryTimestamp"), "signed entry timestamp"),
        proof=None,
    )
