"""Backups: https://www.pulumi.com/registry/packages/aws/api-docs/backup/."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from guardrails.resources import aws_reading as at

if TYPE_CHECKING:
    from guardrails.resources.reading import Unknown


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BackupVault(at.AwsResource):
    """Where recovery points are kept."""

    label: ClassVar[str] = "aws:backup/vault:Vault"

    name: at.Text = at.text("name")
    key: at.Link = at.link("kmsKeyArn")
    deletes_contents: at.Flag = at.flag("forceDestroy")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class VaultLock(at.AwsResource):
    """How long nobody takes a vault's recovery points away; for good, once the days to change it are over."""

    label: ClassVar[str] = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"

    vault: at.Link = at.link("backupVaultName")
    changeable_days: at.Number = at.number("changeableForDays")
    min_days: at.Number = at.number("minRetentionDays")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class VaultPolicy(at.AwsResource):
    """Who may do what with a vault."""

    label: ClassVar[str] = "aws:backup/vaultPolicy:VaultPolicy"

    policy: at.Policy = at.policy("policy")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Copy(at.Block):
    """A copy of a recovery point."""

    vault: at.Link = at.link("destinationVaultArn")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BackupRule(at.Block):
    """When a plan backs up, and for how long it keeps that."""

    name: at.Text = at.text("ruleName")
    keep_days: at.Number = at.number("lifecycle.deleteAfter")
    copies: tuple[Copy, ...] | Unknown = at.blocks("copyActions", Copy)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BackupPlan(at.AwsResource):
    """When and where to."""

    label: ClassVar[str] = "aws:backup/plan:Plan"

    rules: tuple[BackupRule, ...] | Unknown = at.blocks("rules", BackupRule)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SelectionTag(at.Block):
    """A tag by which resources are chosen."""

    key: at.Text = at.text("key")
    value: at.Text = at.text("value")
    kind: at.Text = at.text("type")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BackupSelection(at.AwsResource):
    """What a plan backs up."""

    label: ClassVar[str] = "aws:backup/selection:Selection"

    resources: at.Texts = at.texts("resources")
    left_out: at.Texts = at.texts("notResources")
    conditional: at.Flag = at.present("conditions")
    tags: tuple[SelectionTag, ...] | Unknown = at.blocks("selectionTags", SelectionTag)


KINDS: Final = at.kinds(
    BackupVault,
    VaultLock,
    VaultPolicy,
    BackupPlan,
    BackupSelection,
)
"""What each type is read as."""
