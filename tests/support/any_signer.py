"""Keys of every kind that cosign signs with, signing as cosign does."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from guardrails.trust import ed25519ph
from tests.support.sigstore_instance import b64, pae

if TYPE_CHECKING:
    from collections.abc import Mapping

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey

PLAIN = "Ed25519 plain"
KINDS = ("P-256", "P-384", "P-521", "RSA", "Ed25519", PLAIN)
_CURVES: Mapping[str, tuple[ec.EllipticCurve, hashes.HashAlgorithm]] = {
    "P-256": (ec.SECP256R1(), hashes.SHA256()),
    "P-384": (ec.SECP384R1(), hashes.SHA384()),
    "P-521": (ec.SECP521R1(), hashes.SHA512()),
}


@dataclass(frozen=True)
class AnySigner:
    """A key and the hash that goes with it."""

    kind: str
    private: PrivateKey

    @classmethod
    def make(cls, kind: str) -> AnySigner:
        if kind == "RSA":
            return cls(kind, rsa.generate_private_key(65537, 2048))
        if kind.startswith("Ed25519"):
            return cls(kind, ed25519.Ed25519PrivateKey.generate())
        return cls(kind, ec.generate_private_key(_CURVES[kind][0]))

    @property
    def private_pem(self) -> bytes:
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    @property
    def pem(self) -> bytes:
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, message: bytes) -> bytes:
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            return self.private.sign(message, ec.ECDSA(_CURVES[self.kind][1]))
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return self.private.sign(message) if self.kind == PLAIN else _ed25519ph(self.private, message)

    def simple(self, payload: bytes) -> tuple[bytes, str]:
        """A legacy payload with its signature, as `Content.legacy` takes it."""
        return payload, b64(self.sign(payload))

    def envelope(self, payload: bytes) -> dict[str, object]:
        """A DSSE envelope, parsed."""
        signature = {"sig": b64(self.sign(pae(payload)))}
        return {"payload": b64(payload), "payloadType": "application/vnd.in-toto+json", "signatures": [signature]}


def _ed25519ph(private: ed25519.Ed25519PrivateKey, message: bytes) -> bytes:
    """https://www.rfc-editor.org/rfc/rfc8032#section-5.1.6 with phflag 1; `cryptography` has plain Ed25519 only."""
    public = private.public_key().public_bytes_raw()
    expanded = hashlib.sha512(private.private_bytes_raw()).digest()
    scalar = int.from_bytes(bytes([expanded[0] & 248, *expanded[1:31], expanded[31] & 127 | 64]), "little")
    digest = hashlib.sha512(message).digest()
    nonce = int.from_bytes(hashlib.sha512(ed25519ph._DOM2 + expanded[32:] + digest).digest(), "little")
    point = ed25519ph._encoded(ed25519ph._times(nonce % ed25519ph._ORDER, ed25519ph._BASE))
    challenge = int.from_bytes(hashlib.sha512(ed25519ph._DOM2 + point + public + digest).digest(), "little")
    return point + ((nonce + challenge * scalar) % ed25519ph._ORDER).to_bytes(32, "little")
