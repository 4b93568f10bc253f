"""Replicas and key stores: through the command against moto, and purely where moto can't play along."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto.kms.models import KmsBackend

from components.account import KnownAccount
from components.keys.inventory import inventory, replicas
from components.keys.purposes import KeyPurpose
from components.policies import rendered
from components.sections.keys import Keys as Settings
from components.wiring.keys import platform_users
from delivery.keys.elsewhere import compare_replicas, compare_stores
from delivery.keys.model import Found, Kind
from lab.services.moto_server import independent
from tests.delivery.keys.conftest import REGION, Keys
from tests.support.plan import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.delivery.keys.conftest import Ran
    from tests.support.stackfiles import Project

ELSEWHERE = "us-east-1"
ENVELOPE = "alias/cartorio-local-envelope"
STORE = "cks-1234567890abcdef0"


@pytest.fixture
def other(cloud: str, project: Project, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - boto3 makes it at run time
    """KMS of the second region, in which the envelope's key is replicated as declared."""
    del cloud
    # As the lab's server has it; this one is moto's own.
    monkeypatch.setattr(KmsBackend, "replicate_key", independent(KmsBackend.replicate_key))
    project.config["cartorio:keys"] = {"replica": {"region": ELSEWHERE, "purposes": ["envelope"]}}
    configuration = project.settings().configuration
    account = KnownAccount(ACCOUNT, "aws", REGION)
    primaries = Keys(boto3.client("kms", region_name=REGION), project)
    users = platform_users(project.stack, configuration, account)
    (declared,) = replicas(project.stack, configuration.keys, users, account)
    key_id = primaries.ids[KeyPurpose.ENVELOPE]
    primaries.kms.replicate_key(KeyId=key_id, ReplicaRegion=ELSEWHERE)
    kms = boto3.client("kms", region_name=ELSEWHERE)
    kms.put_key_policy(KeyId=key_id, PolicyName="default", Policy=json.dumps(rendered(*declared.policy)))
    tags = {"project": "cartorio", "stack": "local", "purpose": "envelope"}
    kms.tag_resource(KeyId=key_id, Tags=[{"TagKey": name, "TagValue": value} for name, value in tags.items()])
    kms.create_alias(AliasName=ENVELOPE, TargetKeyId=key_id)
    return kms


def _id(kms: Any) -> str:  # noqa: ANN401 - boto3 makes it at run time
    key_id: str = kms.describe_key(KeyId=ENVELOPE)["KeyMetadata"]["KeyId"]
    return key_id


def test_replicas_as_declared_are_no_finding(other: Any, sync: Callable[..., Ran]) -> None:  # noqa: ANN401
    ran = sync("--json")
    assert (ran.code, ran.findings()) == (0, [])
    told = [key for key in json.loads(ran.out)["keys"] if key["region"] == ELSEWHERE]
    assert told == [{"purpose": "envelope", "alias": ENVELOPE, "region": ELSEWHERE, "key": _id(other), "findings": 0}]


def test_the_key_of_other_copies_in_the_region_is_no_finding(other: Any, sync: Callable[..., Ran]) -> None:  # noqa: ANN401
    other.create_key(Tags=[{"TagKey": "project", "TagValue": "cartorio"}, {"TagKey": "stack", "TagValue": "local"}])
    assert sync().code == 0


def test_a_missing_replica(other: Any, sync: Callable[..., Ran]) -> None:  # noqa: ANN401
    key_id = _id(other)
    other.delete_alias(AliasName=ENVELOPE)
    other.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    ran = sync("--json")
    assert (ran.code, ran.kinds()) == (1, ["missing"])
    assert ran.findings()[0]["where"] == f"{ENVELOPE} in {ELSEWHERE}"
    assert [key["findings"] for key in json.loads(ran.out)["keys"] if key["purpose"] == "envelope"] == [0, 1]


def test_a_disabled_replica(other: Any, sync: Callable[..., Ran]) -> None:  # noqa: ANN401
    other.disable_key(KeyId=_id(other))
    ran = sync("--json")
    assert (ran.code, ran.kinds()) == (1, ["disabled"])
    assert f"aws --region {ELSEWHERE} kms enable-key" in ran.findings()[0]["remedy"]


