"""Topics, queues and streams: encrypted, and read over TLS.

Sources: https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html,
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html and
https://docs.aws.amazon.com/firehose/latest/dev/encryption.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Finding, Policy, Severity
from guardrails.resources.aws_messages import DeliveryStream, Queue, Stream, Subscription, Topic
from guardrails.resources.reading import Unknown
from guardrails.rules._aws import example, on, own_key
from guardrails.rules._checks import is_given, rule
from guardrails.rules._containers import unknown
from guardrails.rules._sources import fsbp

if TYPE_CHECKING:
    from guardrails.model import Context


def _queue(queue: Queue, _context: Context) -> tuple[Finding, ...]:
    if queue.key.value not in (None, ""):
        return ()
    wrong = "messages wait unencrypted"
    return tuple(on(queue.managed, "sqsManagedSseEnabled", "whether messages are encrypted", wrong))


def _stream(stream: DeliveryStream | Stream, _context: Context) -> tuple[Finding, ...]:
    what, wrong = "whether what flows is encrypted", "what flows waits unencrypted, or with AWS's key"
    if isinstance(stream, Stream):
        value = stream.encryption if isinstance(stream.encryption, Unknown) else stream.encryption == "KMS"
        return (*on(value, "encryptionType", what, wrong), *own_key(stream.key, "kmsKeyId", wrong))
    if stream.source is True:
        # It has no buffer of its own: what it reads from is encrypted, or not.
        return ()
    path = "serverSideEncryption"
    return (*on(stream.encrypted, f"{path}.enabled", what, wrong), *own_key(stream.key, f"{path}.keyArn", wrong))


def _told(subscription: Subscription, _context: Context) -> tuple[Finding, ...]:
    if isinstance(subscription.protocol, Unknown):
        return (unknown("protocol", "how somebody is told"),)
    plain = str(subscription.protocol).lower() == "http"
    return (Finding("protocol", "what is told crosses the network in clear"),) if plain else ()


_TOPIC: Final = "aws:sns/topic:Topic"
_QUEUE: Final = "aws:sqs/queue:Queue"
_STREAM: Final = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"
_SUBSCRIPTION: Final = "aws:sns/topicSubscription:TopicSubscription"

POLICIES: Final = (
    Policy(
        id="aws/sns-encryption",
        title="Every topic is encrypted",
        severity=Severity.MEDIUM,
        rationale="Alarms and events name people, documents and weaknesses.",
        resource_types=(Topic,),
        remediation="Set kmsMasterKeyId to a key whose policy lets whoever publishes use it, CloudWatch above all.",
        since="0.3.0",
        rule=rule(is_given("key", "what is told waits unencrypted")),
        controls=(fsbp("SNS.1"),),
        passing=example(_TOPIC, "{kmsMasterKeyId: key}"),
        failing=example(_TOPIC, "{displayName: Alarms}"),
    ),
    Policy(
        id="aws/sns-tls",
        title="Nobody is told anything over plain HTTP",
        severity=Severity.HIGH,
        rationale="A subscription over http:// sends every message, and the token to confirm it, readable.",
        resource_types=(Subscription,),
        remediation="Use the protocol https, or one of AWS's own.",
        since="0.3.0",
        rule=_told,
        passing=example(_SUBSCRIPTION, "{protocol: https, endpoint: 'https://alarms.cartorio.example'}"),
        failing=example(_SUBSCRIPTION, "{protocol: http, endpoint: 'http://alarms.cartorio.example'}"),
    ),
    Policy(
        id="aws/sqs-encryption",
        title="Every queue is encrypted",
        severity=Severity.MEDIUM,
        rationale="Jobs that wait carry what they work on.",
        resource_types=(Queue,),
        remediation="Set kmsMasterKeyId, or sqsManagedSseEnabled where the messages say nothing of people.",
        since="0.3.0",
        rule=_queue,
        controls=(fsbp("SQS.1"),),
        passing=example(_QUEUE, "{sqsManagedSseEnabled: true}"),
        failing=example(_QUEUE, "{sqsManagedSseEnabled: false}"),
    ),
    Policy(
        id="aws/stream-encryption",
        title="Every stream is encrypted with a key of the stack's own",
        severity=Severity.MEDIUM,
        rationale="Audit entries and events wait in a stream until they are written; they say who did what.",
        resource_types=(DeliveryStream, Stream),
        remediation="Set serverSideEncryption with enabled, keyType CUSTOMER_MANAGED_CMK and keyArn, or kmsKeyId.",
        since="0.3.0",
        rule=_stream,
        passing=example(_STREAM, "{serverSideEncryption: {enabled: true, keyType: CUSTOMER_MANAGED_CMK, keyArn: key}}"),
        failing=example(_STREAM, "{destination: extended_s3}"),
    ),
)
