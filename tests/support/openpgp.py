"""An OpenPGP key and signatures made with it, as `git commit -S` would have gpg make them, without asking for gpg.

Version 4 packets with EdDSA over Curve25519: https://www.rfc-editor.org/rfc/rfc4880 (packets, armour),
https://datatracker.ietf.org/doc/html/draft-ietf-openpgp-rfc4880bis-10 (algorithm 22).
"""

from __future__ import annotations

import base64
import hashlib
import struct
import textwrap
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_EDDSA, _SHA256 = 22, 8
_CURVE = bytes.fromhex("2b06010401da470f01")
_BINARY, _CERTIFICATION = 0x00, 0x13
_SIGNATURE, _PUBLIC_KEY, _USER_ID = 2, 6, 13
_CREATED, _ISSUER, _KEY_FLAGS, _FINGERPRINT = 2, 16, 27, 33
_MAY_CERTIFY_AND_SIGN = b"\x03"


class PgpSigner:
    """Somebody with an OpenPGP key of their own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._key = Ed25519PrivateKey.generate()
        self._created = int(time.time()) - 60
        point = b"\x40" + self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._body = (
            b"\x04" + struct.pack(">I", self._created) + bytes([_EDDSA, len(_CURVE)]) + _CURVE + _integer(point)
        )
        self._hashed = b"\x99" + struct.pack(">H", len(self._body)) + self._body
        self._fingerprint = hashlib.sha1(self._hashed, usedforsecurity=False).digest()

    @property
    def public(self) -> str:
        """The public key, armoured, certified by itself."""
        user = f"{self.name} <{self.name}@example.org>".encode()
        certified = self._hashed + b"\xb4" + struct.pack(">I", len(user)) + user
        own = self._signature(_CERTIFICATION, certified, _subpacket(_KEY_FLAGS, _MAY_CERTIFY_AND_SIGN))
        packets = _packet(_PUBLIC_KEY, self._body) + _packet(_USER_ID, user) + own
        return f"{_armour('PUBLIC KEY BLOCK', packets)}\n"

    def sign(self, message: bytes) -> str:
        """The armoured signature of a commit."""
        return _armour("SIGNATURE", self._signature(_BINARY, message))

    def _signature(self, kind: int, content: bytes, more: bytes = b"") -> bytes:
        hashed = _subpacket(_CREATED, struct.pack(">I", self._created))
        hashed += _subpacket(_FINGERPRINT, b"\x04" + self._fingerprint) + more
        head = bytes([4, kind, _EDDSA, _SHA256]) + struct.pack(">H", len(hashed)) + hashed
        digest = hashlib.sha256(content + head + b"\x04\xff" + struct.pack(">I", len(head))).digest()
        signed = self._key.sign(digest)
        issuer = _subpacket(_ISSUER, self._fingerprint[-8:])
        body = (
            head + struct.pack(">H", len(issuer)) + issuer + digest[:2] + _integer(signed[:32]) + _integer(signed[32:])
        )
        return _packet(_SIGNATURE, body)


def _packet(tag: int, body: bytes) -> bytes:
    return bytes([0xC0 | tag, 0xFF]) + struct.pack(">I", len(body)) + body


def _subpacket(kind: int, body: bytes) -> bytes:
    return bytes([len(body) + 1, kind]) + body


def _integer(value: bytes) -> bytes:
    value = value.lstrip(b"\0")
    return struct.pack(">H", int.from_bytes(value, "big").bit_length()) + value


def _armour(what: str, packets: bytes) -> str:
    body = "\n".join(textwrap.wrap(base64.b64encode(packets).decode(), 64))
    check = base64.b64encode(_crc24(packets).to_bytes(3, "big")).decode()
    return f"-----BEGIN PGP {what}-----\n\n{body}\n={check}\n-----END PGP {what}-----"


def _crc24(data: bytes) -> int:
    crc = 0xB704CE
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= 0x1864CFB
    return crc & 0xFFFFFF
