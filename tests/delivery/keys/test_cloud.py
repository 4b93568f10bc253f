"""Reading KMS: over moto where it plays along, with botocore's own stubber for what moto never answers."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from components.keys.purposes import KeyPurpose
from delivery.keys import cloud as reader
from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.delivery.keys.conftest import Keys, Ran

REGION = "sa-east-1"


def _answer(monkeypatch: pytest.MonkeyPatch, change: Callable[[str, dict[str, Any], Any], Any]) -> None:
    """Let `change` (operation, request, moto's answer) put another answer in place of moto's."""
    send = BaseClient._make_api_call  # type: ignore[attr-defined]

    def changed(client: BaseClient, operation: str, request: dict[str, Any]) -> Any:  # noqa: ANN401 - any answer
        return change(operation, request, send(client, operation, request))

    monkeypatch.setattr(BaseClient, "_make_api_call", changed)


def _refusing(operation: str, key_id: str, code: str) -> Callable[[str, dict[str, Any], Any], Any]:
    def refuse(asked: str, request: dict[str, Any], answer: object) -> object:
        if asked == operation and request.get("KeyId") == key_id:
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, operation)
        return answer

    return refuse


def test_only_declared_keys_are_read_in_full(keys: Keys) -> None:
    envelope, s3 = keys.declared[KeyPurpose.ENVELOPE], keys.ids[KeyPurpose.S3]
    found = reader.read(REGION, {envelope.alias})
    full, brief = found.keys[keys.ids[KeyPurpose.ENVELOPE]], found.keys[s3]
    assert (full.rotates, full.spec, full.tags["purpose"]) == (True, "SYMMETRIC_DEFAULT", "envelope")
    assert full.policy is not None
    assert (brief.rotates, brief.policy, brief.tags["purpose"]) == (None, None, "s3")


def test_keys_of_aws_are_left_out(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    key_id = keys.ids[KeyPurpose.S3]

    def of_aws(operation: str, request: dict[str, Any], answer: Any) -> Any:  # noqa: ANN401 - any answer
        if operation == "DescribeKey" and request["KeyId"] == key_id:
            answer["KeyMetadata"]["KeyManager"] = "AWS"
        return answer

    assert key_id in reader.read(REGION, ()).keys
    _answer(monkeypatch, of_aws)
    assert key_id not in reader.read(REGION, ()).keys


def test_the_period_is_read_when_kms_tells_one(
    keys: Keys, sync: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keys.ids

    def told(operation: str, request: dict[str, Any], answer: Any) -> Any:  # noqa: ANN401 - any answer
        signing = request.get("KeyId") == keys.ids[KeyPurpose.RELEASE_SIGNING]
        return answer | {"RotationPeriodInDays": 90} if operation == "GetKeyRotationStatus" and not signing else answer

    _answer(monkeypatch, told)
    ran = sync("--json")
    assert (ran.code, set(ran.kinds())) == (1, {"rotation-period"})


def test_a_strangers_key_that_is_hidden_is_a_note(
    keys: Keys, sync: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = keys.kms.create_key()["KeyMetadata"]["KeyId"]
    _answer(monkeypatch, _refusing("DescribeKey", theirs, "AccessDeniedException"))
    ran = sync()
    assert ran.code == 0
    assert "note: 1 keys are hidden" in ran.out


def test_a_key_that_went_away_meanwhile_is_missing(
    keys: Keys, sync: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    _answer(monkeypatch, _refusing("DescribeKey", keys.ids[KeyPurpose.S3], "NotFoundException"))
    ran = sync("--json")
    assert (ran.code, ran.kinds()) == (1, ["missing"])


@pytest.mark.parametrize("operation", ["DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListResourceTags"])
def test_a_declared_key_that_is_hidden_is_an_error(
    operation: str, keys: Keys, sync: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    _answer(monkeypatch, _refusing(operation, keys.ids[KeyPurpose.S3], "AccessDeniedException"))
    ran = sync("--json")
    assert (ran.code, ran.out) == (3, "")
    assert f"error: KMS refused {operation}: AccessDeniedException" in ran.err
    assert operation in ran.err.split("do:")[1]


def test_expired_credentials(keys: Keys, sync: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    assert keys.ids

    def expired(operation: str, _request: dict[str, Any], _answer: object) -> object:
        raise ClientError({"Error": {"Code": "ExpiredToken", "Message": "it is over"}}, operation)

    _answer(monkeypatch, expired)
    ran = sync()
    assert (ran.code, ran.out) == (3, "")
    assert "STS refused GetCallerIdentity: ExpiredToken: it is over" in ran.err


@pytest.mark.parametrize("service", ["STS", "KMS"])
def test_a_service_that_does_not_answer(
    service: str, keys: Keys, sync: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keys.ids
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # and nobody listens
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", f"http://127.0.0.1:{unused.getsockname()[1]}")
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        monkeypatch.setattr(reader, "_CONFIG", reader._CONFIG.merge(type(reader._CONFIG)(retries={"max_attempts": 0})))
        ran = sync()
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith(f"error: {service} does not answer")
    assert "Traceback" not in ran.err


def test_an_endpoint_that_is_no_address(cloud: str, sync: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    assert cloud
    monkeypatch.setenv("AWS_ENDPOINT_URL", "nonsense")
    ran = sync()
    assert (ran.code, ran.out) == (3, "")
    assert "STS does not answer: Invalid endpoint" in ran.err


@pytest.mark.parametrize(("bound", "what"), [("MOST_KEYS", "keys"), ("_MOST_ALIASES", "aliases")])
def test_more_than_can_be_looked_at_is_an_error(
    bound: str, what: str, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keys.ids
    monkeypatch.setattr(reader, bound, len(keys.ids) - 1)
    with pytest.raises(LabError, match=f"more than {len(keys.ids) - 1} {what}"):
        reader.read(REGION, ())


def test_every_page_is_read(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = boto3.client("kms", region_name=REGION).list_aliases()["Aliases"]

    def by_two(operation: str, request: dict[str, Any], answer: Any) -> Any:  # noqa: ANN401 - any answer
        if operation != "ListAliases":
            return answer
        start = int(request.get("Marker", "0"))
        end = start + 2
        more = {"Truncated": True, "NextMarker": str(end)} if end < len(whole) else {"Truncated": False}
        return {"Aliases": whole[start:end], **more}

    _answer(monkeypatch, by_two)
    assert {key.alias for key in keys.declared.values()} <= set(reader.read(REGION, ()).aliases)
