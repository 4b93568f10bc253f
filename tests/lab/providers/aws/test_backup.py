from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.aws_case import Case, drifts, lives

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

VAULT = "aws:backup/vault:Vault"
LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
KMS_ARN = "arn:aws:kms:sa-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ROLE = "arn:aws:iam::123456789012:role/backup"


def _other_tags(hands: Hands, vault: Managed) -> None:
    hands("backup").tag_resource(ResourceArn=vault.outputs["arn"], Tags={"a": "by hand"})


def _longer(hands: Hands, lock: Managed) -> None:
    hands("backup").put_backup_vault_lock_configuration(
        BackupVaultName=lock.id, MinRetentionDays=9, MaxRetentionDays=30
    )


CASES = (
    Case(
        VAULT,
        {"name": "vault", "kmsKeyArn": KMS_ARN, "tags": {"a": "b"}},
        updates=({"tags": {"a": "c"}}, {"forceDestroy": True}),
        replaces=({"name": "other"}, {"kmsKeyArn": f"{KMS_ARN}0"}, {"region": "us-east-1"}),
        spoilt="tags",
        spoil=_other_tags,
    ),
    Case(
        LOCK,
        {"backupVaultName": "$vault.name", "minRetentionDays": 7, "maxRetentionDays": 30, "changeableForDays": 3},
        needs=(("vault", VAULT, {"name": "vault"}),),
        replaces=(
            {"minRetentionDays": 8},
            {"maxRetentionDays": 60},
            {"changeableForDays": 4},
            {"backupVaultName": "other"},
            {"region": "us-east-1"},
        ),
        spoilt="minRetentionDays",
        spoil=_longer,
        told_apart=frozenset({"changeableForDays"}),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


def test_shows_drift(engine: Engine, by_hand: Hands) -> None:
    drifts(engine, by_hand, CASES[0])


def test_a_lock_that_was_changed_by_hand_shows(engine: Engine, by_hand: Hands) -> None:
    vault = engine.create(VAULT, "v", {"name": "vault"})
    inputs = {"backupVaultName": vault.id, "minRetentionDays": 7, "maxRetentionDays": 30}
    lock = engine.create(LOCK, "l", inputs)
    _longer(by_hand, lock)
    drifted = engine.refresh(lock)
    assert drifted is not None
    assert engine.diff(drifted, inputs).replaces == {"minRetentionDays"}


POLICY = json.dumps({"Version": "2012-10-17", "Statement": []})
RULE = {"ruleName": "daily", "targetVaultName": "vault", "schedule": "cron(0 5 * * ? *)"}
NEWEST = {"algorithm": "LATEST_WITHIN_WINDOW", "includeVaults": ["*"], "recoveryPointTypes": ["SNAPSHOT"]}
RECORDED: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    ("aws:backup/plan:Plan", {"name": "plan", "rules": [RULE]}, {"rules": [{**RULE, "ruleName": "nightly"}]}),
    (
        "aws:backup/selection:Selection",
        {"name": "tagged", "planId": "p", "iamRoleArn": ROLE, "resources": ["*"]},
        {"iamRoleArn": f"{ROLE}-2"},
    ),
    (
        "aws:backup/vaultPolicy:VaultPolicy",
        {"backupVaultName": "vault", "policy": POLICY},
        {"policy": POLICY.replace("2012-10-17", "2008-10-17")},
    ),
    (
        "aws:backup/vaultNotifications:VaultNotifications",
        {"backupVaultName": "vault", "snsTopicArn": "arn:topic", "backupVaultEvents": ["COPY_JOB_FAILED"]},
        {"snsTopicArn": "arn:other"},
    ),
    (
        "aws:backup/restoreTestingPlan:RestoreTestingPlan",
        {"name": "tests", "scheduleExpression": "cron(0 5 1 * ? *)", "recoveryPointSelection": NEWEST},
        {"startWindowHours": 4},
    ),
    (
        "aws:backup/restoreTestingSelection:RestoreTestingSelection",
        {
            "name": "s3",
            "restoreTestingPlanName": "tests",
            "protectedResourceType": "S3",
            "protectedResourceArns": ["*"],
            "iamRoleArn": ROLE,
        },
        {"validationWindowHours": 2},
    ),
)


@pytest.mark.parametrize(("token", "inputs", "change"), RECORDED, ids=lambda value: str(value)[:40])
def test_is_recorded(engine: Engine, token: str, inputs: dict[str, Any], change: dict[str, Any]) -> None:
    resource = engine.create(token, "subject", inputs)
    fresh = engine.refresh(resource)
    assert fresh is not None
    assert fresh.outputs == resource.outputs
    assert not engine.diff(fresh, inputs).any
    changed = engine.diff(fresh, {**inputs, **change})
    assert changed.any
    if not changed.replaces:
        updated = engine.update(fresh, {**inputs, **change})
        assert not engine.diff(updated, {**inputs, **change}).any
    engine.delete(resource)


def test_what_is_recorded_has_the_arn_that_aws_would_give(engine: Engine) -> None:
    policy = engine.create("aws:backup/vaultPolicy:VaultPolicy", "p", {"backupVaultName": "vault", "policy": POLICY})
    assert policy.outputs["backupVaultArn"] == "arn:aws:backup:sa-east-1:123456789012:backup-vault:vault"
