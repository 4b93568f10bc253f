"""What somebody signs under the tests' private sigstore: bundles, legacy signatures, and the log's entries of them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.signing import BUNDLE, encode, simple_payload, statement
from tests.support.sigstore_instance import IN_TOTO, NOW, Instance, Leaf, b64, der_of, pae, pem_of

_SHA256 = ec.ECDSA(hashes.SHA256())


def record(kind: str, message: bytes, signature: bytes, verifier: Any, payload: bytes = b"") -> bytes:  # noqa: ANN401
    """The body of a log's entry, of a kind that `guardrails.trust.rekor` reads."""
    name, version = kind.split()
    pem, hashed = (
        b64(pem_of(verifier)),
        {"algorithm": "sha256", "value": hashlib.sha256(payload or message).hexdigest()},
    )
    is_certificate = isinstance(verifier, x509.Certificate)
    der = verifier.public_bytes(serialization.Encoding.DER) if is_certificate else der_of(verifier)
    verifier2 = {
        "x509Certificate" if is_certificate else "publicKey": {"rawBytes": b64(der)},
        "keyDetails": "PKIX_ECDSA_P256_SHA_256",
    }
    signature2 = {"content": b64(signature), "verifier": verifier2}
    spec: dict[str, Any]
    if kind == "hashedrekord 0.0.1":
        spec = {
            "data": {"hash": {"algorithm": "sha256", "value": hashlib.sha256(message).hexdigest()}},
            "signature": {"content": b64(signature), "publicKey": {"content": pem}},
        }
    elif kind == "dsse 0.0.1":
        envelope = {"algorithm": "sha256", "value": "0" * 64}
        listed = [{"signature": b64(signature), "verifier": pem}]
        spec = {"envelopeHash": envelope, "payloadHash": hashed, "signatures": listed}
    elif kind == "intoto 0.0.2":
        twice = [{"sig": b64(b64(signature).encode()), "publicKey": pem}]
        spec = {"content": {"envelope": {"payloadType": IN_TOTO, "signatures": twice}, "payloadHash": hashed}}
    elif kind == "hashedrekord 0.0.2":
        digest = {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(message).digest())}
        spec = {"hashedRekordV002": {"data": digest, "signature": signature2}}
    else:
        digest = {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(payload).digest())}
        spec = {"dsseV002": {"payloadHash": digest, "signatures": [signature2]}}
    return json.dumps(
        {"apiVersion": version, "kind": name, "spec": spec}, sort_keys=True, separators=(",", ":")
    ).encode()


def signed_bundle(
    instance: Instance,
    image: str,
    signer: Any,  # noqa: ANN401 -- a Leaf, or what has private, sign and verifier as it has
    *,
    kind: str = "dsse 0.0.1",
    at: datetime = NOW - timedelta(minutes=1),
    stamped: bool = False,
    payload: bytes | None = None,
) -> dict[str, Any]:
    """A bundle with a DSSE statement about an image (or another payload), logged; parsed, for tests to change."""
    content = encode(statement(image)) if payload is None else payload
    signature = signer.sign(pae(content))
    material: dict[str, Any] = {}
    if isinstance(signer, Leaf):
        material["certificate"] = {"rawBytes": b64(signer.der)}
    else:
        material["publicKey"] = {"hint": b64(hashlib.sha256(der_of(signer.verifier)).digest())}
    material["tlogEntries"] = (
        [instance.entry(record(kind, pae(content), signature, signer.verifier, content), at)] if kind else []
    )
    if stamped:
        stamps = [{"signedTimestamp": b64(instance.timestamp(signature, at))}]
        material["timestampVerificationData"] = {"rfc3161Timestamps": stamps}
    envelope = {"payload": b64(content), "payloadType": IN_TOTO, "signatures": [{"sig": b64(signature)}]}
    return {"mediaType": BUNDLE, "verificationMaterial": material, "dsseEnvelope": envelope}


def signed_legacy(
    instance: Instance, image: str, leaf: Leaf, *, at: datetime = NOW - timedelta(minutes=1), stamped: bool = False
) -> tuple[bytes, str, dict[str, str]]:
    """A legacy payload, its signature, and the annotations that come with a certificate."""
    payload = encode(simple_payload(image))
    signature = leaf.sign(payload)
    body = record("hashedrekord 0.0.1", payload, signature, leaf.certificate)
    entry = {
        "SignedEntryTimestamp": b64(instance.promise(body, at)),
        "Payload": {
            "body": b64(body),
            "integratedTime": int(at.timestamp()),
            "logIndex": 3,
            "logID": instance.rekor_id.hex(),
        },
    }
    annotations = {
        "dev.sigstore.cosign/certificate": pem_of(leaf.certificate).decode(),
        "dev.sigstore.cosign/chain": pem_of(instance.issuing.certificate).decode()
        + pem_of(instance.root.certificate).decode(),
        "dev.sigstore.cosign/bundle": json.dumps(entry),
    }
    if stamped:
        stamp = {"SignedRFC3161Timestamp": b64(instance.timestamp(signature, at))}
        annotations["dev.sigstore.cosign/rfc3161timestamp"] = json.dumps(stamp)
    return payload, b64(signature), annotations


@dataclass(frozen=True)
class KeySigner:
    """A key of somebody's own, in the shape of a leaf."""

    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message, _SHA256)

    @property
    def verifier(self) -> ec.EllipticCurvePublicKey:
        return self.private.public_key()
