"""Every kind of finding, through the command against moto; and the pure comparison where moto can't play along."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from components.account import KnownAccount
from components.keys.inventory import inventory
from components.keys.purposes import KeyPurpose
from components.policies import rendered
from components.sections.keys import Keys as Settings
from delivery.keys.compare import compare, leaving
from delivery.keys.model import Found, FoundKey, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.delivery.keys.conftest import Keys, Ran

DECLARED = inventory("local", Settings(), (), KnownAccount("123456789012", "aws", "sa-east-1"))
ALIAS = {key.purpose: key.alias for key in DECLARED}


def _as_declared() -> dict[str, FoundKey]:
    """A key for each declared one, with the purpose as its id."""
    return {
        key.purpose.value: FoundKey(
            id=key.purpose.value,
            state="Enabled",
            spec=key.spec,
            usage=key.usage,
            tags={"project": "cartorio", "stack": "local", "purpose": key.purpose.value},
            rotates=key.rotates,
            rotation_period_days=key.rotation_period_days,
            policy=json.dumps(rendered(*key.policy)),
        )
        for key in DECLARED
    }


def _found(*more: FoundKey, aliases: dict[str, str] | None = None, **changed: Any) -> Found:  # noqa: ANN401 - any field
    """What KMS would have; `changed` are fields of the envelope's key."""
    keys = _as_declared() | {key.id: key for key in more}
    keys["envelope"] = replace(keys["envelope"], **changed)
    return Found({alias: purpose.value for purpose, alias in ALIAS.items()} | (aliases or {}), keys)


def _kinds(found: Found) -> list[Kind]:
    return [finding.kind for finding in compare("local", DECLARED, found)]


def _only(ran: Ran, kind: str) -> dict[str, Any]:
    assert ran.code == 1
    assert ran.kinds() == [kind]
    return ran.findings()[0]


def test_as_declared() -> None:
    assert _kinds(_found()) == []


def test_a_missing_alias_whose_key_is_there_is_named_with_it(keys: Keys, sync: Callable[..., Ran]) -> None:
    keys.kms.delete_alias(AliasName=ALIAS[KeyPurpose.EBS])
    finding = _only(sync("--json"), "missing")
    assert (finding["where"], finding["purpose"], finding["key"]) == (ALIAS[KeyPurpose.EBS], "ebs", None)
    key_id = keys.ids[KeyPurpose.EBS]
    assert finding["what"] == f"there is no such alias; its tags are on {key_id}"
    assert finding["remedy"] == f"aws kms create-alias --alias-name {finding['where']} --target-key-id {key_id}"


def test_an_alias_of_a_key_that_is_not_there() -> None:
    (finding,) = compare("local", DECLARED, _found(aliases={ALIAS[KeyPurpose.EBS]: "gone"}, tags={}))[1:2]
    assert (finding.kind, finding.key) == (Kind.MISSING, "gone")
    assert "it points at gone, which is no key of this account" in finding.what


def test_a_disabled_key(keys: Keys, sync: Callable[..., Ran]) -> None:
    keys.kms.disable_key(KeyId=keys.ids[KeyPurpose.RELEASE_SIGNING])
    finding = _only(sync("--json"), "disabled")
    assert finding["where"] == ALIAS[KeyPurpose.RELEASE_SIGNING]
    assert "enable-key" in finding["remedy"]


def test_a_key_that_is_about_to_be_deleted(keys: Keys, sync: Callable[..., Ran]) -> None:
    key_id = keys.ids[KeyPurpose.BACKUP]
    told = keys.kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    finding = _only(sync("--json"), "pending-deletion")
    assert told["DeletionDate"].date().isoformat()[:7] in finding["what"]
    assert f"cancel-key-deletion --key-id {key_id}" in finding["remedy"]


def test_a_key_in_another_state() -> None:
    assert _kinds(_found(state="PendingImport")) == [Kind.UNUSABLE]


def test_rotation_that_is_off(keys: Keys, sync: Callable[..., Ran]) -> None:
    keys.kms.disable_key_rotation(KeyId=keys.ids[KeyPurpose.LOGS])
    assert _only(sync("--json"), "unrotated")["where"] == ALIAS[KeyPurpose.LOGS]


def test_another_period_when_kms_tells_one() -> None:
    (finding,) = compare("local", DECLARED, _found(rotation_period_days=90))
    assert (finding.kind, finding.where) == (Kind.ROTATION_PERIOD, ALIAS[KeyPurpose.ENVELOPE])
    assert "every 90 days instead of 365" in finding.what
    assert _kinds(_found(rotation_period_days=None)) == []


def test_what_was_not_asked_is_no_finding() -> None:
    assert _kinds(_found(rotates=None, policy=None)) == []


@pytest.mark.parametrize(
    ("changed", "kinds"),
    [
        ({"KeySpec": "ECC_NIST_P384"}, ["wrong-spec"]),
        ({"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"}, ["wrong-spec", "wrong-usage"]),
    ],
)
def test_another_kind_of_key(changed: dict[str, str], kinds: list[str], keys: Keys, sync: Callable[..., Ran]) -> None:
    keys.replace(KeyPurpose.RELEASE_SIGNING, **changed)
    ran = sync("--json")
    assert (ran.code, ran.kinds()) == (1, kinds)
    assert f"{changed['KeySpec']} instead of ECC_NIST_P256" in ran.findings()[0]["what"]


