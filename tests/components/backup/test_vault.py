from __future__ import annotations

import pulumi
import pulumi_aws as aws
import pytest

from components.backup.vault import BackupVault, BackupVaultArgs
from components.sections.backup import VaultLock
from tests.support.plan import Plan, policy_of, run

LOCK = VaultLock.model_validate_json('{"minDays": 30, "maxDays": 365, "changeableForDays": 7}')


def _plan(lock: VaultLock | None, topic: str | None) -> Plan:
    def program() -> None:
        args = BackupVaultArgs(stack="producao", key_arn="arn:key", lock=lock, topic_arn=topic)
        BackupVault("backup", args, pulumi.ResourceOptions(providers=[aws.Provider("aws", region="sa-east-1")]))

    return run(program)[0]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return _plan(LOCK, "arn:topic")


def test_the_vault_is_found_by_its_name_and_outlives_the_stack(plan: Plan) -> None:
    vault = plan.one("aws:backup/vault:Vault")
    assert (vault.inputs["name"], vault.inputs["kmsKeyArn"], vault.protect) == (
        "cartorio-producao-backup",
        "arn:key",
        True,
    )


def test_nobody_deletes_a_backup(plan: Plan) -> None:
    statement = policy_of(plan.one("aws:backup/vaultPolicy:VaultPolicy"))["NobodyDeletes"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", {"AWS": "*"})
    assert "backup:DeleteRecoveryPoint" in statement["Action"]


def test_the_lock_is_what_the_settings_say(plan: Plan) -> None:
    lock = plan.one("aws:backup/vaultLockConfiguration:VaultLockConfiguration").inputs
    assert (lock["minRetentionDays"], lock["maxRetentionDays"], lock["changeableForDays"]) == (30, 365, 7)


def test_failures_and_restores_are_told(plan: Plan) -> None:
    told = plan.one("aws:backup/vaultNotifications:VaultNotifications").inputs
    assert told["snsTopicArn"] == "arn:topic"
    assert {"BACKUP_JOB_COMPLETED", "RESTORE_JOB_COMPLETED", "COPY_JOB_FAILED"} <= set(told["backupVaultEvents"])


def test_neither_lock_nor_notifications_when_not_asked_for() -> None:
    types = {resource.type for resource in _plan(None, None).resources}
    assert "aws:backup/vaultLockConfiguration:VaultLockConfiguration" not in types
    assert "aws:backup/vaultNotifications:VaultNotifications" not in types
