from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from guardrails.trust import key_loading, keys, kms_keys
from guardrails.trust.aws_call import Caller
from guardrails.trust.errors import Malformed, Unavailable
from guardrails.trust.key_source import KmsSource, parse_source

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_kms.literals import KeySpecType, KeyUsageTypeType


@pytest.fixture(params=["plain", "sdk"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, aws: dict[str, str]) -> str:
    """The one and the other way to KMS."""
    assert aws
    if request.param == "sdk":
        monkeypatch.setenv("AWS_DEFAULTS_MODE", "legacy")  # a variable that only the SDK understands
    return str(request.param)


def kms_key(spec: KeySpecType = "ECC_NIST_P256", usage: KeyUsageTypeType = "SIGN_VERIFY") -> str:
    return boto3.client("kms", region_name="sa-east-1").create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]


def test_kms_keys_are_found_by_id_arn_and_alias(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    client = boto3.client("kms", region_name="sa-east-1")
    key = kms_key("ECC_NIST_P384")
    arn = client.describe_key(KeyId=key)["KeyMetadata"]["Arn"]
    client.create_alias(AliasName=f"alias/{key}", TargetKeyId=key)
    expected = keys.from_der(client.get_public_key(KeyId=key)["PublicKey"])
    if way == "plain":
        monkeypatch.delattr(kms_keys, "_load_by_sdk")
    else:
        monkeypatch.delattr(Caller, "call")
    for name in (key, arn, f"alias/{key}"):
        assert key_loading.load(parse_source(f"awskms:///{name}"), tmp_path) == (expected,)


def test_kms_keys_that_cannot_vouch_are_refused(tmp_path: Path) -> None:
    client = boto3.client("kms", region_name="sa-east-1")
    disabled, dying = kms_key(), kms_key()
    client.disable_key(KeyId=disabled)
    client.schedule_key_deletion(KeyId=dying, PendingWindowInDays=7)
    for key, state in ((disabled, "Disabled"), (dying, "PendingDeletion")):
        with pytest.raises(Unavailable, match=f"state in KMS is {state}") as caught:
            key_loading.load(parse_source(f"awskms:///{key}"), tmp_path)
        assert key in caught.value.remedy
    for key, usage in (
        (kms_key("RSA_2048", "ENCRYPT_DECRYPT"), "ENCRYPT_DECRYPT"),
        (kms_key("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"), "ENCRYPT_DECRYPT"),
    ):
        with pytest.raises(Malformed, match=f"usage in KMS is {usage}"):
            key_loading.load(parse_source(f"awskms:///{key}"), tmp_path)
    with pytest.raises(Malformed, match="curve secp256k1 is not accepted"):
        key_loading.load(parse_source(f"awskms:///{kms_key('ECC_SECG_P256K1')}"), tmp_path)


def test_an_arn_is_answered_by_its_own_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    which = "_PlainKms" if way == "plain" else "_kms_client"
    real = getattr(kms_keys, which)

    class OtherAccount:
        def __init__(self, source: KmsSource) -> None:
            self._client = real(source)

        def describe_key(self, **request: str) -> dict[str, Any]:
            metadata: dict[str, Any] = {**self._client.describe_key(KeyId=request["KeyId"])["KeyMetadata"]}
            return {"KeyMetadata": metadata | {"Arn": metadata["Arn"].replace("123456789012", "444455556666")}}

    arn = boto3.client("kms", region_name="sa-east-1").describe_key(KeyId=kms_key())["KeyMetadata"]["Arn"]
    monkeypatch.setattr(kms_keys, which, OtherAccount)
    with pytest.raises(Malformed, match="of another account or region"):
        key_loading.load(parse_source(f"awskms:///{arn}"), tmp_path)


def test_an_absent_kms_key_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="KMS has no such key") as caught:
        key_loading.load(parse_source("awskms:///alias/absent"), tmp_path)
    assert "create the key" in caught.value.remedy


def test_a_kms_that_is_down_or_unconfigured_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(Unavailable, match="KMS cannot be asked"):
        key_loading.load(parse_source("awskms:///alias/x"), tmp_path)
    monkeypatch.delenv("AWS_REGION")
    with pytest.raises(Unavailable, match="region") as caught:
        key_loading.load(parse_source("awskms:///alias/x"), tmp_path)
    assert "AWS_REGION" in caught.value.remedy
