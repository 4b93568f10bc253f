"""AWS Backup: vaults and their locks; plans and restore tests are only recorded.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Reference.html and terraform-provider-aws'
`internal/service/backup`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws import documents
from lab.providers.aws.recorded import Recorded
from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.tags import Tagging
from lab.providers.model import NotFoundError

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

_TAGGING = Tagging(
    by="arn",
    target="ResourceArn",
    pairs=None,
    listing="list_tags",
    keys="TagKeyList",
    at_create="BackupVaultTags",
)
_LOCK = {
    "changeableForDays": "ChangeableForDays",
    "maxRetentionDays": "MaxRetentionDays",
    "minRetentionDays": "MinRetentionDays",
}


class Vault(Resource):
    """`aws.backup.Vault`. Its id is its name."""

    table = Table(
        "aws:backup/vault:Vault",
        "backup",
        inputs=("forceDestroy", "kmsKeyArn", "name", "tags"),
        outputs=frozenset({"arn", "recoveryPoints"}),
        force_new=frozenset({"kmsKeyArn", "name"}),
        defaults={"forceDestroy": False},
        computed=frozenset({"kmsKeyArn"}),
        local=frozenset({"forceDestroy"}),
        autoname="name",
        autoname_max=50,
        tagging=_TAGGING,
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        api(
            "create_backup_vault",
            BackupVaultName=inputs["name"],
            EncryptionKeyArn=inputs.get("kmsKeyArn"),
            **self.creation_tags(inputs),
        )
        return str(inputs["name"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it."""
        del known
        told = api("describe_backup_vault", BackupVaultName=resource_id)
        return {
            "arn": told["BackupVaultArn"],
            "kmsKeyArn": told.get("EncryptionKeyArn"),
            "name": resource_id,
            "recoveryPoints": told.get("NumberOfRecoveryPoints", 0),
        }

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_backup_vault", BackupVaultName=resource_id)


