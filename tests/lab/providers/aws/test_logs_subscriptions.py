from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.provider_engine import RefusedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

GROUP = "aws:cloudwatch/logGroup:LogGroup"
STREAM = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"
FILTER = "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter"
ROLE = "arn:aws:iam::123456789012:role/sender"
DESTINATION = {"roleArn": "arn:aws:iam::123456789012:role/shipper", "bucketArn": "arn:aws:s3:::record"}
SUBSCRIBED = {
    "name": "audit",
    "logGroup": "$group.name",
    "filterPattern": '{ $.apiVersion = "audit.k8s.io/v1" }',
    "destinationArn": "$stream.arn",
    "roleArn": ROLE,
}
NEEDS = (
    ("group", GROUP, {"name": "/aws/eks/cartorio/cluster"}),
    ("stream", STREAM, {"name": "audit", "destination": "extended_s3", "extendedS3Configuration": DESTINATION}),
    ("other", STREAM, {"name": "other", "destination": "extended_s3", "extendedS3Configuration": DESTINATION}),
)


def _everything(hands: Hands, found: Managed) -> None:
    names = {"logGroupName": "/aws/eks/cartorio/cluster", "filterName": found.id}
    hands("logs").put_subscription_filter(
        **names, filterPattern="nothing", destinationArn=found.outputs["destinationArn"], roleArn=ROLE
    )


SUBSCRIPTION = Case(
    FILTER,
    SUBSCRIBED,
    needs=NEEDS,
    updates=(
        {"filterPattern": '{ $.kind = "Event" }'},
        {"roleArn": f"{ROLE}-2"},
        {"destinationArn": "$other.arn"},
    ),
    replaces=({"name": "other"}, {"logGroup": "elsewhere"}, {"region": "us-east-1"}),
    spoilt="filterPattern",
    spoil=_everything,
    import_id=lambda found: f"/aws/eks/cartorio/cluster|{found.id}",
)
CASES = (SUBSCRIPTION,)


def test_lives(engine: Engine) -> None:
    lives(engine, SUBSCRIPTION)


def test_shows_drift(engine: Engine, by_hand: Hands) -> None:
    drifts(engine, by_hand, SUBSCRIPTION)


def test_a_stream_that_is_not_there_is_refused(engine: Engine) -> None:
    engine.create(GROUP, "g", {"name": "/aws/eks/cartorio/cluster"})
    inputs = {**SUBSCRIBED, "logGroup": "/aws/eks/cartorio/cluster"}
    nowhere = "arn:aws:firehose:sa-east-1:123456789012:deliverystream/none"
    with pytest.raises(RefusedError, match="logs:PutSubscriptionFilter"):
        engine.create(FILTER, "f", {**inputs, "destinationArn": nowhere})
