"""Public keys in Vault's transit engine: https://developer.hashicorp.com/vault/api-docs/secret/transit#read-key.

A transit key has versions. Rotating it adds one; what earlier ones signed stays valid until the operator raises
`min_decryption_version`, which is Vault's own bound for verification. Exactly those versions are read here. Address,
token and certificate authority come from the environment, by the names that Vault's and cosign's commands use.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import os
import ssl
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import h11

from guardrails.trust import keys, strict_json
from guardrails.trust.connection import OK, fetch
from guardrails.trust.errors import Malformed, Unavailable, quoted
from guardrails.trust.mirrors import is_loopback
from guardrails.trust.peers import Peer

if TYPE_CHECKING:
    from guardrails.trust.key_source import VaultSource

_SECONDS: Final = 5.0
_BYTES: Final = 1024 * 1024
_MOST_VERSIONS: Final = 64
_SIGNING: Final = ("ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519", "rsa-2048", "rsa-3072", "rsa-4096")
_FORBIDDEN: Final = 403
_ABSENT: Final = 404


def load(source: VaultSource) -> tuple[keys.PublicKey, ...]:
    """Read every version of a key that Vault still verifies with, the newest first.

    Raises:
        Unavailable: Vault cannot be asked, or does not answer with the key.
        Malformed: the key is not a signing key, or what Vault says of it is not what its API describes.
    """
    address = os.environ.get("VAULT_ADDR", "").rstrip("/")
    mount = os.environ.get("TRANSIT_SECRET_ENGINE_PATH", "transit").strip("/")
    body = _ask(address, f"/v1/{mount}/keys/{source.key}", source)
    data = strict_json.load_object(body, frozenset({"data"})).get("data")
    if not isinstance(data, dict):
        raise Malformed(f"{source}: Vault's answer has no data")
    kind = data.get("type")
    if kind not in _SIGNING:
        raise Malformed(f"{source}: keys of type {quoted(kind)} are not read: {', '.join(_SIGNING)} are")
    if data.get("derived") is True:
        raise Malformed(f"{source}: a derived key is another one in every context; signatures name none")
    least, versions = data.get("min_decryption_version"), data.get("keys")
    if not isinstance(least, int) or isinstance(least, bool) or not isinstance(versions, dict) or not versions:
        raise Malformed(f"{source}: Vault's answer has no versions")
    numbers = sorted((int(number) for number in versions if number.isascii() and number.isdigit()), reverse=True)
    trusted = [number for number in numbers if number >= least]
    if not trusted or len(trusted) > _MOST_VERSIONS or len(numbers) != len(versions):
        raise Malformed(
            f"{source}: {len(trusted)} of {len(versions)} versions count, between 1 and {_MOST_VERSIONS} are read"
        )
    return tuple(_key(source, kind, number, versions[str(number)]) for number in trusted)


def _key(source: VaultSource, kind: str, number: int, version: Any) -> keys.PublicKey:  # noqa: ANN401 -- any JSON value
    text = version.get("public_key") if isinstance(version, dict) else None
    if not isinstance(text, str):
        raise Malformed(f"{source}: version {number} has no public key")
    try:
        return _ed25519(text) if kind == "ed25519" else keys.from_pem(text.encode())
    except Malformed as error:
        raise Malformed(f"{source}: version {number}: {error}") from error


def _ed25519(text: str) -> keys.PublicKey:
    """Vault gives the 32 bytes of the key in base64, without the structure around them."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        return keys.accepted(Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True)))
    except (binascii.Error, ValueError) as error:
        raise Malformed("not an Ed25519 public key") from error


def _ask(address: str, path: str, source: VaultSource) -> bytes:
    if not address:
        raise Unavailable("no Vault is configured", remedy=f"set VAULT_ADDR and VAULT_TOKEN, to read {source}")
    peer, prefix = _parse_address(address)
    headers = [("host", urlsplit(peer.name).netloc), ("x-vault-request", "true")]
    for name, variable in (("x-vault-token", "VAULT_TOKEN"), ("x-vault-namespace", "VAULT_NAMESPACE")):
        if value := os.environ.get(variable):
            headers.append((name, value))
    try:
        head = h11.Request(method="GET", target=prefix + path, headers=headers)
        status, body = asyncio.run(fetch(peer, head, b"", _BYTES, _SECONDS))
    except h11.LocalProtocolError:  # its message would show the token
        raise Unavailable(
            "Vault cannot be asked: VAULT_TOKEN or VAULT_NAMESPACE has characters that no header has",
            remedy="correct VAULT_TOKEN and VAULT_NAMESPACE",
        ) from None
    except (OSError, h11.RemoteProtocolError) as error:
        raise Unavailable(
            f"Vault cannot be asked: {type(error).__name__}: {quoted(error)}",
            remedy="see that VAULT_ADDR answers from here, and that VAULT_CACERT names who signed its certificate",
        ) from error
    except Malformed as error:
        raise Malformed(f"{source}: Vault's answer has {error}") from error
    _check(status, source)
    return body


def _parse_address(address: str) -> tuple[Peer, str]:
    """Who Vault is, and what comes before every path there."""
    try:
        parts = urlsplit(address)
        # A token in the clear is everybody's; on loopback nobody listens (the lab, an agent).
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
        peer = Peer.parse("http" if parts.scheme == "http" else "https", parts.netloc.rpartition("@")[2])
    except ValueError as error:
        raise Unavailable(
            f"Vault's address {quoted(address)} is none", remedy="set VAULT_ADDR to an https address"
        ) from error
    if not is_safe:
        raise Unavailable(
            f"Vault's address {quoted(address)} is not https", remedy="set VAULT_ADDR to an https address"
        )
    if parts.scheme == "http":
        return peer, parts.path
    try:
        tls = ssl.create_default_context(cafile=os.environ.get("VAULT_CACERT") or None)
    except OSError as error:
        raise Unavailable(f"VAULT_CACERT cannot be read: {error}", remedy="name a PEM file in VAULT_CACERT") from error
    return replace(peer, tls=tls), parts.path


def _check(status: int, source: VaultSource) -> None:
    if status == _ABSENT:
        raise Unavailable(
            "Vault has no such key", remedy=f"create it (`vault write -f transit/keys/...`), or correct {source}"
        )
    if status == _FORBIDDEN:
        raise Unavailable(
            "Vault denies access to the key", remedy=f"allow read on transit/keys of {source} to VAULT_TOKEN"
        )
    if status != OK:
        raise Unavailable(f"Vault answered {status}", remedy="see the state of Vault (sealed?), then try again")
