"""Topics, queues and streams: https://www.pulumi.com/registry/packages/aws/api-docs/ of sns, sqs and kinesis."""

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


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DeliveryStream(at.AwsResource):
    """A stream of Firehose: how it is encrypted on the way, and where it ends."""

    label: ClassVar[str] = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"

    source: at.Flag = at.present("kinesisSourceConfiguration")
    encrypted: at.Flag = at.flag("serverSideEncryption.enabled")
    key: at.Link = at.link("serverSideEncryption.keyArn")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Stream(at.AwsResource):
    """A stream of Kinesis."""

    label: ClassVar[str] = "aws:kinesis/stream:Stream"

    encryption: at.Text = at.text("encryptionType")
    key: at.Link = at.link("kmsKeyId")


KINDS: Final[dict[str, type[at.AwsResource]]] = {
    "aws:sns/topic:Topic": Topic,
    "aws:sns/topicPolicy:TopicPolicy": TopicPolicy,
    "aws:sns/topicSubscription:TopicSubscription": Subscription,
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": DeliveryStream,
    "aws:kinesis/stream:Stream": Stream,
    "aws:sqs/queue:Queue": Queue,
    "aws:sqs/queuePolicy:QueuePolicy": QueuePolicy,
}
"""What each type is."""
