"""Where AWS Backup tells how jobs ended, and who reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.base import Args, Component, Text
from components.sections.audit import Subscription
from components.topic import Teller, topic

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
        topic_arn: the topic's ARN, known once AWS Backup may publish there: a vault names it only then.
    """

    TYPE = "cartorio:backup:BackupReports"
    topic_arn: pulumi.Output[str]

    def __init__(self, name: str, args: BackupReportsArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self.topic_arn = topic(
            name,
            title="Cartorio backups",
            teller=Teller("Backup", "backup.amazonaws.com"),
            key_arn=args.key_arn,
            subscriptions=args.subscriptions,
            account=account,
            opts=self._child(),
        )
        self.register_outputs({"topicArn": self.topic_arn})
