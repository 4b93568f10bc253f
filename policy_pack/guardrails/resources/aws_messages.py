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


KINDS: Final = at.kinds(
    Topic,
    TopicPolicy,
    Subscription,
    DeliveryStream,
    Stream,
    Queue,
    QueuePolicy,
)
"""What each type is read as."""
