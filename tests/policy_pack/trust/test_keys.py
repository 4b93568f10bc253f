from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa, x25519
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust import keys
from guardrails.trust.errors import Malformed
from tests.support.signing import Signer

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

MESSAGE = b"message"
_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def pem(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    ("curve", "right", "wrong"),
    [
        (ec.SECP256R1(), hashes.SHA256(), hashes.SHA384()),
        (ec.SECP384R1(), hashes.SHA384(), hashes.SHA256()),
        (ec.SECP521R1(), hashes.SHA512(), hashes.SHA256()),
    ],
)
def test_a_curve_takes_its_own_hash_only(
    curve: ec.EllipticCurve, right: hashes.HashAlgorithm, wrong: hashes.HashAlgorithm
) -> None:
    private = ec.generate_private_key(curve)
    key = keys.from_pem(pem(private.public_key()))
    assert key.kind == f"P-{curve.key_size}"
    assert key.verifies(private.sign(MESSAGE, ec.ECDSA(right)), MESSAGE)
    assert not key.verifies(private.sign(MESSAGE, ec.ECDSA(right)), MESSAGE + b".")
    assert not key.verifies(private.sign(MESSAGE, ec.ECDSA(wrong)), MESSAGE)


def test_rsa_takes_both_paddings_with_sha256() -> None:
    private = rsa.generate_private_key(65537, 2048)
    key = keys.from_pem(pem(private.public_key()))
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    assert key.verifies(private.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256()), MESSAGE)
    assert key.verifies(private.sign(MESSAGE, pss, hashes.SHA256()), MESSAGE)
    assert not key.verifies(private.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA1()), MESSAGE)  # noqa: S303


def test_ed25519_takes_the_message_itself() -> None:
    private = ed25519.Ed25519PrivateKey.generate()
    key = keys.from_pem(pem(private.public_key()))
    assert (key.kind, key.hash) == ("Ed25519", "sha512")
    signature = private.sign(MESSAGE)
    assert key.verifies(signature, MESSAGE)
    assert not key.verifies(signature, MESSAGE + b".")
    # A signature of the digest as a message is none of the digest: Ed25519ph begins with words of its own.
    digest = hashlib.sha512(MESSAGE).digest()
    assert not key.verifies(private.sign(digest), MESSAGE)
    assert not key.verifies_digest(private.sign(digest), digest)


def test_a_digest_counts_if_it_is_of_the_key_s_own_hash() -> None:
    private = ec.generate_private_key(ec.SECP384R1())
    key = keys.from_der(keys.from_pem(pem(private.public_key())).der())
    signature = private.sign(MESSAGE, ec.ECDSA(hashes.SHA384()))
    assert key.verifies_digest(signature, hashlib.sha384(MESSAGE).digest())
    assert not key.verifies_digest(signature, hashlib.sha256(MESSAGE).digest())
    assert not key.verifies_digest(b"", hashlib.sha384(MESSAGE).digest())


@given(st.binary(max_size=2000))
def test_no_bytes_are_a_signature_by_chance(data: bytes) -> None:
    assert not KEY.verifies(data, MESSAGE)


KEY = keys.from_pem(Signer().pem)


def test_one_key_has_one_identity_in_every_encoding() -> None:
    private = rsa.generate_private_key(65537, 2048)
    public = private.public_key()
    pkcs1 = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.PKCS1)
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    found = {keys.from_pem(pem(public)), keys.from_pem(pkcs1), keys.from_der(der)}
    assert len({key.fingerprint for key in found}) == 1
    assert len(found) == 1


@pytest.mark.parametrize(
    ("public", "why"),
    [
        (x25519.X25519PrivateKey.generate().public_key(), "X25519PublicKey is not accepted"),
        (ed25519.Ed25519PublicKey.from_public_bytes(b"\1" + bytes(31)), "small order"),
        (ec.generate_private_key(ec.SECP256K1()).public_key(), "curve secp256k1 is not accepted"),
        (rsa.generate_private_key(65537, 1024).public_key(), "RSA keys of 1024 bits"),  # noqa: S505
        (dsa.generate_private_key(2048).public_key(), "is not accepted"),
    ],
)
def test_other_kinds_are_refused(public: PublicKeyTypes, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        keys.from_pem(pem(public))


def test_only_one_public_key_is_a_key_file() -> None:
    signer = Signer()
    name = x509.Name([])
    certificate = (
        x509.CertificateBuilder(name, name, signer.private.public_key(), 1)
        .not_valid_before(_DAY)
        .not_valid_after(_DAY.replace(year=2030))
        .sign(signer.private, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    for data in (b"", b"nonsense", signer.pem + signer.pem, signer.private_pem, certificate, signer.pem[:60]):
        with pytest.raises(Malformed, match="public key"):
            keys.from_pem(data)
    with pytest.raises(Malformed, match="not a DER public key"):
        keys.from_der(b"nonsense")