def test_an_alias_that_was_pointed_at_another_key(keys: Keys, sync: Callable[..., Ran]) -> None:
    made = keys.kms.create_key(KeyUsage="ENCRYPT_DECRYPT", Policy=_policy_of(keys, KeyPurpose.S3))
    theirs = made["KeyMetadata"]["KeyId"]
    keys.kms.enable_key_rotation(KeyId=theirs)
    keys.kms.update_alias(AliasName=ALIAS[KeyPurpose.S3], TargetKeyId=theirs)
    finding = _only(sync("--json"), "wrong-tags")  # the right key is part of this finding, not another
    assert finding["key"] == theirs
    assert "no project, cartorio expected" in finding["what"]
    assert (
        f"update-alias --alias-name {ALIAS[KeyPurpose.S3]} --target-key-id {keys.ids[KeyPurpose.S3]}"
        in (finding["remedy"])
    )


@pytest.mark.parametrize("tag", ["project", "stack", "purpose"])
def test_a_key_that_is_tagged_otherwise(tag: str, keys: Keys, sync: Callable[..., Ran]) -> None:
    keys.kms.tag_resource(KeyId=keys.ids[KeyPurpose.S3], Tags=[{"TagKey": tag, "TagValue": "other"}])
    assert f"{tag}=other instead of " in _only(sync("--json"), "wrong-tags")["what"]


def test_an_alias_that_is_not_declared(keys: Keys, sync: Callable[..., Ran]) -> None:
    theirs = keys.kms.create_key()["KeyMetadata"]["KeyId"]
    for name in ("alias/cartorio-local-extra", "alias/cartorio-localhost", "alias/cartorio-staging-s3"):
        keys.kms.create_alias(AliasName=name, TargetKeyId=theirs)
    finding = _only(sync("--json"), "foreign-alias")
    assert (finding["where"], finding["key"], finding["purpose"]) == ("alias/cartorio-local-extra", theirs, None)


@pytest.mark.parametrize(
    ("project", "stack", "neighbour"),
    [("cartorio", "local-eu", True), ("cartorio", "local", False), ("other", "local-eu", False)],
)
def test_another_stack_whose_name_begins_with_this_ones(project: str, stack: str, neighbour: bool) -> None:  # noqa: FBT001 - parametrised
    key = FoundKey("k", "Enabled", "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", {"project": project, "stack": stack})
    found = _found(key, aliases={"alias/cartorio-local-eu-s3": "k"})
    assert (Kind.FOREIGN_ALIAS not in _kinds(found)) == neighbour


def test_a_key_of_the_stack_that_is_not_declared(keys: Keys, sync: Callable[..., Ran]) -> None:
    theirs = keys.create(keys.declared[KeyPurpose.S3])
    finding = _only(sync("--json"), "foreign-key")
    assert (finding["where"], finding["key"]) == (f"key {theirs}", theirs)
    assert "purpose s3" in finding["what"]


def test_a_key_of_another_stack_or_project_is_none_of_ours(keys: Keys, sync: Callable[..., Ran]) -> None:
    keys.create(keys.declared[KeyPurpose.S3], tags={"stack": "staging"})
    keys.create(keys.declared[KeyPurpose.S3], tags={"project": "other"})
    assert sync("--json").code == 0


def test_a_key_that_leaves_is_no_finding_but_told() -> None:
    tags = {"project": "cartorio", "stack": "local", "purpose": "s3"}
    gone = FoundKey("old", "PendingDeletion", "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", tags, deletion="2030-01-02")
    found = _found(gone)
    assert _kinds(found) == []
    assert leaving("local", DECLARED, found) == (gone,)
    assert leaving("staging", DECLARED, found) == ()


def _policy_of(keys: Keys, purpose: KeyPurpose) -> str:
    return json.dumps(rendered(*keys.declared[purpose].policy))


def test_a_policy_that_somebody_widened(keys: Keys, sync: Callable[..., Ran]) -> None:
    policy = json.loads(_policy_of(keys, KeyPurpose.RELEASE_SIGNING))
    (use,) = [statement for statement in policy["Statement"] if statement["Sid"] == "Use"]
    use["Action"].append("kms:ScheduleKeyDeletion")
    del use["Condition"]
    keys.kms.put_key_policy(KeyId=keys.ids[KeyPurpose.RELEASE_SIGNING], PolicyName="default", Policy=json.dumps(policy))
    finding = _only(sync("--json"), "wrong-policy")
    assert finding["where"] == ALIAS[KeyPurpose.RELEASE_SIGNING]
    assert finding["what"] == (
        "the key's policy is not the declared one: statement Use differs in"
        " Action (more: kms:schedulekeydeletion), Condition"
    )


def test_a_policy_written_in_another_order_is_the_same(keys: Keys, sync: Callable[..., Ran]) -> None:
    policy = json.loads(_policy_of(keys, KeyPurpose.ENVELOPE))
    policy["Statement"].reverse()
    for statement in policy["Statement"]:
        statement["Action"].reverse()
    keys.kms.put_key_policy(KeyId=keys.ids[KeyPurpose.ENVELOPE], PolicyName="default", Policy=json.dumps(policy))
    assert sync("--json").code == 0
