"""What is backed up when, by which role, and the test that it can be restored.

https://docs.aws.amazon.com/aws-backup/latest/devguide/about-backup-plans.html and
https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.base import Args, Component, Text
from components.labels import BACKED_UP
from components.policies import Condition, Principal, Statement, document
from components.sections.backup import Backup, BackupRule, RestoreTest

if TYPE_CHECKING:
    from components.providers import Account

# https://docs.aws.amazon.com/aws-backup/latest/devguide/security-iam-awsmanpol.html
_MANAGED = {
    "backup": "service-role/AWSBackupServiceRolePolicyForBackup",
    "restore": "service-role/AWSBackupServiceRolePolicyForRestores",
    "s3-backup": "AWSBackupServiceRolePolicyForS3Backup",
    "s3-restore": "AWSBackupServiceRolePolicyForS3Restore",
}


class BackupPlanArgs(Args):
    """What a plan is like.

    Attributes:
        stack: the stack's name.
        settings: rules and restore test.
        vault: name of the vault.
        vault_arn: its ARN.
        copy_vault_arn: ARN of the vault that every backup is copied to; None: nowhere.
    """

    stack: str
    settings: Backup
    vault: Text
    vault_arn: Text
    copy_vault_arn: Text | None = None


class BackupPlan(Component):
    """The plan for everything that carries the tag `labels.BACKED_UP`.

    Attributes:
        plan_id: the plan's id.
        role_arn: ARN of the role that backs up and restores.
    """

    TYPE = "cartorio:backup:BackupPlan"
    plan_id: pulumi.Output[str]
    role_arn: pulumi.Output[str]

    def __init__(self, name: str, args: BackupPlanArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        role, permissions = self._role(name, account)
        plan = aws.backup.Plan(
            f"{name}-plan", rules=[_rule(rule, args) for rule in args.settings.rules], opts=self._child()
        )
        key, value = BACKED_UP
        aws.backup.Selection(
            f"{name}-selection",
            plan_id=plan.id,
            iam_role_arn=role.arn,
            selection_tags=[aws.backup.SelectionSelectionTagArgs(type="STRINGEQUALS", key=key, value=value)],
            opts=self._child(depends_on=permissions),
        )
        if args.settings.restore_test is not None:
            self._restore(name, args, args.settings.restore_test, role, permissions)
        self.plan_id = plan.id
        self.role_arn = role.arn
        self.register_outputs({"planId": self.plan_id, "roleArn": self.role_arn})

    def _role(self, name: str, account: Account) -> tuple[aws.iam.Role, list[pulumi.Resource]]:
        trust = Statement(
            sid="Backup",
            principal=Principal("Service", ("backup.amazonaws.com",)),
            actions=("sts:AssumeRole",),
            resources=(),
            conditions=(Condition("StringEquals", "aws:SourceAccount", (account.id,)),),
        )
        role = aws.iam.Role(
            f"{name}-role",
            description="AWS Backup backs up and restores with it",
            assume_role_policy=document(trust),
            opts=self._child(),
        )
        return role, [
            aws.iam.RolePolicyAttachment(
                f"{name}-role-{purpose}",
                role=role.name,
                policy_arn=pulumi.Output.concat("arn:", account.partition, ":iam::aws:policy/", policy),
                opts=self._child(),
            )
            for purpose, policy in _MANAGED.items()
        ]

    def _restore(
        self,
        name: str,
        args: BackupPlanArgs,
        settings: RestoreTest,
        role: aws.iam.Role,
        permissions: list[pulumi.Resource],
    ) -> None:
        plan = aws.backup.RestoreTestingPlan(
            f"{name}-restore-test",
            name=f"cartorio_{args.stack.replace('-', '_')}",  # letters, digits and underscores only
            schedule_expression=settings.schedule,
            start_window_hours=1,
            recovery_point_selection=aws.backup.RestoreTestingPlanRecoveryPointSelectionArgs(
                algorithm="LATEST_WITHIN_WINDOW",
                include_vaults=[args.vault_arn],
                recovery_point_types=["SNAPSHOT"],
            ),
            opts=self._child(),
        )
        for type_ in settings.resource_types:
            aws.backup.RestoreTestingSelection(
                f"{name}-restore-{type_.lower()}",
                name=type_.lower(),
                restore_testing_plan_name=plan.name,
                protected_resource_type=type_,
                protected_resource_arns=["*"],
                iam_role_arn=role.arn,
                validation_window_hours=settings.keep_hours,
                opts=self._child(depends_on=permissions),
            )


def _rule(rule: BackupRule, args: BackupPlanArgs) -> aws.backup.PlanRuleArgs:
    copies = (
        [
            aws.backup.PlanRuleCopyActionArgs(
                destination_vault_arn=args.copy_vault_arn,
                lifecycle=aws.backup.PlanRuleCopyActionLifecycleArgs(
                    delete_after=rule.keep_days, cold_storage_after=rule.cold_after_days
                ),
            )
        ]
        if args.copy_vault_arn is not None
        else None
    )
    return aws.backup.PlanRuleArgs(
        rule_name=rule.name,
        target_vault_name=args.vault,
        schedule=rule.schedule,
        lifecycle=aws.backup.PlanRuleLifecycleArgs(
            delete_after=rule.keep_days, cold_storage_after=rule.cold_after_days
        ),
        copy_actions=copies,
    )
