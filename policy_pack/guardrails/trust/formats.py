"""The ways signatures and attestations are written, read into one shape: what was signed, and what that says.

- Legacy simple signing: https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
- Legacy attestations: https://github.com/sigstore/cosign/blob/main/specs/ATTESTATION_SPEC.md
- Bundle v0.3 with a DSSE envelope (cosign 3) or a message signature: https://docs.sigstore.dev/about/bundle/ and
  https://github.com/secure-systems-lab/dsse/blob/master/envelope.md

Pure. A claim's message is what a key has to have signed; only after that holds does anybody ask what the message says,
so that nothing unsigned is ever believed. Unknown fields are ignored where the formats allow extensions; whatever
would change what is verified (another payload type, several signatures) is refused by name.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from guardrails.trust import material as materials
from guardrails.trust import strict_json
from guardrails.trust._fields import an_object, data
from guardrails.trust.errors import Malformed, quoted
from guardrails.trust.evidence import BUNDLE, BundleDocument, LegacyAttestation, SimpleSigning
from guardrails.trust.predicates import SIGNATURE_TYPE
from guardrails.trust.statements import PAYLOAD_TYPE, STATEMENT_V1, Statement

if TYPE_CHECKING:
    from guardrails.trust.keys import PublicKey
    from guardrails.trust.material import Material
    from guardrails.trust.reference import Digest

_SIMPLE_TYPE: Final = "cosign container image signature"
_BUNDLE_KNOWN: Final = frozenset({"mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope"})
_ENVELOPE_KNOWN: Final = frozenset({"payload", "payloadType", "signatures"})
_SIGNATURE_KNOWN: Final = frozenset({"sig", "keyid"})
_MESSAGE_KNOWN: Final = frozenset({"messageDigest", "signature"})
_SIMPLE_KNOWN: Final = frozenset({"critical", "optional"})
_CRITICAL_KNOWN: Final = frozenset({"identity", "image", "type"})

EARLIER_BUNDLES: Final = {
    f"application/vnd.dev.sigstore.bundle+json;version=0.{minor}": minor < 3  # noqa: PLR2004 -- v0.3 has no chains
    for minor in (1, 2, 3)
}
"""Media types of bundles before cosign 3, and whether their certificates come in chains. Images don't have them."""


@dataclass(frozen=True, slots=True)
class Simple:
    """A legacy payload, signed as it is."""

    payload: bytes

    @property
    def message(self) -> bytes:
        """What was signed."""
        return self.payload


@dataclass(frozen=True, slots=True)
class Envelope:
    """A DSSE envelope's in-toto payload; what was signed is its encoding."""

    payload: bytes

    @property
    def message(self) -> bytes:
        """What was signed."""
        return pre_authentication_encoding(PAYLOAD_TYPE, self.payload)


