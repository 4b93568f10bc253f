from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

from components.audit.alarms import SecurityAlarms, SecurityAlarmsArgs, WatchedLog
from components.audit.events import Watched
from components.providers import Account
from components.sections.audit import Subscription
from tests.support.cluster import waits_for
from tests.support.plan import ACCOUNT, Plan, policy_of, run

TOPIC = f"arn:aws:sns:sa-east-1:{ACCOUNT}:alarms-topic"
HERE = Watched("here", "What is looked for here", "{ $.here = 1 }", threshold=7)
THERE = Watched("there", "What is looked for there", "{ $.there = 1 }")


def _plan(*subscriptions: Subscription, severity: int | None = None) -> Plan:
    def program() -> None:
        SecurityAlarms(
            "alarms",
            SecurityAlarmsArgs(
                logs=(
                    WatchedLog(log_group="trail", events=(HERE,)),
                    WatchedLog(log_group="cluster", events=(THERE,)),
                ),
                key_arn="arn:key",
                subscriptions=subscriptions,
                severity=severity,
            ),
            Account(pulumi.Output.from_input(ACCOUNT), pulumi.Output.from_input("aws"), "sa-east-1"),
            pulumi.ResourceOptions(providers=[aws.Provider("aws", region="sa-east-1")]),
        )

    return run(program)[0]


def test_everything_watched_is_counted_in_its_log_and_sent_to_the_topic() -> None:
    plan = _plan()
    filters = {found.name: found for found in plan.of("aws:cloudwatch/logMetricFilter:LogMetricFilter")}
    alarms = {found.name: found for found in plan.of("aws:cloudwatch/metricAlarm:MetricAlarm")}
    assert len(filters) == len(alarms) == 2
    for log, watched in (("trail", HERE), ("cluster", THERE)):
        counted, alarm = filters[f"alarms-{watched.name}"], alarms[f"alarms-{watched.name}-alarm"]
        assert (counted.inputs["logGroupName"], counted.inputs["pattern"]) == (log, watched.pattern)
        metric = counted.inputs["metricTransformation"]
        assert (metric["namespace"], metric["name"]) == (alarm.inputs["namespace"], alarm.inputs["metricName"])
        assert alarm.inputs["alarmActions"] == [TOPIC]
        assert alarm.inputs["threshold"] == watched.threshold
        assert alarm.inputs["treatMissingData"] == "notBreaching"


def test_the_topic_is_encrypted_and_only_alarms_of_the_account_publish() -> None:
    plan = _plan()
    assert plan.one("aws:sns/topic:Topic").inputs["kmsMasterKeyId"] == "arn:key"
    assert policy_of(plan.one("aws:sns/topicPolicy:TopicPolicy")) == {
        "PublishByAlarms": {
            "Sid": "PublishByAlarms",
            "Effect": "Allow",
            "Action": "sns:Publish",
            "Resource": TOPIC,
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        }
    }


def test_whoever_is_named_is_told() -> None:
    kind = "aws:sns/topicSubscription:TopicSubscription"
    assert _plan().of(kind) == []
    people = Subscription.model_validate_json('{"protocol": "email", "endpoint": "seguranca@cartorio.example"}')
    assert _plan(people).one(kind).inputs == {
        "topic": TOPIC,
        "protocol": "email",
        "endpoint": "seguranca@cartorio.example",
    }


def test_what_guardduty_finds_is_told_and_no_other_rule_publishes() -> None:
    plan = _plan(severity=7)
    rule = plan.one("aws:cloudwatch/eventRule:EventRule")
    assert json.loads(rule.inputs["eventPattern"]) == {
        "source": ["aws.guardduty"],
        "detail-type": ["GuardDuty Finding"],
        "detail": {"severity": [{"numeric": [">=", 7]}]},
    }
    target = plan.one("aws:cloudwatch/eventTarget:EventTarget")
    assert target.inputs["arn"] == TOPIC
    # Before it may publish, what it tells is lost.
    assert "alarms-topic-policy" in waits_for(plan, target)
    statement = policy_of(plan.one("aws:sns/topicPolicy:TopicPolicy"))["PublishFindings"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert ":rule/alarms-findings-" in statement["Condition"]["ArnEquals"]["aws:SourceArn"]


def test_without_guardduty_there_is_no_rule() -> None:
    assert _plan().of("aws:cloudwatch/eventRule:EventRule") == []
