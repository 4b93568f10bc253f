"""What somebody is told of at once: a metric counts it in the trail's log group, an alarm sends it to the topic.

The patterns are those of the CIS AWS Foundations Benchmark:
https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi_aws as aws

from components.base import Args, Component, Text
from components.policies import Condition, Principal, Statement, document
from components.sections.audit import Subscription

if TYPE_CHECKING:
    import pulumi

    from components.providers import Account

_NAMESPACE: Final = "Cartorio/Audit"
_PERIOD_SECONDS = 300


@dataclass(frozen=True)
class Watched:
    """One kind of event.

    Attributes:
        name: of the alarm.
        what: what has happened, for the person who reads it.
        pattern: which entries of the trail it is.
        threshold: how many within five minutes are an alarm.
    """

    name: str
    what: str
    pattern: str
    threshold: int = 1


def _events(source: str, *names: str) -> str:
    any_name = " || ".join(f"($.eventName = {name})" for name in names)
    return f"{{ ($.eventSource = {source}.amazonaws.com) && ({any_name}) }}"


WATCHED: tuple[Watched, ...] = (
    Watched(
        "root-use",
        "The root account was used",
        '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }',
    ),
    Watched(
        "key-loss",
        "A KMS key was disabled or is going to be deleted",
        _events("kms", "DisableKey", "ScheduleKeyDeletion"),
    ),
    Watched(
        "policy-change",
        "An IAM policy was changed, attached or detached",
        _events(
            "iam",
            "AttachGroupPolicy",
            "AttachRolePolicy",
            "AttachUserPolicy",
            "CreatePolicy",
            "CreatePolicyVersion",
            "DeleteGroupPolicy",
            "DeletePolicy",
            "DeletePolicyVersion",
            "DeleteRolePolicy",
            "DeleteUserPolicy",
            "DetachGroupPolicy",
            "DetachRolePolicy",
            "DetachUserPolicy",
            "PutGroupPolicy",
            "PutRolePolicy",
            "PutUserPolicy",
        ),
    ),
    Watched(
        "trail-change",
        "CloudTrail was changed or stopped",
        _events("cloudtrail", "CreateTrail", "DeleteTrail", "StartLogging", "StopLogging", "UpdateTrail"),
    ),
    Watched(
        "login-without-mfa",
        "Somebody signed in to the console with a password alone",
        '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes")'
        ' && ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }',
    ),
    Watched(
        "unauthorised-calls",
        "Calls are being refused, more than a slip of the hand",
        '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
        threshold=10,
    ),
)


class SecurityAlarmsArgs(Args):
    """What is watched and who is told.

    Attributes:
        log_group: where the trail's entries are.
        key_arn: the key that encrypts the topic.
        subscriptions: who is told.
    """

    log_group: Text
    key_arn: Text
    subscriptions: tuple[Subscription, ...] = ()


class SecurityAlarms(Component):
    """The topic, who is subscribed to it, and an alarm for everything in `WATCHED`.

    Attributes:
        topic_arn: where else security findings may be sent.
    """

    TYPE = "cartorio:audit:SecurityAlarms"
    topic_arn: pulumi.Output[str]

    def __init__(self, name: str, args: SecurityAlarmsArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._account = account
        self.topic_arn = self._topic(name, args)
        for watched in WATCHED:
            self._alarm(name, watched, args)
        self.register_outputs({"topicArn": self.topic_arn})

    def _topic(self, name: str, args: SecurityAlarmsArgs) -> pulumi.Output[str]:
        topic = aws.sns.Topic(f"{name}-topic", kms_master_key_id=args.key_arn, opts=self._child())
        aws.sns.TopicPolicy(
            f"{name}-topic-policy",
            arn=topic.arn,
            policy=document(
                Statement(
                    sid="PublishByAlarms",
                    principal=Principal("Service", ("cloudwatch.amazonaws.com",)),
                    actions=("sns:Publish",),
                    resources=(topic.arn,),
                    conditions=(Condition("StringEquals", "aws:SourceAccount", (self._account.id,)),),
                )
            ),
            opts=self._child(),
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

    def _alarm(self, name: str, watched: Watched, args: SecurityAlarmsArgs) -> None:
        counted = aws.cloudwatch.LogMetricFilter(
            f"{name}-{watched.name}",
            log_group_name=args.log_group,
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
