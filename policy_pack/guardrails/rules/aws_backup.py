"""Backups: encrypted, locked against whoever would delete them, kept for a while, copied away.

Source: https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Enforcement, Example, Finding, Levels, OnUnknown, Policy, Severity
from guardrails.resources.aws_backup import BackupPlan, BackupVault, VaultLock
from guardrails.resources.base import Stack
from guardrails.resources.reading import Unknown
from guardrails.rules._aws import each_with, example, of, resource
from guardrails.rules._checks import has_own_key, rule
from guardrails.rules._containers import unknown
from guardrails.rules._sources import fsbp

if TYPE_CHECKING:
    from guardrails.model import Context

_PRODUCTION: Final = Levels(Enforcement.DISABLED, Enforcement.DISABLED, Enforcement.MANDATORY)


def _locked(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for vault, mine in each_with(stack, BackupVault, VaultLock, "vault", "name"):
        if not mine:
            found += of(vault, [Finding("", "whoever may delete backups deletes these, too: the vault is not locked")])
        for lock in mine:
            if isinstance(lock.min_days, Unknown):
                found += of(lock, [unknown("minRetentionDays", "how long backups are kept")])
            elif not lock.min_days:
                found += of(lock, [Finding("minRetentionDays", "the lock keeps backups for no time at all")])
            if lock.changeable_days is None:
                found += of(
                    lock, [Finding("changeableForDays", "whoever may change the lock takes it away at any time")]
                )
    return tuple(found)


def _kept(plan: BackupPlan, _context: Context) -> tuple[Finding, ...]:
    if isinstance(plan.rules, Unknown):
        return (unknown("rules", "what the plan does"),)
    found = [
        Finding(
            f"{rule.path}.lifecycle.deleteAfter", f"rule {rule.name} keeps backups for ever: nobody decided how long"
        )
        for rule in plan.rules
        if rule.keep_days is None
    ]
    return tuple(found) if plan.rules else (Finding("rules", "the plan backs up nothing"),)


def _copied(plan: BackupPlan, _context: Context) -> tuple[Finding, ...]:
    if isinstance(plan.rules, Unknown):
        return (unknown("rules", "what the plan does"),)
    return tuple(
        Finding(f"{rule.path}.copyActions", f"what rule {rule.name} backs up is lost with its region")
        for rule in plan.rules
        if rule.copies == ()
    )


_VAULT: Final = resource("aws:backup/vault:Vault", "{name: all, kmsKeyArn: key}", "vault", protect=True)
_LOCK: Final = resource(
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
    "{backupVaultName: all, minRetentionDays: 30, changeableForDays: 7}",
    "lock",
)
_PLAN: Final = "aws:backup/plan:Plan"
_COPIES: Final = "copyActions: [{destinationVaultArn: copy}]"

POLICIES: Final = (
    Policy(
        id="aws/backup-encryption",
        title="A vault encrypts backups with a key of the stack's own",
        severity=Severity.HIGH,
        rationale="A backup is a copy of everything: its key decides who reads it, wherever it is restored.",
        resource_types=(BackupVault,),
        remediation="Set kmsKeyArn to the key of backups.",
        since="0.3.0",
        rule=rule(has_own_key("key", "backups are encrypted with AWS's key, not the stack's")),
        controls=(fsbp("Backup.1"),),
        passing=Example(_VAULT),
        failing=example("aws:backup/vault:Vault", "{name: all}"),
    ),
    Policy(
        id="aws/backup-lock",
        title="A vault is locked for good",
        severity=Severity.HIGH,
        rationale="Whoever takes a system hostage deletes its backups first. A locked vault refuses even its owner.",
        resource_types=(Stack,),
        remediation=(
            "Declare a VaultLockConfiguration for it, with minRetentionDays, and changeableForDays (3 or more): the "
            "days after which the lock is final."
        ),
        since="0.3.0",
        rule=_locked,
        on_unknown=OnUnknown.WAIT,
        enforcement=_PRODUCTION,
        passing=Example(_VAULT + _LOCK),
        failing=Example(_VAULT),
    ),
    Policy(
        id="aws/backup-retention",
        title="A plan says how long it keeps what it backs up",
        severity=Severity.MEDIUM,
        rationale="Without a number, personal data that was erased lives on in backups for ever.",
        resource_types=(BackupPlan,),
        remediation="Set lifecycle.deleteAfter in each rule.",
        since="0.3.0",
        rule=_kept,
        passing=example(_PLAN, f"{{rules: [{{ruleName: daily, lifecycle: {{deleteAfter: 35}}, {_COPIES}}}]}}"),
        failing=example(_PLAN, f"{{rules: [{{ruleName: daily, {_COPIES}}}]}}"),
    ),
    Policy(
        id="aws/backup-copies",
        title="What is backed up is copied to another vault",
        severity=Severity.MEDIUM,
        rationale="A vault in the same region, with the same administrators, is lost in the same incident.",
        resource_types=(BackupPlan,),
        remediation="Add copyActions with a vault of another region or account to each rule.",
        since="0.3.0",
        rule=_copied,
        enforcement=_PRODUCTION,
        passing=example(_PLAN, f"{{rules: [{{ruleName: daily, lifecycle: {{deleteAfter: 35}}, {_COPIES}}}]}}"),
        failing=example(_PLAN, "{rules: [{ruleName: daily, lifecycle: {deleteAfter: 35}}]}"),
    ),
)