@dataclass(frozen=True, slots=True)
class Blob:
    """A message signature: the content itself was signed. Of an image no more than a digest is at hand."""

    digest: Digest
    message: bytes | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One signature, ready to be verified.

    Attributes:
        source: where it was found.
        content: what was signed.
        signature: DER for ECDSA, raw for RSA and Ed25519.
        material: what came with it.
        document: the whole bundle, where it is one.
    """

    source: str
    content: Simple | Envelope | Blob
    signature: bytes
    material: Material
    document: bytes = b""

    @property
    def message(self) -> bytes | None:
        """The bytes a key has to have signed; None where only their digest is at hand."""
        return self.content.message

    @property
    def note(self) -> str:
        """What a reader should know when no key fits; may be empty."""
        if self.material.certificate:
            return "it came with a certificate"
        return f"it says its key is {quoted(self.material.hint)}" if self.material.hint else ""

    def made_by(self, key: PublicKey) -> bool:
        """Say whether the key signed the content."""
        message = self.content.message
        if message is None:
            digest = self.hashed(key.hash)
            return digest is not None and key.verifies_digest(self.signature, digest)
        return key.verifies(self.signature, message)

    def hashed(self, algorithm: str) -> bytes | None:
        """The digest of what was signed, by an algorithm of `hashlib`; None where that cannot be told."""
        if isinstance(self.content, Blob) and algorithm == self.content.digest.algorithm:
            return bytes.fromhex(self.content.digest.hex)
        message = self.content.message
        return None if message is None else hashlib.new(algorithm, message).digest()

    def meaning(self, digest: Digest) -> Statement | None:
        """What the signed message says of the image with this digest: an attestation; None if it is a signature of it.

        Meaningful only once somebody has been found to have signed `message`.

        Raises:
            Malformed: it says nothing of this image, or nothing that is understood.
        """
        if isinstance(self.content, Simple):
            _check_simple(self.content.payload, digest)
            return None
        if isinstance(self.content, Blob):
            if self.content.digest != digest:
                raise Malformed(f"it was made for {quoted(self.content.digest)}, not for this image")
            return None
        statement = Statement.parse(self.content.payload)
        if statement.predicate_type != SIGNATURE_TYPE:
            statement.check_subject(digest)
            return statement
        if statement.kind != STATEMENT_V1:
            raise Malformed(f"it signs a {quoted(statement.kind)}, not an in-toto Statement v1")
        statement.check_subject(digest)
        return None


def read(item: SimpleSigning | LegacyAttestation | BundleDocument, digest: Digest) -> Claim:
    """Read a fetched signature or attestation.

    Args:
        item: as fetched.
        digest: of the image it was found for; what a message signature has to be about.

    Raises:
        Malformed: it is not well-formed, or of a kind that is not supported; the message says which.
    """
    if isinstance(item, SimpleSigning):
        signature = data(item.signature, "signature")
        return Claim(item.source, Simple(item.payload), signature, materials.from_annotations(item.annotations))
    if isinstance(item, LegacyAttestation):
        envelope = strict_json.load_object(item.envelope, _ENVELOPE_KNOWN)
        content, signature = _read_envelope(envelope)
        return Claim(item.source, content, signature, materials.from_annotations(item.annotations))
    return read_bundle(item, digest)


def read_bundle(item: BundleDocument, digest: Digest, *, message: bytes | None = None, earlier: bool = False) -> Claim:
    """Read a bundle.

    Args:
        item: as fetched.
        digest: what a message signature has to be about.
        message: the content with that digest, where it is at hand.
        earlier: whether the versions before v0.3 are read too.

    Raises:
        Malformed: as `read`.
    """
    body = strict_json.load_object(item.document, _BUNDLE_KNOWN)
    version = body.get("mediaType")
    if version != BUNDLE and not (earlier and version in EARLIER_BUNDLES):
        raise Malformed(f"bundle version {quoted(version)} is not supported: {BUNDLE} is")
    given = an_object(body, "verificationMaterial")
    material = materials.from_bundle(given, chains=EARLIER_BUNDLES.get(str(version), False))
    if ("messageSignature" in body) is ("dsseEnvelope" in body):
        raise Malformed("'dsseEnvelope' or 'messageSignature' is missing, or both are there")
    if "messageSignature" in body:
        told = an_object(body, "messageSignature", _MESSAGE_KNOWN)
        _check_message_digest(told, digest)
        signature = data(told.get("signature"), "signature")
        return Claim(item.source, Blob(digest, message), signature, material, item.document)
    content, signature = _read_envelope(an_object(body, "dsseEnvelope", _ENVELOPE_KNOWN))
    return Claim(item.source, content, signature, material, item.document)


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """What a DSSE signature is made over: `DSSEv1 <length> <type> <length> <payload>`, lengths in bytes."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def _check_simple(payload: bytes, digest: Digest) -> None:
    body = strict_json.load_object(payload, _SIMPLE_KNOWN)
    critical = an_object(body, "critical", _CRITICAL_KNOWN)
    kind = critical.get("type")
    if kind != _SIMPLE_TYPE:
        raise Malformed(f"its payload's type is {quoted(kind)}, not {_SIMPLE_TYPE!r}")
    signed = an_object(critical, "image", frozenset({"docker-manifest-digest"})).get("docker-manifest-digest")
    if signed != str(digest):
        raise Malformed(f"it was made for {quoted(signed)}, not for this image")


def _read_envelope(envelope: dict[str, Any]) -> tuple[Envelope, bytes]:
    payload_type = envelope.get("payloadType")
    if payload_type != PAYLOAD_TYPE:
        raise Malformed(f"its payloadType is {quoted(payload_type)}, not {PAYLOAD_TYPE!r}")
    signatures = envelope.get("signatures")
    if not isinstance(signatures, list) or len(signatures) != 1 or not isinstance(signatures[0], dict):
        raise Malformed("an envelope has exactly one signature")
    strict_json.refuse_variants(signatures[0], _SIGNATURE_KNOWN)
    return Envelope(data(envelope.get("payload"), "payload")), data(signatures[0].get("sig"), "signature")


def _check_message_digest(message: dict[str, Any], digest: Digest) -> None:
    """What the bundle says was signed is not signed itself, but has to agree."""
    told = message.get("messageDigest")
    if told is None:
        return
    if not isinstance(told, dict):
        raise Malformed("'messageDigest' is not an object")
    algorithm = {"SHA2_256": "sha256", "SHA2_512": "sha512"}.get(str(told.get("algorithm")))
    if algorithm != digest.algorithm or data(told.get("digest"), "message digest").hex() != digest.hex:
        raise Malformed("a message signature of something else than this image")
