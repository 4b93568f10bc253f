"""Who is told at once of what should not happen unseen: metrics count it in logs, alarms send it to a topic.

What GuardDuty finds goes there too:
https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pulumi_aws as aws

from components.audit.events import Watched
from components.base import Args, Component, Text
from components.policies import Condition, Principal, Statement, document
from components.sections.audit import Subscription

if TYPE_CHECKING:
    import pulumi

    from components.providers import Account

_NAMESPACE: Final = "Cartorio/Audit"
_PERIOD_SECONDS = 300


class WatchedLog(Args):
    """A log group and what is looked for in it.

    Attributes:
        log_group: its name.
        events: what is looked for.
    """

    log_group: Text
    events: tuple[Watched, ...]


class SecurityAlarmsArgs(Args):
    """What is watched and who is told.

    Attributes:
        logs: where what is looked for.
        key_arn: the key that encrypts the topic.
        subscriptions: who is told.
        severity: the least of GuardDuty's findings that are told; None: none is.
    """

    logs: tuple[WatchedLog, ...]
    key_arn: Text
    subscriptions: tuple[Subscription, ...] = ()
    severity: int | None = None


class SecurityAlarms(Component):
    """The topic, who is subscribed to it, and an alarm for everything that is watched.

    Attributes:
        topic_arn: where else security findings may be sent.
    """

    TYPE = "cartorio:audit:SecurityAlarms"
    topic_arn: pulumi.Output[str]

    def __init__(self, name: str, args: SecurityAlarmsArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self.topic_arn = self._topic(name, args, account)
        for log in args.logs:
            for watched in log.events:
                self._alarm(name, watched, log.log_group)
        self.register_outputs({"topicArn": self.topic_arn})

    def _topic(self, name: str, args: SecurityAlarmsArgs, account: Account) -> pulumi.Output[str]:
        topic = aws.sns.Topic(f"{name}-topic", kms_master_key_id=args.key_arn, opts=self._child())
        found = self._found(name, args.severity) if args.severity is not None else None
        tellers = [("PublishByAlarms", "cloudwatch", Condition("StringEquals", "aws:SourceAccount", (account.id,)))]
        if found is not None:
            tellers.append(("PublishFindings", "events", Condition("ArnEquals", "aws:SourceArn", (found.arn,))))
        policy = aws.sns.TopicPolicy(
            f"{name}-topic-policy",
            arn=topic.arn,
            policy=document(
                *(
                    Statement(
                        sid=sid,
                        principal=Principal("Service", (f"{service}.amazonaws.com",)),
                        actions=("sns:Publish",),
                        resources=(topic.arn,),
                        conditions=(condition,),
                    )
                    for sid, service, condition in tellers
                )
            ),
            opts=self._child(),
        )
        if found is not None:
            aws.cloudwatch.EventTarget(
                f"{name}-findings-target", rule=found.name, arn=topic.arn, opts=self._child(depends_on=[policy])
            )
        for index, subscription in enumerate(args.subscriptions):
            aws.sns.TopicSubscription(
                f"{name}-subscription-{index}",
                topic=topic.arn,
                protocol=subscription.protocol.value,
                endpoint=subscription.endpoint,
                opts=self._child(),
            )
        return topic.arn

    def _found(self, name: str, severity: int) -> aws.cloudwatch.EventRule:
        pattern = {
            "source": ["aws.guardduty"],
            "detail-type": ["GuardDuty Finding"],
            "detail": {"severity": [{"numeric": [">=", severity]}]},
        }
        return aws.cloudwatch.EventRule(
            f"{name}-findings",
            description=f"GuardDuty found something of severity {severity} or more",
            event_pattern=json.dumps(pattern),
            opts=self._child(),
        )

    def _alarm(self, name: str, watched: Watched, log_group: Text) -> None:
        counted = aws.cloudwatch.LogMetricFilter(
            f"{name}-{watched.name}",
            log_group_name=log_group,
            pattern=watched.pattern,
            metric_transformation=aws.cloudwatch.LogMetricFilterMetricTransformationArgs(
                name=watched.name, namespace=_NAMESPACE, value="1"
            ),
            opts=self._child(),
        )
        aws.cloudwatch.MetricAlarm(
            f"{name}-{watched.name}-alarm",
            alarm_description=watched.what,
            namespace=_NAMESPACE,
            metric_name=watched.name,
            statistic="Sum",
            period=_PERIOD_SECONDS,
            evaluation_periods=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=watched.threshold,
            # Without an event there is no value.
            treat_missing_data="notBreaching",
            alarm_actions=[self.topic_arn],
            opts=self._child(depends_on=[counted]),
        )
