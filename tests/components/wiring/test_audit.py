from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from components.providers import Account
from components.site import Site
from components.wiring.audit import AuditOutputs, build
from tests.support.cluster import good
from tests.support.plan import ACCOUNT, Plan, run
from tests.support.stackfiles import put

if TYPE_CHECKING:
    from tests.support.stackfiles import Project

TRAIL = "aws:cloudtrail/trail:Trail"
DETECTOR = "aws:guardduty/detector:Detector"


def _plan(project: Project, cluster_log: str | None = None) -> tuple[Plan, AuditOutputs]:
    settings = project.settings()

    def program() -> AuditOutputs:
        account = Account(pulumi.Output.from_input(ACCOUNT), pulumi.Output.from_input("aws"), "sa-east-1")
        provider = aws.Provider("aws", region="sa-east-1")
        site = Site(settings=settings, account=account, aws=provider, random=random.Provider("random"))
        return build(site, "arn:group-key", "arn:trail-key", ("arn:aws:s3:::evidence",), cluster_log)

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


def test_calls_of_the_cluster_are_shipped_and_watched_where_its_log_is(project: Project) -> None:
    put(project.config, "cartorio:cluster/eks", good())
    put(project.config, "cartorio:audit/trail", {"lockMode": "GOVERNANCE", "lockDays": 1})
    put(project.config, "cartorio:audit/kubernetes", {"refusals": 9})
    subject = "repo:cartorio-digital/infraestrutura:environment:local"
    put(
        project.config,
        "cartorio:supply/github",
        {"roles": [{"name": "deploy", "access": "deploy", "subject": subject}]},
    )
    plan, _ = _plan(project, "/aws/eks/cartorio-local/cluster")
    stream = plan.one("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream").inputs["extendedS3Configuration"]
    assert stream["bucketArn"].startswith("arn:aws:s3:::account-trail-record-")
    assert stream["kmsKeyArn"] == "arn:trail-key"
    assert len(plan.of("aws:sns/topic:Topic")) == 1
    looked = {
        found.name: found.inputs["pattern"]
        for found in plan.of("aws:cloudwatch/logMetricFilter:LogMetricFilter")
        if found.inputs["logGroupName"] == "/aws/eks/cartorio-local/cluster"
    }
    assert len(looked) == 5
    assert "*:assumed-role/cartorio-local-deploy/*" in looked["security-kubernetes-secrets"]
    alarm = plan.one("aws:cloudwatch/metricAlarm:MetricAlarm", "security-kubernetes-refusals-alarm")
    assert alarm.inputs["threshold"] == 9


def test_without_the_section_the_clusters_log_is_left_alone(project: Project) -> None:
    put(project.config, "cartorio:audit/trail", {"lockMode": "GOVERNANCE", "lockDays": 1})
    plan, _ = _plan(project, "/aws/eks/cartorio-local/cluster")
    assert plan.of("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream") == []
    assert not [one for one in plan.of("aws:cloudwatch/metricAlarm:MetricAlarm") if "kubernetes" in one.name]


def test_intruders_are_looked_for_with_or_without_a_trail(project: Project) -> None:
    put(project.config, "cartorio:audit/detection", {})
    plan, _ = _plan(project)
    assert plan.one(DETECTOR).inputs["enable"] is True
    assert plan.of(TRAIL) == []


def test_what_they_find_is_told_to_whom_alarms_are(project: Project) -> None:
    put(project.config, "cartorio:audit/detection", {"alarmSeverity": 7})
    put(project.config, "cartorio:audit/trail", {"lockMode": "GOVERNANCE", "lockDays": 1})
    plan, outputs = _plan(project)
    assert '[">=", 7]' in plan.one("aws:cloudwatch/eventRule:EventRule").inputs["eventPattern"]
    assert plan.one("aws:cloudwatch/eventTarget:EventTarget").inputs["arn"].endswith(":security-topic")
    assert outputs.alarms_topic is not None
