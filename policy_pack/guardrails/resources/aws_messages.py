"""Topics and queues: https://www.pulumi.com/registry/packages/aws/api-docs/ of sns and sqs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from guardrails.resources import aws_reading as at


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Topic(at.AwsResource):
    """A topic."""

    label: ClassVar[str] = "aws:sns/topic:Topic"

    key: at.Link = at.link("kmsMasterKeyId")
    policy: at.Policy = at.policy("policy")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TopicPolicy(at.AwsResource):
    """Who may do what with a topic."""

    label: ClassVar[str] = "aws:sns/topicPolicy:TopicPolicy"

    topic: at.Link = at.link("arn")
    policy: at.Policy = at.policy("policy")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Subscription(at.AwsResource):
    """Who is told what a topic is told."""

    label: ClassVar[str] = "aws:sns/topicSubscription:TopicSubscription"

    protocol: at.Text = at.text("protocol")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Queue(at.AwsResource):
    """A queue."""

    label: ClassVar[str] = "aws:sqs/queue:Queue"

    managed: at.Flag = at.flag("sqsManagedSseEnabled")
    key: at.Link = at.link("kmsMasterKeyId")
    policy: at.Policy = at.policy("policy")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class QueuePolicy(at.AwsResource):
    """Who may do what with a queue."""

    label: ClassVar[str] = "aws:sqs/queuePolicy:QueuePolicy"

    policy: at.Policy = at.policy("policy")


KINDS: Final[dict[str, type[at.AwsResource]]] = {
    "aws:sns/topic:Topic": Topic,
    "aws:sns/topicPolicy:TopicPolicy": TopicPolicy,
    "aws:sns/topicSubscription:TopicSubscription": Subscription,
    "aws:sqs/queue:Queue": Queue,
    "aws:sqs/queuePolicy:QueuePolicy": QueuePolicy,
}
"""What each type is."""
