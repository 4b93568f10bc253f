"""The two ways cosign writes a signature, read into one shape: bytes that were signed, and what they say.

- Legacy simple signing: https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
- Bundle v0.3 with a DSSE envelope (cosign 3): https://docs.sigstore.dev/about/bundle/,
  https://github.com/secure-systems-lab/dsse/blob/master/envelope.md and
  https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md

Pure. A claim's message is what a key has to have signed; only after that holds does `fault` ask what the message says,
so that nothing unsigned is ever believed. Unknown fields are ignored where the formats allow extensions; whatever
would change what is verified (another payload type, several signatures, certificates) is refused by name.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from guardrails.trust import strict_json
from guardrails.trust.errors import Malformed, quoted
from guardrails.trust.evidence import BUNDLE, BundleDocument, SimpleSigning

if TYPE_CHECKING:
    from guardrails.trust.reference import Digest

_SIMPLE_TYPE: Final = "cosign container image signature"
_PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
_STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
_SIGN_PREDICATE: Final = "https://sigstore.dev/cosign/sign/v1"

_BUNDLE_KNOWN: Final = frozenset({"mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope"})
_MATERIAL_KNOWN: Final = frozenset(
    {"publicKey", "x509CertificateChain", "certificate", "tlogEntries", "timestampVerificationData"}
)
_ENVELOPE_KNOWN: Final = frozenset({"payload", "payloadType", "signatures"})
_SIGNATURE_KNOWN: Final = frozenset({"sig", "keyid"})
_STATEMENT_KNOWN: Final = frozenset({"_type", "subject", "predicateType", "predicate"})
_SIMPLE_KNOWN: Final = frozenset({"critical", "optional"})
_CRITICAL_KNOWN: Final = frozenset({"identity", "image", "type"})


@dataclass(frozen=True, slots=True)
class Claim:
    """One signature, ready to be verified.

    Attributes:
        source: where it was found.
        message: the bytes a key has to have signed.
        signature: DER for ECDSA, raw for RSA.
        note: what a reader should know when no key fits; may be empty.
    """

    source: str
    message: bytes
    signature: bytes
    note: str
    _content: _SimplePayload | _Statement

    def fault(self, digest: Digest) -> str | None:
        """Say why the signed message is not a signature of the image with this digest; None if it is one.

        Meaningful only once a key has been found to have signed `message`.
        """
        try:
            self._content.check(digest)
        except Malformed as error:
            return str(error)
        return None


def read(item: SimpleSigning | BundleDocument) -> Claim:
    """Read a fetched signature.

    Raises:
        Malformed: it is not well-formed, or of a kind that is not supported; the message says which.
    """
    return _read_simple(item) if isinstance(item, SimpleSigning) else _read_bundle(item)


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """What a DSSE signature is made over: `DSSEv1 <length> <type> <length> <payload>`, lengths in bytes."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


@dataclass(frozen=True, slots=True)
class _SimplePayload:
    payload: bytes

    def check(self, digest: Digest) -> None:
        body = strict_json.load_object(self.payload, _SIMPLE_KNOWN)
        critical = _object(body, "critical", _CRITICAL_KNOWN)
        kind = critical.get("type")
        if kind != _SIMPLE_TYPE:
            raise Malformed(f"its payload's type is {quoted(kind)}, not {_SIMPLE_TYPE!r}")
        image = _object(critical, "image", frozenset({"docker-manifest-digest"}))
        signed = image.get("docker-manifest-digest")
        if signed != str(digest):
            raise Malformed(f"it was made for {quoted(signed)}, not for this image")


@dataclass(frozen=True, slots=True)
class _Statement:
    payload: bytes

    def check(self, digest: Digest) -> None:
        body = strict_json.load_object(self.payload, _STATEMENT_KNOWN)
        kind, predicate = body.get("_type"), body.get("predicateType")
        if predicate != _SIGN_PREDICATE:
            raise Malformed(f"it is an attestation ({quoted(predicate)}), not a signature of the image")
        if kind != _STATEMENT_TYPE:
            raise Malformed(f"it signs a {quoted(kind)}, not an in-toto Statement v1")
        subjects = body.get("subject")
        if not isinstance(subjects, list) or not subjects or not all(isinstance(entry, dict) for entry in subjects):
            raise Malformed("its statement names no subject")
        signed: list[object] = []
        for entry in subjects:
            strict_json.refuse_variants(entry, frozenset({"name", "digest"}))
            digests = entry.get("digest")
            signed.append(digests.get(digest.algorithm) if isinstance(digests, dict) else None)
        if digest.hex not in signed:
            raise Malformed(f"it was made for {quoted(signed[0])}, not for this image")


def _read_simple(item: SimpleSigning) -> Claim:
    note = "it came with a certificate; keyless signatures are not supported" if item.has_certificate else ""
    return Claim(item.source, item.payload, _base64(item.signature, "signature"), note, _SimplePayload(item.payload))


def _read_bundle(item: BundleDocument) -> Claim:
    body = strict_json.load_object(item.document, _BUNDLE_KNOWN)
    if body.get("mediaType") != BUNDLE:
        raise Malformed(f"bundle version {quoted(body.get('mediaType'))} is not supported: {BUNDLE} is")
    note = _check_material(_object(body, "verificationMaterial", _MATERIAL_KNOWN))
    if "messageSignature" in body:
        raise Malformed("a bundle with a bare message signature: images are signed by statements (DSSE)")
    envelope = _object(body, "dsseEnvelope", _ENVELOPE_KNOWN)
    payload_type = envelope.get("payloadType")
    if payload_type != _PAYLOAD_TYPE:
        raise Malformed(f"its payloadType is {quoted(payload_type)}, not {_PAYLOAD_TYPE!r}")
    signatures = envelope.get("signatures")
    if not isinstance(signatures, list) or len(signatures) != 1 or not isinstance(signatures[0], dict):
        raise Malformed("a bundle's envelope has exactly one signature")
    strict_json.refuse_variants(signatures[0], _SIGNATURE_KNOWN)
    payload = _base64(envelope.get("payload"), "payload")
    return Claim(
        item.source,
        pre_authentication_encoding(_PAYLOAD_TYPE, payload),
        _base64(signatures[0].get("sig"), "signature"),
        note,
        _Statement(payload),
    )


def _check_material(material: dict[str, Any]) -> str:
    """Accept key material only; return what to say should no key fit.

    The hint is not looked at: it is not signed. Log entries and timestamps may be there; no rule can ask for them.
    """
    certificates = sorted({"certificate", "x509CertificateChain"} & material.keys())
    if certificates:
        raise Malformed(f"it carries a {certificates[0]}: keyless signatures are not supported, rules ask for keys")
    key = _object(material, "publicKey", frozenset({"hint"}))
    hint = key.get("hint")
    return f"it says its key is {quoted(hint)}" if hint else ""


def _object(parent: dict[str, Any], name: str, known: frozenset[str]) -> dict[str, Any]:
    value = parent.get(name)
    if not isinstance(value, dict):
        raise Malformed(f"{name!r} is missing or not an object")
    strict_json.refuse_variants(value, known)
    return value


def _base64(value: object, what: str) -> bytes:
    """Decode standard base64 with padding; the one text that encodes the result, and no other."""
    if not isinstance(value, str) or not value:
        raise Malformed(f"the {what} is missing")
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed(f"the {what} is not base64") from error
    if base64.b64encode(data).decode() != value:
        raise Malformed(f"the {what} is not canonical base64")
    return data
