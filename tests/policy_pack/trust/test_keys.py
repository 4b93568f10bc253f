from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust import keys
from guardrails.trust.errors import Malformed, Unavailable
from guardrails.trust.key_source import KmsSource, parse_source
from tests.support.signing import Signer

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
    from mypy_boto3_kms.literals import KeySpecType, KeyUsageTypeType

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
        (ed25519.Ed25519PrivateKey.generate().public_key(), "Ed25519PublicKey is not accepted"),
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


def test_files_are_found_beside_the_policy(tmp_path: Path) -> None:
    signer = Signer()
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "k.pem").write_bytes(signer.pem)
    assert keys.load(parse_source("file:keys/k.pem"), tmp_path) == keys.from_pem(signer.pem)
    with pytest.raises(Unavailable, match="cannot be read") as caught:
        keys.load(parse_source("file:absent.pem"), tmp_path)
    assert str(tmp_path / "absent.pem") in caught.value.remedy
    (tmp_path / "huge.pem").write_bytes(signer.pem + b"\n" * 100_000)
    with pytest.raises(Malformed, match="too large"):
        keys.load(parse_source("file:huge.pem"), tmp_path)
    (tmp_path / "bad.pem").write_bytes(b"nonsense")
    with pytest.raises(Malformed, match=r"bad\.pem: a PEM file"):
        keys.load(parse_source("file:bad.pem"), tmp_path)


def kms_key(spec: KeySpecType = "ECC_NIST_P256", usage: KeyUsageTypeType = "SIGN_VERIFY") -> str:
    return boto3.client("kms", region_name="sa-east-1").create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]


@pytest.mark.usefixtures("aws")
def test_kms_keys_are_found_by_id_arn_and_alias(tmp_path: Path) -> None:
    client = boto3.client("kms", region_name="sa-east-1")
    key = kms_key("ECC_NIST_P384")
    arn = client.describe_key(KeyId=key)["KeyMetadata"]["Arn"]
    client.create_alias(AliasName=f"alias/{key}", TargetKeyId=key)
    expected = keys.from_der(client.get_public_key(KeyId=key)["PublicKey"])
    for name in (key, arn, f"alias/{key}"):
        assert keys.load(parse_source(f"awskms:///{name}"), tmp_path) == expected


@pytest.mark.usefixtures("aws")
def test_kms_keys_that_cannot_vouch_are_refused(tmp_path: Path) -> None:
    client = boto3.client("kms", region_name="sa-east-1")
    disabled, dying = kms_key(), kms_key()
    client.disable_key(KeyId=disabled)
    client.schedule_key_deletion(KeyId=dying, PendingWindowInDays=7)
    for key, state in ((disabled, "Disabled"), (dying, "PendingDeletion")):
        with pytest.raises(Unavailable, match=f"state in KMS is {state}") as caught:
            keys.load(parse_source(f"awskms:///{key}"), tmp_path)
        assert key in caught.value.remedy
    for key, usage in (
        (kms_key("RSA_2048", "ENCRYPT_DECRYPT"), "ENCRYPT_DECRYPT"),
        (kms_key("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"), "ENCRYPT_DECRYPT"),
    ):
        with pytest.raises(Malformed, match=f"usage in KMS is {usage}"):
            keys.load(parse_source(f"awskms:///{key}"), tmp_path)
    with pytest.raises(Malformed, match="curve secp256k1 is not accepted"):
        keys.load(parse_source(f"awskms:///{kms_key('ECC_SECG_P256K1')}"), tmp_path)


@pytest.mark.usefixtures("aws")
def test_an_arn_is_answered_by_its_own_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = keys._kms_client

    class OtherAccount:
        def __init__(self, source: KmsSource) -> None:
            self._client = real(source)

        def describe_key(self, **request: str) -> dict[str, Any]:
            metadata: dict[str, Any] = {**self._client.describe_key(KeyId=request["KeyId"])["KeyMetadata"]}
            return {"KeyMetadata": metadata | {"Arn": metadata["Arn"].replace("123456789012", "444455556666")}}

    arn = boto3.client("kms", region_name="sa-east-1").describe_key(KeyId=kms_key())["KeyMetadata"]["Arn"]
    monkeypatch.setattr(keys, "_kms_client", OtherAccount)
    with pytest.raises(Malformed, match="of another account or region"):
        keys.load(parse_source(f"awskms:///{arn}"), tmp_path)


@pytest.mark.usefixtures("aws")
def test_an_absent_kms_key_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="KMS has no such key") as caught:
        keys.load(parse_source("awskms:///alias/absent"), tmp_path)
    assert "create the key" in caught.value.remedy


@pytest.mark.usefixtures("aws")
def test_a_kms_that_is_down_or_unconfigured_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(Unavailable, match="KMS cannot be asked"):
        keys.load(parse_source("awskms:///alias/x"), tmp_path)
    monkeypatch.delenv("AWS_REGION")
    with pytest.raises(Unavailable, match="region") as caught:
        keys.load(parse_source("awskms:///alias/x"), tmp_path)
    assert "AWS_REGION" in caught.value.remedy
