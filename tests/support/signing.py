"""Images and signatures for tests: content pushed over plain HTTP, signed by the real cosign or by a key of the test's.

What the test signs itself is what cosign would refuse to write (other payload types, other predicates) and what a
misbehaving registry needs only one of. The good halves come from cosign.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import subprocess
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
SIGNATURE = "dev.cosignproject.cosign/signature"
SIGN_PREDICATE = "https://sigstore.dev/cosign/sign/v1"
SIMPLE_TYPE = "cosign container image signature"


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def descriptor(media_type: str, data: bytes, **more: object) -> dict[str, Any]:
    return {"mediaType": media_type, "size": len(data), "digest": sha256(data), **more}


def encode(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


@dataclass
class Content:
    """What is to be in a repository: manifests by tag or digest, blobs by digest."""

    manifests: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)

    def blob(self, media_type: str, data: bytes, **more: object) -> dict[str, Any]:
        """Add a blob and return its descriptor."""
        self.blobs[sha256(data)] = data
        return descriptor(media_type, data, **more)

    def manifest(self, document: Mapping[str, Any] | bytes, *, tag: str = "", media_type: str = "") -> dict[str, Any]:
        """Add a manifest under its digest (and a tag) and return its descriptor."""
        data = document if isinstance(document, bytes) else encode(document)
        kind = media_type or str(json.loads(data)["mediaType"])
        for name in filter(None, (sha256(data), tag)):
            self.manifests[name] = (kind, data)
        return descriptor(kind, data)

    def image(self) -> dict[str, Any]:
        """Add an image unlike any other and return its descriptor."""
        layer = gzip.compress(uuid.uuid4().bytes)
        config = self.blob("application/vnd.oci.image.config.v1+json", encode({"architecture": "amd64", "os": "linux"}))
        return self.manifest(
            {
                "schemaVersion": 2,
                "mediaType": OCI_MANIFEST,
                "config": config,
                "layers": [self.blob("application/vnd.oci.image.layer.v1.tar+gzip", layer)],
            }
        )

    def index(self, *platforms: dict[str, Any], tag: str = "") -> dict[str, Any]:
        """Add an index and return its descriptor."""
        return self.manifest({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": list(platforms)}, tag=tag)

    def legacy(self, image: str, *signed: tuple[bytes, str]) -> None:
        """Put payloads with their base64 signatures under the image's `.sig` tag."""
        layers = [
            self.blob(SIMPLE_SIGNING, payload, annotations={SIGNATURE: signature}) for payload, signature in signed
        ]
        config = self.blob("application/vnd.oci.image.config.v1+json", b"{}")
        self.manifest(
            {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": layers},
            tag=image.replace(":", "-") + ".sig",
        )

    def referrer(self, subject: dict[str, Any], bundle: bytes) -> dict[str, Any]:
        """Add the manifest that attaches a bundle to an image and return its descriptor (as for an index)."""
        described = self.manifest(
            {
                "schemaVersion": 2,
                "mediaType": OCI_MANIFEST,
                "artifactType": BUNDLE,
                "config": self.blob("application/vnd.oci.empty.v1+json", b"{}"),
                "layers": [self.blob(BUNDLE, bundle)],
                "subject": subject,
            }
        )
        return {**described, "artifactType": BUNDLE}

    def push(self, host: str, repository: str) -> None:
        """Send it all to a real registry over plain HTTP."""
        with httpx.Client(base_url=f"http://{host}/v2/{repository}/", trust_env=False) as client:
            for digest, data in self.blobs.items():
                place = client.post("blobs/uploads/").raise_for_status().headers["location"]
                client.put(place, params={"digest": digest}, content=data).raise_for_status()
            for name, (kind, data) in self.manifests.items():
                client.put(f"manifests/{name}", content=data, headers={"content-type": kind}).raise_for_status()


@dataclass(frozen=True)
class Signer:
    """A P-256 key of the test's own, which signs whatever it is given."""

    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def pem(self) -> bytes:
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    @property
    def private_pem(self) -> bytes:
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def sign(self, message: bytes) -> str:
        return base64.b64encode(self.private.sign(message, ec.ECDSA(hashes.SHA256()))).decode()

    def simple(self, image: str, **changes: object) -> tuple[bytes, str]:
        """A legacy payload for an image's digest, and its signature."""
        payload = encode({**simple_payload(image), **changes})
        return payload, self.sign(payload)

    def bundle(self, image: str, *, payload_type: str = "application/vnd.in-toto+json", **changes: object) -> bytes:
        """A v0.3 bundle with a signed statement; `changes` replace parts of the statement."""
        return self.bundle_of(encode({**statement(image), **changes}), payload_type)

    def bundle_of(self, payload: bytes, payload_type: str = "application/vnd.in-toto+json") -> bytes:
        kind = payload_type.encode()
        message = b" ".join((b"DSSEv1", b"%d" % len(kind), kind, b"%d" % len(payload), payload))
        return encode(
            {
                "mediaType": BUNDLE,
                "verificationMaterial": {"publicKey": {"hint": "bm9ib2R5IGNoZWNrcyB0aGlz"}},
                "dsseEnvelope": {
                    "payload": base64.b64encode(payload).decode(),
                    "payloadType": payload_type,
                    "signatures": [{"sig": self.sign(message)}],
                },
            }
        )


def simple_payload(image: str) -> dict[str, Any]:
    return {
        "critical": {
            "identity": {"docker-reference": ""},
            "image": {"docker-manifest-digest": image},
            "type": SIMPLE_TYPE,
        },
        "optional": None,
    }


def statement(image: str) -> dict[str, Any]:
    algorithm, _, value = image.partition(":")
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"digest": {algorithm: value}}],
        "predicateType": SIGN_PREDICATE,
        "predicate": {},
    }


