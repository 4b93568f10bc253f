"""Where AWS Backup tells how jobs ended, and who reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_aws as aws

from components.base import Args, Component, Text
from components.policies import Condition, Principal, Statement, document
from components.sections.audit import Subscription

if TYPE_CHECKING:
    import pulumi

    from components.providers import Account


class BackupReportsArgs(Args):
    """What is told to whom.

    Attributes:
        key_arn: the key that encrypts what waits to be told; its policy lets AWS Backup use it.
        subscriptions: who is told.
    """

    key_arn: Text
    subscriptions: tuple[Subscription, ...]


class BackupReports(Component):
    """The topic and its subscriptions. What is told is names and states, no data.

    Attributes:
        topic_arn: the topic's ARN.
    """

    TYPE = "cartorio:backup:BackupReports"
    topic_arn: pulumi.Output[str]

    def __init__(self, name: str, args: BackupReportsArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        topic = aws.sns.Topic(
            f"{name}-topic", display_name="Cartorio backups", kms_master_key_id=args.key_arn, opts=self._child()
        )
        told = Statement(
            sid="Backup",
            principal=Principal("Service", ("backup.amazonaws.com",)),
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
        # A vault may name the topic only when it may publish there.
        self.topic_arn = policy.arn
        self.register_outputs({"topicArn": self.topic_arn})
