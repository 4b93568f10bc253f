"""Backup: the vault, its copy in another region, the plan and its reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.backup.plan import BackupPlan, BackupPlanArgs
from components.backup.reports import BackupReports, BackupReportsArgs
from components.backup.vault import BackupVault, BackupVaultArgs
from components.wiring.data import copy_key, second_region

if TYPE_CHECKING:
    import pulumi

    from components.base import Text
    from components.sections.backup import Backup
    from components.site import Site


@dataclass(frozen=True)
class BackupOutputs:
    """What others need to know of the backups.

    Attributes:
        vault: name of the vault.
        topic_arn: where every job's end is told.
    """

    vault: pulumi.Output[str]
    topic_arn: pulumi.Output[str]


def build(site: Site, key_arn: Text) -> BackupOutputs | None:
    """The backups; `key_arn` encrypts them."""
    settings = site.configuration.backup
    if settings is None:
        return None
    reports = BackupReports(
        "backup-reports", BackupReportsArgs(subscriptions=settings.subscriptions), site.account, site.cloud
    )
    vault = BackupVault(
        "backup",
        BackupVaultArgs(
            stack=site.stack, key_arn=key_arn, lock=settings.lock, topic_arn=reports.topic_arn, protect=site.protect
        ),
        site.cloud,
    )
    BackupPlan(
        "backup-plan",
        BackupPlanArgs(
            stack=site.stack,
            settings=settings,
            vault=vault.vault,
            vault_arn=vault.arn,
            copy_vault_arn=_copy(site, settings, settings.copy_region) if settings.copy_region else None,
        ),
        site.account,
        site.cloud,
    )
    return BackupOutputs(vault=vault.vault, topic_arn=reports.topic_arn)


def _copy(site: Site, settings: Backup, region: str) -> pulumi.Output[str]:
    elsewhere = second_region(site, "backup", region)
    key = copy_key(site, "backup-copy-key", elsewhere)
    args = BackupVaultArgs(stack=site.stack, key_arn=key.arn, lock=settings.lock, protect=site.protect)
    return BackupVault("backup-copy", args, elsewhere).arn