@dataclass(frozen=True)
class Cosign:
    """The real cosign, with its keys in a folder of the test's; never with a transparency log."""

    program: Path
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def key(self, name: str, private_pem: bytes | None = None) -> Path:
        """Make a key pair (or import a private key) and return the public key's file."""
        if private_pem is None:
            self._run("generate-key-pair", "--output-key-prefix", name)
        else:
            (self.folder / f"{name}.pem").write_bytes(private_pem)
            self._run("import-key-pair", "--key", f"{name}.pem", "--output-key-prefix", name)
        return self.folder / f"{name}.pub"

    def sign(self, key: str, reference: str, *flags: str, legacy: bool) -> None:
        """Sign a digest with a key of this folder, or one in KMS (`awskms://...`)."""
        self._run("sign", *self._flags(key, legacy=legacy), *flags, reference)

    def attest(
        self,
        key: str,
        reference: str,
        *,
        legacy: bool,
        predicate: object = None,
        kind: str = "https://spdx.dev/Document",
    ) -> None:
        """Attest something of a digest: an SBOM, unless told otherwise."""
        name = f"{uuid.uuid4().hex}.json"
        (self.folder / name).write_bytes(encode({"spdxVersion": "SPDX-2.3"} if predicate is None else predicate))
        flags = ("--type", kind, "--predicate", name)
        self._run("attest", *self._flags(key, legacy=legacy), *flags, reference)

    def verifies(self, key: str, reference: str, *flags: str) -> bool:
        """Whether cosign takes an image for signed by a public key of this folder, without any log."""
        known = (f"--key={key}.pub", "--insecure-ignore-tlog=true", "--allow-http-registry", "--output=json")
        return self._answer("verify", *known, *flags, reference).returncode == 0

    def verifies_identity(self, subject: str, issuer: str, root: str, reference: str) -> bool:
        """Whether cosign takes an image for signed by an identity, under a trust root of this folder, offline."""
        who = (f"--certificate-identity={subject}", f"--certificate-oidc-issuer={issuer}")
        known = (f"--trusted-root={root}", "--offline=true", "--allow-http-registry", "--output=json")
        return self._answer("verify", *who, *known, reference).returncode == 0

    def _flags(self, key: str, *, legacy: bool) -> tuple[str, ...]:
        return (
            "--yes",
            "--use-signing-config=false",
            "--tlog-upload=false",
            "--allow-http-registry",
            f"--new-bundle-format={str(not legacy).lower()}",
            f"--key={key if '://' in key else f'{key}.key'}",
        )

    def _run(self, *arguments: str) -> None:
        answer = self._answer(*arguments)
        assert answer.returncode == 0, f"cosign {' '.join(arguments)}: {answer.stdout}{answer.stderr}"

    def _answer(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.program), *arguments],
            cwd=self.folder,
            env={**os.environ, "COSIGN_PASSWORD": "", "HOME": str(self.folder), **self.environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
