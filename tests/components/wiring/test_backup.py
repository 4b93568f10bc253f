from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.providers import connect
from components.site import Site
from components.wiring.backup import BackupOutputs, build
from tests.support.plan import Plan, run

if TYPE_CHECKING:
    from tests.support.stackfiles import Project

VAULT = "aws:backup/vault:Vault"
RULE = {"name": "daily", "schedule": "cron(0 5 * * ? *)", "keepDays": 35}


def _built(project: Project, backup: dict[str, Any] | None) -> tuple[Plan, BackupOutputs | None]:
    project.config.pop("cartorio:backup", None)
    if backup is not None:
        project.config["cartorio:backup"] = backup
    settings = project.settings({})

    def program() -> BackupOutputs | None:
        providers = connect(settings)
        return build(Site(settings, providers.account, providers.aws, providers.random), "arn:key")

    return run(program)


def test_no_section_no_backup(project: Project) -> None:
    plan, outputs = _built(project, None)
    assert outputs is None
    assert plan.components == []


def test_backups_stay_in_the_region_unless_told_otherwise(project: Project) -> None:
    plan, outputs = _built(project, {"rules": [RULE]})
    assert outputs is not None
    assert plan.one(VAULT).inputs["kmsKeyArn"] == "arn:key"
    assert (
        plan.one("aws:backup/vaultNotifications:VaultNotifications")
        .inputs["snsTopicArn"]
        .endswith(":backup-reports-policy")
    )


def test_copies_have_a_vault_and_a_key_of_their_own_region(project: Project) -> None:
    lock = {"minDays": 7, "maxDays": 35}
    plan, _ = _built(project, {"rules": [RULE], "lock": lock, "copyRegion": "us-east-1"})
    copy = plan.one(VAULT, "backup-copy-vault")
    assert (copy.provider_name, copy.inputs["kmsKeyArn"]) == (
        "aws-backup",
        "arn:aws:kms:sa-east-1:123456789012:backup-copy-key-key",
    )
    assert plan.one(VAULT, "backup-vault").provider_name == "aws"
    assert len(plan.of("aws:backup/vaultLockConfiguration:VaultLockConfiguration")) == 2
    (rule,) = plan.one("aws:backup/plan:Plan").inputs["rules"]
    assert rule["copyActions"][0]["destinationVaultArn"].endswith(":backup-copy-vault")
