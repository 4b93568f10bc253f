from __future__ import annotations

import pytest

from guardrails.resources.reading import UNKNOWN
from tests.support.cloud import aws, found

VAULT, LOCK, PLAN = "backup/vault:Vault", "backup/vaultLockConfiguration:VaultLockConfiguration", "backup/plan:Plan"
FINAL = {"changeableForDays": 7}


def test_backups_are_encrypted_with_a_key_of_ones_own() -> None:
    assert found("aws/backup-encryption", aws(VAULT, kmsKeyArn=UNKNOWN)) == []
    assert found("aws/backup-encryption", aws(VAULT)) == ["x: kmsKeyArn"]


def test_a_vault_is_locked() -> None:
    vault = aws(VAULT, "v", name="all")
    assert found("aws/backup-lock", vault) == ["v: "]
    assert found("aws/backup-lock", vault, aws(LOCK, backupVaultName="all", minRetentionDays=30, **FINAL)) == []
    assert found("aws/backup-lock", vault, aws(LOCK, backupVaultName="all", **FINAL)) == ["x: minRetentionDays"]
    assert found("aws/backup-lock", vault, aws(LOCK, backupVaultName="all", minRetentionDays=UNKNOWN, **FINAL)) == [
        "x: minRetentionDays?"
    ]
    assert found("aws/backup-lock", vault, aws(LOCK, backupVaultName="other", minRetentionDays=30)) == ["v: "]
    linked = aws(LOCK, backupVaultName=UNKNOWN, minRetentionDays=30, links={"backupVaultName": "v"}, **FINAL)
    assert found("aws/backup-lock", vault, linked) == []
    removable = aws(LOCK, backupVaultName="all", minRetentionDays=30)
    assert found("aws/backup-lock", vault, removable) == ["x: changeableForDays"]


@pytest.mark.parametrize(
    ("rule", "good", "bad", "path"),
    [
        ("retention", {"lifecycle": {"deleteAfter": 35}}, {}, "lifecycle.deleteAfter"),
        ("copies", {"copyActions": [{"destinationVaultArn": UNKNOWN}]}, {"copyActions": []}, "copyActions"),
    ],
)
def test_backups_end_and_are_copied(rule: str, good: dict[str, object], bad: dict[str, object], path: str) -> None:
    assert found(f"aws/backup-{rule}", aws(PLAN, rules=[good])) == []
    assert found(f"aws/backup-{rule}", aws(PLAN, rules=[good, bad])) == [f"x: rules[1].{path}"]
    assert found(f"aws/backup-{rule}", aws(PLAN, rules=UNKNOWN)) == ["x: rules?"]


def test_a_plan_does_something() -> None:
    assert found("aws/backup-retention", aws(PLAN)) == ["x: rules"]
