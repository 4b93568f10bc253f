from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust import ed25519ph

# https://www.rfc-editor.org/rfc/rfc8032#section-7.3: "abc"
SECRET = bytes.fromhex("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42")
PUBLIC = Ed25519PrivateKey.from_private_bytes(SECRET).public_key().public_bytes_raw()
SIGNATURE = bytes.fromhex(
    "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
    "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406"
)
DIGEST = hashlib.sha512(b"abc").digest()
ORDER = 2**252 + 27742317777372353535851937790883648493


def test_the_vector_of_the_rfc() -> None:
    assert PUBLIC.hex().startswith("ec172b93ad5e563bf4932c70e1245034")
    assert ed25519ph.verifies(PUBLIC, SIGNATURE, DIGEST)


@given(st.integers(0, 511), st.sampled_from(["public", "signature", "digest"]))
def test_no_other_bit_counts(bit: int, part: str) -> None:
    values = {"public": bytearray(PUBLIC), "signature": bytearray(SIGNATURE), "digest": bytearray(DIGEST)}
    changed = values[part]
    changed[bit // 8 % len(changed)] ^= 1 << bit % 8
    assert not ed25519ph.verifies(*(bytes(value) for value in values.values()))


def test_one_signature_has_one_encoding() -> None:
    scalar = int.from_bytes(SIGNATURE[32:], "little") + ORDER
    assert not ed25519ph.verifies(PUBLIC, SIGNATURE[:32] + scalar.to_bytes(32, "little"), DIGEST)
    for public, signature, digest in (
        (PUBLIC[:31], SIGNATURE, DIGEST),
        (PUBLIC, SIGNATURE[:63], DIGEST),
        (PUBLIC, SIGNATURE, DIGEST[:32]),
        (b"\xff" * 32, SIGNATURE, DIGEST),
    ):
        assert not ed25519ph.verifies(public, signature, digest)


def test_plain_signatures_are_none_of_a_digest() -> None:
    private = Ed25519PrivateKey.from_private_bytes(SECRET)
    for signature in (private.sign(b"abc"), private.sign(DIGEST)):
        assert not ed25519ph.verifies(PUBLIC, signature, DIGEST)


def test_keys_of_small_order_are_weak() -> None:
    neutral = (1).to_bytes(32, "little")
    other = bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")  # of order 8
    for public in (neutral, bytes(32), other, b"\xff" * 32, b""):
        assert ed25519ph.is_weak(public)
    assert not ed25519ph.is_weak(PUBLIC)
