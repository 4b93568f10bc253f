from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.provider_engine import RefusedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

KEY = "aws:kms/key:Key"
ALIAS = "aws:kms/alias:Alias"
REPLICA = "aws:kms/replicaKey:ReplicaKey"
ROOT = {"AWS": "arn:aws:iam::123456789012:root"}


def policy(*actions: str) -> str:
    statement = {"Sid": "Owner", "Effect": "Allow", "Principal": ROOT, "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _other_description(hands: Hands, key: Managed) -> None:
    hands("kms").update_key_description(KeyId=key.id, Description="by hand")


def _other_description_elsewhere(hands: Hands, key: Managed) -> None:
    hands("kms", "us-east-1").update_key_description(KeyId=key.id, Description="by hand")


def _other_target(hands: Hands, alias: Managed) -> None:
    other = hands("kms").create_key()["KeyMetadata"]["KeyId"]
    hands("kms").update_alias(AliasName=alias.id, TargetKeyId=other)


CASES = (
    Case(
        KEY,
        {
            "description": "Envelope key",
            "policy": policy("kms:*"),
            "enableKeyRotation": True,
            "rotationPeriodInDays": 180,
            "deletionWindowInDays": 7,
            "tags": {"purpose": "envelope"},
        },
        updates=(
            {"description": "Envelope key of the registry"},
            {"policy": policy("kms:Describe*", "kms:PutKeyPolicy", "kms:Get*", "kms:List*")},
            {"rotationPeriodInDays": 90},
            {"rotationPeriodInDays": None, "enableKeyRotation": None},
            {"isEnabled": False},
            {"isEnabled": True},
            {"tags": {"purpose": "envelope", "owner": "platform"}},
            {"tags": {"owner": "platform"}},
            {"tags": None},
            {"deletionWindowInDays": 30},
            {"bypassPolicyLockoutSafetyCheck": True},
        ),
        replaces=(
            {"customKeyStoreId": "cks-1234567890abcdef0"},
            {"customerMasterKeySpec": "RSA_2048"},
            {"keyUsage": "SIGN_VERIFY"},
            {"multiRegion": True},
            {"region": "us-east-1"},
        ),
        spoilt="description",
        spoil=_other_description,
        # moto keeps no rotation period, and the window is the provider's own.
        told_apart=frozenset({"deletionWindowInDays", "rotationPeriodInDays"}),
        kept=frozenset({"rotationPeriodInDays"}),
    ),
    Case(
        REPLICA,
        {
            "primaryKeyArn": "$primary.arn",
            "region": "us-east-1",
            "description": "Envelope key, elsewhere",
            "policy": policy("kms:*"),
            "deletionWindowInDays": 7,
            "tags": {"purpose": "envelope"},
        },
        needs=(("primary", KEY, {"multiRegion": True, "description": "Envelope key", "tags": {"of": "primary"}}),),
        updates=(
            {"description": "Envelope key of the other region"},
            {"policy": policy("kms:Describe*", "kms:PutKeyPolicy", "kms:Get*", "kms:List*")},
            {"enabled": False},
            {"enabled": True},
            {"tags": {"purpose": "envelope", "owner": "platform"}},
            {"tags": None},
            {"deletionWindowInDays": 30},
            {"bypassPolicyLockoutSafetyCheck": True},
        ),
        replaces=(
            {"primaryKeyArn": "arn:aws:kms:sa-east-1:123456789012:key/mrk-0123456789abcdef0123456789abcdef"},
            {"region": "eu-west-1"},
        ),
        spoilt="description",
        spoil=_other_description_elsewhere,
        told_apart=frozenset({"deletionWindowInDays"}),
        import_id=lambda key: f"{key.id}@us-east-1",
    ),
    Case(
        ALIAS,
        {"name": "alias/cartorio-test-envelope", "targetKeyId": "$one.keyId"},
        needs=(("one", KEY, {}), ("two", KEY, {})),
        updates=({"targetKeyId": "$two.keyId"},),
        replaces=({"name": "alias/cartorio-test-other"}, {"region": "us-east-1"}),
        spoilt="targetKeyId",
        spoil=_other_target,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


def test_key_is_what_was_asked_for(engine: Engine, by_hand: Hands) -> None:
    key = engine.create(KEY, "k", {"description": "d", "enableKeyRotation": True, "tags": {"a": "b"}})
    metadata = by_hand("kms").describe_key(KeyId=key.id)["KeyMetadata"]
    assert (metadata["Description"], metadata["KeySpec"]) == ("d", "SYMMETRIC_DEFAULT")
    assert by_hand("kms").get_key_rotation_status(KeyId=key.id)["KeyRotationEnabled"]
    assert key.id == key.outputs["keyId"] == metadata["KeyId"]
    assert key.outputs["arn"] == f"arn:aws:kms:sa-east-1:123456789012:key/{key.id}"
    assert key.outputs["rotationPeriodInDays"] == 365
    assert key.outputs["region"] == "sa-east-1"
    assert key.outputs["tagsAll"] == {"a": "b"}


def test_key_is_found_by_arn_and_alias_too(engine: Engine) -> None:
    key = engine.create(KEY, "k", {"enableKeyRotation": True, "rotationPeriodInDays": 180})
    engine.create(ALIAS, "a", {"name": "alias/x", "targetKeyId": key.id})
    for name in (key.id, key.outputs["arn"], "alias/x"):
        found = engine.find(KEY, name)
        assert found is not None
        assert found.id == key.id
        assert "rotationPeriodInDays" not in found.outputs  # moto doesn't tell, and 365 would be a guess
        again = engine.refresh(found)
        assert again is not None
        assert (again.outputs, again.given) == (found.outputs, found.given)


def test_a_replica_is_a_key_of_its_own_with_its_primarys_id(engine: Engine, by_hand: Hands) -> None:
    primary = engine.create(KEY, "k", {"multiRegion": True, "description": "here", "tags": {"of": "primary"}})
    inputs = {"primaryKeyArn": primary.outputs["arn"], "region": "us-east-1", "tags": {"of": "replica"}}
    replica = engine.create(REPLICA, "r", inputs)
    assert replica.id == primary.id
    assert replica.outputs["arn"] == f"arn:aws:kms:us-east-1:123456789012:key/{primary.id}"
    assert replica.outputs["tagsAll"] == {"of": "replica"}
    engine.delete(replica)
    assert by_hand("kms", "us-east-1").describe_key(KeyId=primary.id)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    kept = engine.refresh(primary)
    assert kept is not None
    assert kept.outputs["tagsAll"] == {"of": "primary"}


@pytest.mark.parametrize(
    ("inputs", "name", "reason"),
    [
        ({"primaryKeyArn": "arn:aws:kms:sa-east-1:123456789012:key/1"}, "primaryKeyArn", "multi-Region"),
        ({"primaryKeyArn": "arn:aws:kms:a:1:key/mrk-1", "deletionWindowInDays": 3}, "deletionWindowInDays", "7 to 30"),
    ],
)
def test_wrong_replica(engine: Engine, inputs: dict[str, Any], name: str, reason: str) -> None:
    with pytest.raises(RefusedError, match=f"^{name}: .*{reason}"):
        engine.check(REPLICA, "r", inputs)


def test_signing_key(engine: Engine) -> None:
    inputs = {"customerMasterKeySpec": "ECC_NIST_P256", "keyUsage": "SIGN_VERIFY"}
    key = engine.create(KEY, "k", inputs)
    assert "rotationPeriodInDays" not in key.outputs
    assert key.outputs["enableKeyRotation"] is False
    assert not engine.diff(key, inputs).any


def test_disabled_from_the_start_with_rotation(engine: Engine) -> None:
    key = engine.create(KEY, "k", {"enableKeyRotation": True, "isEnabled": False})
    assert (key.outputs["enableKeyRotation"], key.outputs["isEnabled"]) == (True, False)


def test_deletion_is_scheduled_with_the_window(engine: Engine, by_hand: Hands) -> None:
    key = engine.create(KEY, "k", {"deletionWindowInDays": 7})
    engine.delete(key)
    metadata = by_hand("kms").describe_key(KeyId=key.id)["KeyMetadata"]
    assert metadata["KeyState"] == "PendingDeletion"
    days = (metadata["DeletionDate"] - metadata["CreationDate"]).total_seconds() / 86_400
    assert round(days) == 7
    assert engine.refresh(key) is None
    engine.delete(key)


def test_policy_spelt_differently_is_no_change(engine: Engine) -> None:
    key = engine.create(KEY, "k", {"policy": policy("kms:*")})
    document = json.loads(policy("kms:*"))
    document["Statement"] = {**document["Statement"][0], "Action": "kms:*", "Principal": {"AWS": "123456789012"}}
    assert not engine.diff(key, {"policy": json.dumps(document, indent=2)}).any


@pytest.mark.parametrize(
    ("inputs", "name", "reason"),
    [
        ({"deletionWindowInDays": 3}, "deletionWindowInDays", "7 to 30"),
        ({"enableKeyRotation": True, "rotationPeriodInDays": 30}, "rotationPeriodInDays", "90 to 2560"),
        ({"rotationPeriodInDays": 90}, "rotationPeriodInDays", "enableKeyRotation"),
        ({"customerMasterKeySpec": "RSA_2048", "enableKeyRotation": True}, "enableKeyRotation", "symmetric"),
        ({"policy": "{"}, "policy", "no JSON"),
        ({"policy": "[]"}, "policy", "no object"),
        ({"xksKeyId": "1"}, "xksKeyId", "does not support"),
        ({"customKeyStoreId": "cks-1", "multiRegion": True}, "multiRegion", "custom key store"),
        ({"customKeyStoreId": "cks-1", "enableKeyRotation": True}, "enableKeyRotation", "custom key store"),
        ({"customKeyStoreId": "cks-1", "customerMasterKeySpec": "RSA_2048"}, "customerMasterKeySpec", "custom key"),
        ({"descripton": "d"}, "descripton", "does not support"),
        ({"description": 7}, "description", "a string"),
    ],
)
def test_wrong_key(engine: Engine, inputs: dict[str, Any], name: str, reason: str) -> None:
    with pytest.raises(RefusedError, match=f"^{name}: .*{reason}"):
        engine.check(KEY, "k", inputs)


def test_alias_names_itself(engine: Engine) -> None:
    key = engine.create(KEY, "k", {})
    alias = engine.create(ALIAS, "envelope", {"targetKeyId": key.id})
    assert alias.id.startswith("alias/envelope-")
    assert len(alias.id) == len("alias/envelope-") + 7


def test_alias_target_may_be_an_arn(engine: Engine) -> None:
    key = engine.create(KEY, "k", {})
    inputs = {"name": "alias/x", "targetKeyId": key.outputs["arn"]}
    alias = engine.create(ALIAS, "a", inputs)
    assert alias.outputs["targetKeyId"] == key.outputs["arn"]
    assert alias.outputs["targetKeyArn"] == key.outputs["arn"]
    assert not engine.diff(alias, {**inputs, "targetKeyId": key.id}).any


@pytest.mark.parametrize("name", ["envelope", "alias/aws/s3"])
def test_wrong_alias_name(engine: Engine, name: str) -> None:
    with pytest.raises(RefusedError, match=r"^name: .*alias/"):
        engine.check(ALIAS, "a", {"name": name, "targetKeyId": "k"})


def test_second_alias_of_a_name_is_refused_with_a_remedy(engine: Engine) -> None:
    key = engine.create(KEY, "k", {})
    inputs = {"name": "alias/x", "targetKeyId": key.id}
    engine.create(ALIAS, "a", inputs)
    with pytest.raises(RefusedError, match=r"kms:CreateAlias in sa-east-1: .*AlreadyExistsException.*import"):
        engine.create(ALIAS, "b", inputs)


def test_update_of_a_key_that_is_gone(engine: Engine, by_hand: Hands) -> None:
    key = engine.create(KEY, "k", {})
    by_hand("kms").schedule_key_deletion(KeyId=key.id)
    with pytest.raises(RefusedError, match="pulumi refresh"):
        engine.update(key, {"description": "d"})
