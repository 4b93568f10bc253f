from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from components.providers import Account
from components.site import Site
from components.wiring.audit import AuditOutputs, build
from tests.support.plan import ACCOUNT, Plan, run
from tests.support.stackfiles import put

if TYPE_CHECKING:
    from tests.support.stackfiles import Project

TRAIL = "aws:cloudtrail/trail:Trail"
DETECTOR = "aws:guardduty/detector:Detector"


def _plan(project: Project) -> tuple[Plan, AuditOutputs]:
    settings = project.settings()

    def program() -> AuditOutputs:
        account = Account(pulumi.Output.from_input(ACCOUNT), pulumi.Output.from_input("aws"), "sa-east-1")
        provider = aws.Provider("aws", region="sa-east-1")
        site = Site(settings=settings, account=account, aws=provider, random=random.Provider("random"))
        return build(site, "arn:group-key", "arn:trail-key", ("arn:aws:s3:::evidence",))

    return run(program)


def test_without_a_trail_there_is_the_log_group_alone(project: Project) -> None:
    plan, outputs = _plan(project)
    assert plan.one("aws:cloudwatch/logGroup:LogGroup").inputs["kmsKeyId"] == "arn:group-key"
    assert plan.of(TRAIL) == plan.of(DETECTOR) == []
    assert (outputs.bucket, outputs.alarms_topic) == (None, None)


def test_the_trail_writes_into_the_group_in_which_alarms_look(project: Project) -> None:
    put(project.config, "cartorio:audit/trail", {"lockMode": "GOVERNANCE", "lockDays": 1})
    plan, _ = _plan(project)
    trail = plan.one(TRAIL).inputs
    group = "audit-log-1234567"
    assert trail["cloudWatchLogsGroupArn"].endswith(f":log-group:{group}:*")
    assert trail["kmsKeyId"] == plan.one("aws:sns/topic:Topic").inputs["kmsMasterKeyId"] == "arn:trail-key"
    assert "arn:aws:s3:::evidence/" in str(trail["advancedEventSelectors"])
    filters = plan.of("aws:cloudwatch/logMetricFilter:LogMetricFilter")
    assert {found.inputs["logGroupName"] for found in filters} == {group}


def test_intruders_are_looked_for_with_or_without_a_trail(project: Project) -> None:
    put(project.config, "cartorio:audit/detection", {})
    plan, _ = _plan(project)
    assert plan.one(DETECTOR).inputs["enable"] is True
    assert plan.of(TRAIL) == []
