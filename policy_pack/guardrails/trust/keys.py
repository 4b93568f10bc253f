"""Public keys: identified by what they are, and the signatures they verify. Where they come from: `key_loading`.

`cryptography` is imported here, and this module only when a signature has to be verified. Which hash goes with which
key follows sigstore's algorithm registry:
https://github.com/sigstore/architecture-docs/blob/main/algorithm-registry.md
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from guardrails.trust import ed25519ph
from guardrails.trust.errors import Malformed

if TYPE_CHECKING:
    from collections.abc import Mapping

_CURVES: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "secp256r1": hashes.SHA256(),
    "secp384r1": hashes.SHA384(),
    "secp521r1": hashes.SHA512(),
}
_RSA_BITS: Final = range(2048, 8193)
_SIGNATURE_BYTES: Final = 1024  # RSA 8192
_RAW: Final = (Encoding.Raw, PublicFormat.Raw)

AcceptedKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key that signatures are verified with.

    Attributes:
        fingerprint: SHA-256 of the DER SubjectPublicKeyInfo, hex: the key's identity. The same key read from two
            places or encodings has one fingerprint, and counts once.
        kind: for people: "P-256", "RSA 3072", "Ed25519".
        hash: what it hashes messages with: "sha256", "sha384", "sha512".
    """

    fingerprint: str
    kind: str
    hash: str
    _key: AcceptedKey = field(repr=False, compare=False)

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Say whether this is the key's signature over exactly these bytes.

        ECDSA takes the curve's own hash (P-256 with SHA-256, P-384 with SHA-384, P-521 with SHA-512) and DER
        signatures; RSA takes SHA-256 with PKCS#1 v1.5 or PSS, since KMS keys sign with either; Ed25519 may have signed
        the message or, as cosign has it do for the sake of logs that know only digests, its digest (Ed25519ph).
        """
        if not 0 < len(signature) <= _SIGNATURE_BYTES:
            return False
        if isinstance(self._key, ed25519.Ed25519PublicKey):
            if _holds(self._key.verify, signature, message):
                return True
            return self.verifies_digest(signature, hashlib.sha512(message).digest())
        return self.verifies_digest(signature, hashlib.new(self.hash, message).digest())

    def verifies_digest(self, signature: bytes, digest: bytes) -> bool:
        """Say whether this is the key's signature over a message of this digest, made with the key's own hash.

        For Ed25519 it has to be Ed25519ph.
        """
        if not 0 < len(signature) <= _SIGNATURE_BYTES or len(digest) != hashlib.new(self.hash).digest_size:
            return False
        if isinstance(self._key, ed25519.Ed25519PublicKey):
            return ed25519ph.verifies(self._key.public_bytes(*_RAW), signature, digest)
        if isinstance(self._key, ec.EllipticCurvePublicKey):
            curve = ec.ECDSA(Prehashed(_CURVES[self._key.curve.name]))
            return _holds(self._key.verify, signature, digest, curve)
        made = Prehashed(hashes.SHA256())
        pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.AUTO)
        return any(_holds(self._key.verify, signature, digest, pad, made) for pad in (padding.PKCS1v15(), pss))

    def der(self) -> bytes:
        """Its SubjectPublicKeyInfo, encoded anew."""
        return self._key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def from_pem(data: bytes) -> PublicKey:
    """Read a PEM public key (SubjectPublicKeyInfo or PKCS#1).

    Raises:
        Malformed: not one PEM public key, or a kind that is not accepted. A certificate is not a public key.
    """
    if data.count(b"-----BEGIN ") != 1:
        raise Malformed("a PEM file with exactly one public key is expected")
    try:
        return accepted(load_pem_public_key(data))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Malformed("not a PEM public key (`cosign public-key --key <key>` prints one)") from error


def from_der(data: bytes) -> PublicKey:
    """Read a DER SubjectPublicKeyInfo.

    Raises:
        Malformed: as `from_pem`.
    """
    try:
        return accepted(load_der_public_key(data))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Malformed("not a DER public key") from error


def from_pkcs1(data: bytes) -> PublicKey:
    """Read a DER RSAPublicKey (PKCS#1), as old logs of certificates have them.

    Raises:
        Malformed: as `from_pem`.
    """
    body = base64.encodebytes(data)
    return from_pem(b"-----BEGIN RSA PUBLIC KEY-----\n" + body + b"-----END RSA PUBLIC KEY-----\n")


def accepted(key: object) -> PublicKey:
    """Take a key of `cryptography` in.

    Raises:
        Malformed: a kind or strength that is not accepted.
    """
    if isinstance(key, ec.EllipticCurvePublicKey):
        if key.curve.name not in _CURVES:
            raise Malformed(f"curve {key.curve.name} is not accepted: P-256, P-384 and P-521 are")
        return PublicKey(_fingerprint(key), f"P-{key.curve.key_size}", _CURVES[key.curve.name].name, key)
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size not in _RSA_BITS:
            raise Malformed(f"RSA keys of {key.key_size} bits are not accepted: 2048 to 8192 are")
        return PublicKey(_fingerprint(key), f"RSA {key.key_size}", "sha256", key)
    if isinstance(key, ed25519.Ed25519PublicKey):
        if ed25519ph.is_weak(key.public_bytes(*_RAW)):
            raise Malformed("an Ed25519 key of small order signs nearly everything: it is not accepted")
        return PublicKey(_fingerprint(key), "Ed25519", "sha512", key)
    raise Malformed(
        f"{type(key).__name__} is not accepted: use ECDSA (P-256, P-384, P-521), RSA (2048 bits and up) or Ed25519"
    )


def _fingerprint(key: AcceptedKey) -> str:
    # Encoded anew from the numbers, so that compressed points or odd DER don't make a second identity.
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _holds(verify: Any, *arguments: object) -> bool:  # noqa: ANN401 -- the key types' verify have unlike signatures
    try:
        verify(*arguments)
    except InvalidSignature:
        return False
    return True
