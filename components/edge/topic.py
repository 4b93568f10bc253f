"""Where the edge's alarms go, and who reads them: one topic in each region that has alarms.

CloudWatch sends to topics of its own region only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_aws as aws

from components.base import Args, Component, Text
from components.policies import Condition, Principal, Statement, document
from components.sections.audit import Subscription

if TYPE_CHECKING:
    import pulumi

    from components.providers import Account


class AlarmTopicArgs(Args):
    """Who is told.

    Attributes:
        key_arn: the key that encrypts what is told; None: it is not encrypted, as it is names and states, no data.
        subscriptions: who is told.
    """

    key_arn: Text | None
    subscriptions: tuple[Subscription, ...]


class AlarmTopic(Component):
    """The topic and its subscriptions.

    Attributes:
        topic_arn: the topic's ARN, known once alarms may publish there.
    """

    TYPE = "cartorio:edge:AlarmTopic"
    topic_arn: pulumi.Output[str]

    def __init__(self, name: str, args: AlarmTopicArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        topic = aws.sns.Topic(
            f"{name}-topic", display_name="Cartorio edge", kms_master_key_id=args.key_arn, opts=self._child()
        )
        told = Statement(
            sid="PublishByAlarms",
            principal=Principal("Service", ("cloudwatch.amazonaws.com",)),
            actions=("sns:Publish",),
            resources=(topic.arn,),
            conditions=(Condition("StringEquals", "aws:SourceAccount", (account.id,)),),
        )
        policy = aws.sns.TopicPolicy(f"{name}-policy", arn=topic.arn, policy=document(told), opts=self._child())
        for number, subscription in enumerate(args.subscriptions, start=1):
            aws.sns.TopicSubscription(
                f"{name}-subscription-{number}",
                topic=topic.arn,
                protocol=subscription.protocol.value,
                endpoint=subscription.endpoint,
                opts=self._child(),
            )
        self.topic_arn = policy.arn
        self.register_outputs({"topicArn": self.topic_arn})