class VaultLockConfiguration(Resource):
    """`aws.backup.VaultLockConfiguration`. Its id is the vault's name; the days it can be changed for are not told."""

    table = Table(
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        "backup",
        inputs=("backupVaultName", *_LOCK),
        outputs=frozenset({"backupVaultArn"}),
        force_new=frozenset({"backupVaultName", *_LOCK}),
        untold=frozenset({"changeableForDays"}),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Put it."""
        name = str(inputs["backupVaultName"])
        days = {parameter: inputs.get(property_) for property_, parameter in _LOCK.items()}
        api("put_backup_vault_lock_configuration", BackupVaultName=name, **days)
        return name

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """What the vault says of its lock."""
        del known
        told = api("describe_backup_vault", BackupVaultName=resource_id)
        if not told.get("Locked"):
            raise NotFoundError(f"the vault {resource_id} is not locked")
        return {
            "backupVaultArn": told["BackupVaultArn"],
            "backupVaultName": resource_id,
            "maxRetentionDays": told.get("MaxRetentionDays"),
            "minRetentionDays": told.get("MinRetentionDays"),
        }

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Take the lock away, as long as that is possible."""
        del known
        api("delete_backup_vault_lock_configuration", BackupVaultName=resource_id)


class VaultPolicy(Recorded):
    """`aws.backup.VaultPolicy`."""

    table = Table(
        "aws:backup/vaultPolicy:VaultPolicy",
        "backup",
        inputs=("backupVaultName", "policy"),
        outputs=frozenset({"backupVaultArn"}),
        force_new=frozenset({"backupVaultName"}),
        documents={"policy": documents.same_policy},
    )
    reason = "moto 5.2 has no access policies of backup vaults"

    def identity(self, inputs: Properties) -> str:
        """The vault's name."""
        return str(inputs["backupVaultName"])

    def told(self, resource_id: str, inputs: Properties) -> dict[str, Any]:
        """The vault's ARN."""
        del inputs
        return {"backupVaultArn": self.arn(f"backup-vault:{resource_id}")}


class VaultNotifications(Recorded):
    """`aws.backup.VaultNotifications`."""

    table = Table(
        "aws:backup/vaultNotifications:VaultNotifications",
        "backup",
        inputs=("backupVaultEvents", "backupVaultName", "snsTopicArn"),
        outputs=frozenset({"backupVaultArn"}),
        force_new=frozenset({"backupVaultEvents", "backupVaultName", "snsTopicArn"}),
    )
    reason = "moto 5.2 has no notifications of backup vaults"

    def identity(self, inputs: Properties) -> str:
        """The vault's name."""
        return str(inputs["backupVaultName"])

    def told(self, resource_id: str, inputs: Properties) -> dict[str, Any]:
        """The vault's ARN."""
        del inputs
        return {"backupVaultArn": self.arn(f"backup-vault:{resource_id}")}


class Plan(Recorded):
    """`aws.backup.Plan`."""

    table = Table(
        "aws:backup/plan:Plan",
        "backup",
        inputs=("name", "rules", "tags"),
        outputs=frozenset({"arn", "version"}),
        force_new=frozenset({"name"}),
        autoname="name",
        autoname_max=50,
        tagging=_TAGGING,
    )
    reason = "moto 5.2 can neither change a backup plan nor forget one"

    def identity(self, inputs: Properties) -> str:
        """One that shows whose it is; AWS takes a random one."""
        return f"plan-{inputs['name']}"

    def told(self, resource_id: str, inputs: Properties) -> dict[str, Any]:
        """ARN and version."""
        del inputs
        return {"arn": self.arn(f"backup-plan:{resource_id}"), "version": "1"}


class Selection(Recorded):
    """`aws.backup.Selection`."""

    table = Table(
        "aws:backup/selection:Selection",
        "backup",
        inputs=("iamRoleArn", "name", "planId", "resources", "selectionTags"),
        force_new=frozenset({"iamRoleArn", "name", "planId", "resources", "selectionTags"}),
        autoname="name",
        autoname_max=50,
    )
    reason = "moto 5.2 has no selections of backup plans"

    def identity(self, inputs: Properties) -> str:
        """One that shows whose it is; AWS takes a random one."""
        return f"selection-{inputs['name']}"


class RestoreTestingPlan(Recorded):
    """`aws.backup.RestoreTestingPlan`."""

    table = Table(
        "aws:backup/restoreTestingPlan:RestoreTestingPlan",
        "backup",
        inputs=(
            "name",
            "recoveryPointSelection",
            "scheduleExpression",
            "scheduleExpressionTimezone",
            "startWindowHours",
            "tags",
        ),
        outputs=frozenset({"arn"}),
        force_new=frozenset({"name"}),
        tagging=_TAGGING,
    )
    reason = "moto 5.2 has no restore testing"

    def identity(self, inputs: Properties) -> str:
        """Its name."""
        return str(inputs["name"])

    def told(self, resource_id: str, inputs: Properties) -> dict[str, Any]:
        """Its ARN."""
        del inputs
        return {"arn": self.arn(f"restore-testing-plan:{resource_id}")}


class RestoreTestingSelection(Recorded):
    """`aws.backup.RestoreTestingSelection`."""

    table = Table(
        "aws:backup/restoreTestingSelection:RestoreTestingSelection",
        "backup",
        inputs=(
            "iamRoleArn",
            "name",
            "protectedResourceArns",
            "protectedResourceType",
            "restoreTestingPlanName",
            "validationWindowHours",
        ),
        force_new=frozenset({"name", "protectedResourceType", "restoreTestingPlanName"}),
    )
    reason = "moto 5.2 has no restore testing"

    def identity(self, inputs: Properties) -> str:
        """Plan and name."""
        return f"{inputs['name']}:{inputs['restoreTestingPlanName']}"


TYPES: tuple[type[Resource], ...] = (
    Plan,
    RestoreTestingPlan,
    RestoreTestingSelection,
    Selection,
    Vault,
    VaultLockConfiguration,
    VaultNotifications,
    VaultPolicy,
)
