from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.backup.plan import BackupPlan, BackupPlanArgs
from components.providers import Account
from components.sections.backup import Backup
from tests.support.plan import Plan, run

RULES = [
    {"name": "daily", "schedule": "cron(0 5 * * ? *)", "keepDays": 35},
    {"name": "monthly", "schedule": "cron(0 7 1 * ? *)", "keepDays": 365, "coldAfterDays": 30},
]
TEST = {"schedule": "cron(0 9 ? * MON *)", "resourceTypes": ["S3", "EBS"], "keepHours": 2}


def _plan(copy: str | None, **others: Any) -> Plan:  # noqa: ANN401 - JSON
    settings = Backup.model_validate_json(json.dumps({"rules": RULES, **others}))

    def program() -> None:
        known = pulumi.Output.from_input
        account = Account(id=known("123456789012"), partition=known("aws"), region="sa-east-1")
        args = BackupPlanArgs(
            stack="my-stack", settings=settings, vault="vault", vault_arn="arn:vault", copy_vault_arn=copy
        )
        opts = pulumi.ResourceOptions(providers=[aws.Provider("aws", region="sa-east-1")])
        BackupPlan("plan", args, account, opts)

    return run(program)[0]


@pytest.fixture(scope="module")
def plan() -> Plan:
    people = {"protocol": "email", "endpoint": "plantao@cartorio.example"}
    return _plan("arn:copy", restoreTest=TEST, subscriptions=[people])


def test_the_rules_keep_and_copy(plan: Plan) -> None:
    daily, monthly = plan.one("aws:backup/plan:Plan").inputs["rules"]
    assert (daily["ruleName"], daily["targetVaultName"], daily["lifecycle"]) == ("daily", "vault", {"deleteAfter": 35})
    assert monthly["lifecycle"] == {"deleteAfter": 365, "coldStorageAfter": 30}
    assert monthly["copyActions"] == [
        {"destinationVaultArn": "arn:copy", "lifecycle": {"deleteAfter": 365, "coldStorageAfter": 30}}
    ]


def test_what_carries_the_tag_is_backed_up(plan: Plan) -> None:
    selection = plan.one("aws:backup/selection:Selection")
    assert selection.inputs["selectionTags"] == [{"type": "STRINGEQUALS", "key": "backup", "value": "planned"}]
    attached = {item.urn for item in plan.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")}
    assert len(attached) == 4
    assert attached <= set(selection.depends_on)


def test_only_backup_and_only_for_this_account_takes_the_role(plan: Plan) -> None:
    (trust,) = json.loads(plan.one("aws:iam/role:Role").inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "backup.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_the_newest_backups_are_restored_on_a_schedule(plan: Plan) -> None:
    test = plan.one("aws:backup/restoreTestingPlan:RestoreTestingPlan").inputs
    assert (test["name"], test["scheduleExpression"]) == ("cartorio_my_stack", "cron(0 9 ? * MON *)")
    assert test["recoveryPointSelection"]["includeVaults"] == ["arn:vault"]
    selections = plan.of("aws:backup/restoreTestingSelection:RestoreTestingSelection")
    assert {item.inputs["protectedResourceType"] for item in selections} == {"S3", "EBS"}
    assert {item.inputs["validationWindowHours"] for item in selections} == {2}


def test_neither_copies_nor_tests_when_not_asked_for() -> None:
    plan = _plan(None)
    assert all("copyActions" not in rule for rule in plan.one("aws:backup/plan:Plan").inputs["rules"])
    assert plan.of("aws:backup/restoreTestingPlan:RestoreTestingPlan") == []
