from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.ec2 import ELSEWHERE

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

QUEUE, POLICY = "aws:sqs/queue:Queue", "aws:sqs/queuePolicy:QueuePolicy"


def _policy(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sqs:SendMessage", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _kept_longer(hands: Hands, queue: Managed) -> None:
    hands("sqs").set_queue_attributes(QueueUrl=queue.id, Attributes={"MessageRetentionPeriod": "1209600"})


def _opened(hands: Hands, policy: Managed) -> None:
    hands("sqs").set_queue_attributes(QueueUrl=policy.id, Attributes={"Policy": _policy("s3.amazonaws.com")})


CASES = (
    Case(
        QUEUE,
        {
            "name": "interruptions",
            "delaySeconds": 1,
            "kmsMasterKeyId": "arn:aws:kms:sa-east-1:1:key/k",
            "messageRetentionSeconds": 300,
            "receiveWaitTimeSeconds": 5,
            "visibilityTimeoutSeconds": 60,
            "tags": {"a": "b"},
        },
        updates=(
            {"delaySeconds": 0},
            {"messageRetentionSeconds": 600},
            {"receiveWaitTimeSeconds": 10},
            {"visibilityTimeoutSeconds": 30},
            {"kmsMasterKeyId": None, "sqsManagedSseEnabled": True},
            {"tags": {"a": "c", "d": "e"}},
        ),
        replaces=({"name": "other"}, ELSEWHERE),
        spoilt="messageRetentionSeconds",
        spoil=_kept_longer,
    ),
    Case(
        POLICY,
        {"queueUrl": "$queue.url", "policy": _policy("events.amazonaws.com")},
        needs=(("queue", QUEUE, {}), ("other", QUEUE, {})),
        updates=({"policy": _policy("sns.amazonaws.com")},),
        replaces=({"queueUrl": "$other.url"}, ELSEWHERE),
        spoilt="policy",
        spoil=_opened,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_drifts(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)
