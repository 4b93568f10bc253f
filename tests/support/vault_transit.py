"""A Vault that has nothing but a transit engine, over its real protocol: real keys, versions, rotation, signatures.

https://developer.hashicorp.com/vault/api-docs/secret/transit. It answers what cosign asks to sign, and what is asked to
verify; it checks the token, and keeps what was asked.
"""

from __future__ import annotations

import base64
import contextlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "token-of-tests"
_CURVES = {"ecdsa-p256": ec.SECP256R1(), "ecdsa-p384": ec.SECP384R1(), "ecdsa-p521": ec.SECP521R1()}
_HASHES = {"sha2-256": hashes.SHA256(), "sha2-384": hashes.SHA384(), "sha2-512": hashes.SHA512()}
PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


@dataclass
class TransitKey:
    """A key with its versions, numbered from 1."""

    kind: str
    versions: list[PrivateKey] = field(default_factory=list)
    least: int = 1
    derived: bool = False

    def rotate(self) -> None:
        if self.kind == "ed25519":
            self.versions.append(ed25519.Ed25519PrivateKey.generate())
        elif self.kind.startswith("rsa-"):
            self.versions.append(rsa.generate_private_key(65537, int(self.kind.removeprefix("rsa-"))))
        else:
            self.versions.append(ec.generate_private_key(_CURVES[self.kind]))

    def told(self) -> dict[str, Any]:
        """What reading the key answers: the versions that Vault still verifies with."""
        trusted = {
            str(number): {"public_key": _public(private), "creation_time": "2026-01-01T00:00:00Z", "name": self.kind}
            for number, private in enumerate(self.versions, 1)
            if number >= self.least
        }
        return {
            "type": self.kind,
            "keys": trusted,
            "latest_version": len(self.versions),
            "min_decryption_version": self.least,
            "min_encryption_version": 0,
            "derived": self.derived,
            "supports_signing": True,
        }

    def sign(self, digest: bytes, algorithm: str) -> str:
        private = self.versions[-1]
        made = Prehashed(_HASHES[algorithm])
        if isinstance(private, ec.EllipticCurvePrivateKey):
            signature = private.sign(digest, ec.ECDSA(made))
        elif isinstance(private, rsa.RSAPrivateKey):
            signature = private.sign(digest, padding.PKCS1v15(), made)
        else:
            signature = private.sign(digest)
        return f"vault:v{len(self.versions)}:{base64.b64encode(signature).decode()}"


def _public(private: PrivateKey) -> str:
    public = private.public_key()
    if isinstance(public, ed25519.Ed25519PublicKey):
        return base64.b64encode(public.public_bytes_raw()).decode()
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return public.public_bytes(serialization.Encoding.PEM, spki).decode()


class VaultTransit:
    """The server; `answer` overrides what the next questions get, as (status, body)."""

    def __init__(self) -> None:
        self.keys: dict[str, TransitKey] = {}
        self.asked: list[tuple[str, str, str]] = []
        self.answer: tuple[int, bytes] | None = None
        self.address = ""

    def create(self, name: str, kind: str = "ecdsa-p256") -> TransitKey:
        key = self.keys[name] = TransitKey(kind)
        key.rotate()
        return key

    def environment(self) -> dict[str, str]:
        return {"VAULT_ADDR": self.address, "VAULT_TOKEN": TOKEN}

    @contextlib.contextmanager
    def running(self) -> Iterator[VaultTransit]:
        vault = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

            def do_GET(self) -> None:
                self._answer(*vault.respond("GET", self.path, self.headers.get("x-vault-token", ""), {}))

            def do_PUT(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
                self._answer(*vault.respond("PUT", self.path, self.headers.get("x-vault-token", ""), body))

            do_POST = do_PUT  # noqa: N815 -- the name that http.server looks for

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            self.address = f"http://127.0.0.1:{server.server_port}"
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()

    def respond(self, method: str, path: str, token: str, body: dict[str, Any]) -> tuple[int, bytes]:
        self.asked.append((method, path, token))
        if self.answer is not None:
            return self.answer
        if token != TOKEN:
            return 403, b'{"errors":["permission denied"]}'
        parts = path.split("?", maxsplit=1)[0].split("/")[1:]  # v1, transit, what, name, ...
        key = self.keys.get(parts[3]) if len(parts) > 3 and parts[:2] == ["v1", "transit"] else None
        if key is None:
            return 404, b'{"errors":[]}'
        if parts[2] == "keys" and method == "GET":
            return 200, json.dumps({"data": key.told()}).encode()
        if parts[2] == "sign" and body.get("prehashed", True):
            algorithm = parts[4] if len(parts) > 4 else str(body.get("hash_algorithm", "sha2-256"))
            return 200, json.dumps(
                {"data": {"signature": key.sign(base64.b64decode(body["input"]), algorithm)}}
            ).encode()
        return 400, b'{"errors":["not in this Vault"]}'
