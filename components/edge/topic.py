"""Where the edge's alarms go, and who reads them: one topic in each region that has alarms.

CloudWatch sends to topics of its own region only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.base import Args, Component, Text
from components.sections.audit import Subscription
from components.topic import Teller, topic

if TYPE_CHECKING:
    import pulumi

    from components.providers import Account


class AlarmTopicArgs(Args):
    """Who is told.

    Attributes:
        key_arn: the key that encrypts what is told, of the topic's region.
        subscriptions: who is told.
    """

    key_arn: Text
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
        self.topic_arn = topic(
            name,
            title="Cartorio edge",
            teller=Teller("PublishByAlarms", "cloudwatch.amazonaws.com"),
            key_arn=args.key_arn,
            subscriptions=args.subscriptions,
            account=account,
            opts=self._child(),
        )
        self.register_outputs({"topicArn": self.topic_arn})