def test_a_replica_with_another_policy(other: Any, sync: Callable[..., Ran]) -> None:  # noqa: ANN401
    policy = json.loads(other.get_key_policy(KeyId=_id(other), PolicyName="default")["Policy"])
    policy["Statement"][0]["Action"] = "kms:*"
    other.put_key_policy(KeyId=_id(other), PolicyName="default", Policy=json.dumps(policy))
    ran = sync("--json")
    assert (ran.code, ran.kinds()) == (1, ["wrong-policy"])


def test_a_foreign_key_behind_a_replicas_alias(other: Any, sync: Callable[..., Ran]) -> None:  # noqa: ANN401
    tags = other.list_resource_tags(KeyId=_id(other))["Tags"]
    policy = other.get_key_policy(KeyId=_id(other), PolicyName="default")["Policy"]
    foreign = other.create_key(MultiRegion=True, KeyUsage="ENCRYPT_DECRYPT", Tags=tags, Policy=policy)["KeyMetadata"][
        "KeyId"
    ]
    other.enable_key_rotation(KeyId=foreign)
    other.update_alias(AliasName=ENVELOPE, TargetKeyId=foreign)
    ran = sync("--json")
    assert (ran.code, sorted(ran.kinds())) == (1, ["foreign-key", "wrong-replica"])
    assert "no replica of" in next(one["what"] for one in ran.findings() if one["kind"] == "wrong-replica")


def test_a_key_of_one_region_where_several_are_declared(keys: Keys, project: Project, sync: Callable[..., Ran]) -> None:
    assert keys.ids
    project.config["cartorio:keys"] = {"replica": {"region": ELSEWHERE, "purposes": ["envelope"]}}
    project.write()
    kinds = sync("--json").kinds()
    assert "wrong-regions" in kinds
    assert "missing" in kinds


def _told(monkeypatch: pytest.MonkeyPatch, *, state: str | None) -> None:
    """KMS has the store in that state, or none; and keeps the envelope's key in it."""
    send = BaseClient._make_api_call  # type: ignore[attr-defined]

    def answer(client: BaseClient, operation: str, request: dict[str, Any]) -> Any:  # noqa: ANN401 - any answer
        if operation == "DescribeCustomKeyStores":
            if state is None:
                raise ClientError({"Error": {"Code": "CustomKeyStoreNotFoundException", "Message": "no"}}, operation)
            return {"CustomKeyStores": [{"CustomKeyStoreId": request["CustomKeyStoreId"], "ConnectionState": state}]}
        found = send(client, operation, request)
        if operation == "DescribeKey" and found["KeyMetadata"]["Description"] == "in the store":
            found["KeyMetadata"]["CustomKeyStoreId"] = STORE
        return found

    monkeypatch.setattr(BaseClient, "_make_api_call", answer)


@pytest.mark.parametrize(
    ("state", "kinds"), [("CONNECTED", []), ("DISCONNECTED", ["store"]), ("FAILED", ["store"]), (None, ["store"])]
)
def test_the_store_has_to_be_there_and_connected(
    state: str | None,
    kinds: list[str],
    cloud: str,
    project: Project,
    sync: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert cloud
    project.config["cartorio:keys"] = {"store": {"id": STORE, "purposes": ["envelope"]}}
    made = Keys(boto3.client("kms", region_name=REGION), project)
    made.kms.update_key_description(KeyId=made.ids[KeyPurpose.ENVELOPE], Description="in the store")
    _told(monkeypatch, state=state)
    ran = sync("--json")
    assert (ran.code, ran.kinds()) == (int(bool(kinds)), kinds)


def test_a_key_that_kms_keeps_itself_instead(
    keys: Keys, project: Project, sync: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keys.ids
    project.config["cartorio:keys"] = {"store": {"id": STORE, "purposes": ["s3"]}}
    project.write()
    _told(monkeypatch, state="CONNECTED")
    ran = sync("--json")
    (finding,) = [one for one in ran.findings() if one["kind"] == "wrong-store"]
    assert f"by KMS itself instead of in {STORE}" in finding["what"]


def test_nothing_declared_is_nothing_found() -> None:
    nothing = Found({}, {})
    declared = inventory("local", Settings(), (), KnownAccount(ACCOUNT, "aws", REGION))
    assert compare_replicas("local", (), nothing, nothing) == ()
    assert compare_stores(declared, {}) == ()
    stored = tuple(replace(key, store=STORE) for key in declared)
    assert [finding.kind for finding in compare_stores(stored, {STORE: "CONNECTING"})] == [Kind.STORE]
