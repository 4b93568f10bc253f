"""A vault of backups: encrypted, locked, and closed to whoever would delete what is in it.

https://docs.aws.amazon.com/aws-backup/latest/devguide/vaults.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_aws as aws

from components.base import Args, Component, Text
from components.naming import physical_name
from components.policies import EVERYONE, Effect, Statement, document
from components.sections.backup import VaultLock

if TYPE_CHECKING:
    import pulumi

_NAME_LIMIT = 50
# Every job says how it ended, failed ones too: "completed" is what AWS calls the end.
# https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-notifications.html
_EVENTS = (
    "BACKUP_JOB_COMPLETED",
    "COPY_JOB_FAILED",
    "RESTORE_JOB_COMPLETED",
    "S3_BACKUP_OBJECT_FAILED",
    "S3_RESTORE_OBJECT_FAILED",
)

# Backups end when their rule says so; by hand, not even an administrator ends one.
_NOBODY_DELETES = Statement(
    sid="NobodyDeletes",
    effect=Effect.DENY,
    principal=EVERYONE,
    actions=("backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"),
    resources=("*",),
)


class BackupVaultArgs(Args):
    """What a vault is like.

    Attributes:
        stack: the stack's name.
        key_arn: the key that encrypts the backups.
        lock: how long they cannot be deleted; None: there is no lock.
        topic_arn: where to tell how jobs ended; None: nowhere.
        protect: whether the engine refuses to delete it.
    """

    stack: str
    key_arn: Text
    lock: VaultLock | None
    topic_arn: Text | None = None
    protect: bool = True


class BackupVault(Component):
    """The vault, its policy, its lock and its notifications.

    Attributes:
        vault: its name.
        arn: its ARN.
    """

    TYPE = "cartorio:backup:BackupVault"
    vault: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: BackupVaultArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        vault = aws.backup.Vault(
            f"{name}-vault",
            # Named: whoever restores after a disaster looks for it by its name, in another region.
            name=physical_name("cartorio", args.stack, name, limit=_NAME_LIMIT),
            kms_key_arn=args.key_arn,
            opts=self._child(protect=args.protect),
        )
        self.vault = vault.name
        self.arn = vault.arn
        aws.backup.VaultPolicy(
            f"{name}-policy", backup_vault_name=vault.name, policy=document(_NOBODY_DELETES), opts=self._child()
        )
        if args.lock is not None:
            aws.backup.VaultLockConfiguration(
                f"{name}-lock",
                backup_vault_name=vault.name,
                min_retention_days=args.lock.min_days,
                max_retention_days=args.lock.max_days,
                changeable_for_days=args.lock.changeable_for_days,
                opts=self._child(),
            )
        if args.topic_arn is not None:
            aws.backup.VaultNotifications(
                f"{name}-notifications",
                backup_vault_name=vault.name,
                sns_topic_arn=args.topic_arn,
                backup_vault_events=list(_EVENTS),
                opts=self._child(),
            )
        self.register_outputs({"vault": self.vault, "arn": self.arn})
