from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, lives
from tests.support.provider_engine import RefusedError

if TYPE_CHECKING:
    from tests.support.provider_engine import Engine

ZONE = "aws:route53/zone:Zone"
GROUP = "aws:cloudwatch/logGroup:LogGroup"
QUERIES = "aws:route53/queryLog:QueryLog"
KEY = "aws:route53/keySigningKey:KeySigningKey"
ORDER = "aws:route53/hostedZoneDnsSec:HostedZoneDnsSec"
KMS_ARN = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
QUERY_LOG = Case(
    QUERIES,
    {"zoneId": "$zone.zoneId", "cloudwatchLogGroupArn": "$group.arn"},
    needs=(
        ("zone", ZONE, {"name": "cartorio.example"}),
        # Route 53 writes in that region only.
        ("group", GROUP, {"name": "/aws/route53/cartorio.example", "region": "us-east-1"}),
    ),
    replaces=({"zoneId": "Z1"}, {"cloudwatchLogGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:other"}),
)
CASES = (QUERY_LOG,)


def test_lives(engine: Engine) -> None:
    lives(engine, QUERY_LOG)


def test_a_log_elsewhere_is_refused(engine: Engine) -> None:
    zone = engine.create(ZONE, "z", {"name": "cartorio.example"})
    group = engine.create(GROUP, "g", {"name": "/aws/route53/cartorio.example"})
    with pytest.raises(RefusedError, match="route53:CreateQueryLoggingConfig"):
        engine.create(QUERIES, "q", {"zoneId": zone.outputs["zoneId"], "cloudwatchLogGroupArn": group.outputs["arn"]})


def test_signing_is_recorded_and_says_that_it_is(engine: Engine) -> None:
    key = engine.create(KEY, "k", {"hostedZoneId": "Z1", "keyManagementServiceArn": KMS_ARN, "name": "cartorio"})
    assert (key.id, key.outputs["status"]) == ("Z1,cartorio", "ACTIVE")
    assert "only recorded" in key.outputs["dsRecord"]
    order = engine.create(ORDER, "o", {"hostedZoneId": "Z1"})
    assert (order.id, order.outputs["signingStatus"]) == ("Z1", "SIGNING")
    assert engine.diff(order, {"hostedZoneId": "Z2"}).replaces == {"hostedZoneId"}
