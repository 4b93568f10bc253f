from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, drifts, lives

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

TOPIC = "aws:sns/topic:Topic"
POLICY = "aws:sns/topicPolicy:TopicPolicy"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
ARN = "arn:aws:sns:sa-east-1:123456789012:alarms"
NEEDED = (("topic", TOPIC, {"name": "alarms"}),)


def policy(service: str) -> str:
    statement = {
        "Sid": "Publish",
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sns:Publish",
        "Resource": ARN,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _other_display(hands: Hands, topic: Managed) -> None:
    hands("sns").set_topic_attributes(TopicArn=topic.id, AttributeName="DisplayName", AttributeValue="by hand")


def _other_policy(hands: Hands, topic: Managed) -> None:
    hands("sns").set_topic_attributes(
        TopicArn=topic.id, AttributeName="Policy", AttributeValue=policy("cloudwatch.amazonaws.com")
    )


def _raw(hands: Hands, subscription: Managed) -> None:
    hands("sns").set_subscription_attributes(
        SubscriptionArn=subscription.id, AttributeName="RawMessageDelivery", AttributeValue="true"
    )


CASES = (
    Case(
        TOPIC,
        {"name": "alarms", "displayName": "Cartorio", "kmsMasterKeyId": "alias/aws/sns", "tags": {"a": "b"}},
        updates=({"displayName": "Other"}, {"displayName": None}, {"kmsMasterKeyId": None}, {"tags": {"a": "c"}}),
        replaces=({"name": "other"}, {"region": "us-east-1"}),
        spoilt="displayName",
        spoil=_other_display,
    ),
    Case(
        POLICY,
        {"arn": "$topic.arn", "policy": policy("backup.amazonaws.com")},
        needs=NEEDED,
        updates=({"policy": policy("events.amazonaws.com")},),
        replaces=({"arn": f"{ARN}-2"}, {"region": "us-east-1"}),
        spoilt="policy",
        spoil=_other_policy,
        stays=True,
    ),
    Case(
        SUBSCRIPTION,
        {"topic": "$topic.arn", "protocol": "https", "endpoint": "https://alarms.example.org/"},
        needs=NEEDED,
        updates=({"rawMessageDelivery": True}, {"rawMessageDelivery": False}),
        replaces=(
            {"endpoint": "https://example.org/"},
            {"protocol": "http"},
            {"topic": f"{ARN}-2"},
            {"region": "us-east-1"},
        ),
        spoilt="rawMessageDelivery",
        spoil=_raw,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


def test_without_its_policy_a_topic_is_its_owners_again(engine: Engine, by_hand: Hands) -> None:
    topic = engine.create(TOPIC, "t", {"name": "alarms"})
    before = by_hand("sns").get_topic_attributes(TopicArn=topic.id)["Attributes"]["Policy"]
    attached = engine.create(POLICY, "p", {"arn": topic.id, "policy": policy("events.amazonaws.com")})
    engine.delete(attached)
    after = json.loads(by_hand("sns").get_topic_attributes(TopicArn=topic.id)["Attributes"]["Policy"])
    assert after["Statement"][0]["Condition"] == {"StringEquals": {"AWS:SourceOwner": "123456789012"}}
    assert "events.amazonaws.com" not in before
