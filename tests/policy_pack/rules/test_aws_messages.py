from __future__ import annotations

from typing import Any

import pytest

from guardrails.resources.reading import UNKNOWN
from tests.support.cloud import aws, found

FIREHOSE = "kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"


@pytest.mark.parametrize(
    ("rule", "kind", "inputs", "where"),
    [
        ("sns-encryption", "sns/topic:Topic", {"kmsMasterKeyId": UNKNOWN}, []),
        ("sns-encryption", "sns/topic:Topic", {}, ["kmsMasterKeyId"]),
        ("sns-tls", "sns/topicSubscription:TopicSubscription", {"protocol": "https"}, []),
        ("sns-tls", "sns/topicSubscription:TopicSubscription", {"protocol": "http"}, ["protocol"]),
        ("sqs-encryption", "sqs/queue:Queue", {"kmsMasterKeyId": "k"}, []),
        ("sqs-encryption", "sqs/queue:Queue", {"sqsManagedSseEnabled": True}, []),
        ("sqs-encryption", "sqs/queue:Queue", {"sqsManagedSseEnabled": UNKNOWN}, ["sqsManagedSseEnabled?"]),
        ("sqs-encryption", "sqs/queue:Queue", {}, ["sqsManagedSseEnabled"]),
        ("stream-encryption", FIREHOSE, {"serverSideEncryption": {"enabled": True, "keyArn": UNKNOWN}}, []),
        ("stream-encryption", FIREHOSE, {"kinesisSourceConfiguration": {"kinesisStreamArn": "a"}}, []),
        ("stream-encryption", FIREHOSE, {"serverSideEncryption": {"enabled": True}}, ["serverSideEncryption.keyArn"]),
        ("stream-encryption", FIREHOSE, {}, ["serverSideEncryption.enabled", "serverSideEncryption.keyArn"]),
        ("stream-encryption", "kinesis/stream:Stream", {"encryptionType": "KMS", "kmsKeyId": "k"}, []),
        (
            "stream-encryption",
            "kinesis/stream:Stream",
            {"encryptionType": UNKNOWN, "kmsKeyId": "k"},
            ["encryptionType?"],
        ),
        ("stream-encryption", "kinesis/stream:Stream", {}, ["encryptionType", "kmsKeyId"]),
    ],
)
def test_messages_are_encrypted(rule: str, kind: str, inputs: dict[str, Any], where: list[str]) -> None:
    assert found(f"aws/{rule}", aws(kind, **inputs)) == [f"x: {path}" for path in where]


def test_how_somebody_is_told_is_known() -> None:
    subscription = "sns/topicSubscription:TopicSubscription"
    assert found("aws/sns-tls", aws(subscription, protocol=UNKNOWN)) == ["x: protocol?"]
    assert found("aws/sns-tls", aws(subscription, protocol="HTTP")) == ["x: protocol"]
