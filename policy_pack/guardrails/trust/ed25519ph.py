"""Ed25519ph: Ed25519 over a SHA-512 digest, which `cryptography` does not verify: https://www.rfc-editor.org/rfc/rfc8032.

Transparency logs that know no more than a digest (Rekor's hashedrekord) need signatures of Ed25519 keys to be of this
kind. Only verification, of public data: nothing here has to run in constant time. One takes some 3 ms.
"""

from __future__ import annotations

import hashlib
from typing import Final

_P: Final = 2**255 - 19
_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_D: Final = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT: Final = pow(2, (_P - 1) // 4, _P)
_DOM2: Final = b"SigEd25519 no Ed25519 collisions\x01\x00"  # phflag 1, an empty context
_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_DIGEST_BYTES: Final = 64

# Extended homogeneous coordinates (X, Y, Z, T), section 5.1.4.
_Point = tuple[int, int, int, int]
_NEUTRAL: Final[_Point] = (0, 1, 1, 0)


def verifies(public: bytes, signature: bytes, digest: bytes) -> bool:
    """Say whether a key signed a message of this SHA-512 digest.

    Args:
        public: 32 bytes, as section 5.1.2 encodes a point.
        signature: 64 bytes.
        digest: 64 bytes.
    """
    if len(public) != _KEY_BYTES or len(signature) != _SIGNATURE_BYTES or len(digest) != _DIGEST_BYTES:
        return False
    key = _decoded(public)
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or scalar >= _ORDER:
        return False
    challenge = hashlib.sha512(_DOM2 + signature[:32] + public + digest).digest()
    factor = int.from_bytes(challenge, "little") % _ORDER
    # S*B - k*A has to be R, in its one encoding: as OpenSSL and Go verify plain Ed25519.
    negated = (_P - key[0], key[1], key[2], _P - key[3])
    return _encoded(_sum(_times(scalar, _BASE), _times(factor, negated))) == signature[:32]


def is_weak(public: bytes) -> bool:
    """Say whether a key is no point of the curve, or one of few: such a "key" has signatures for nearly everything."""
    key = _decoded(public) if len(public) == _KEY_BYTES else None
    return key is None or _encoded(_times(8, key)) == _encoded(_NEUTRAL)


def _sum(one: _Point, other: _Point) -> _Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(scalar: int, point: _Point) -> _Point:
    result = _NEUTRAL
    while scalar:
        if scalar & 1:
            result = _sum(result, point)
        point = _sum(point, point)
        scalar >>= 1
    return result


def _encoded(point: _Point) -> bytes:
    inverse = pow(point[2], _P - 2, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _decoded(data: bytes) -> _Point | None:
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


_BASE_Y: Final = 4 * pow(5, _P - 2, _P) % _P
_BASE: Final = _decoded(_BASE_Y.to_bytes(32, "little")) or _NEUTRAL
