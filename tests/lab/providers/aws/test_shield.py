from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.provider_engine import RefusedError, UnfinishedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

SUBSCRIPTION = "aws:shield/subscription:Subscription"
PROTECTION = "aws:shield/protection:Protection"
ASSOCIATION = "aws:shield/protectionHealthCheckAssociation:ProtectionHealthCheckAssociation"
BALANCER = "arn:aws:elasticloadbalancing:sa-east-1:123456789012:loadbalancer/app/edge/0123456789abcdef"


def _retag(hands: Hands, protection: Managed) -> None:
    tags = [{"Key": "a", "Value": "mine"}]
    hands("shield").tag_resource(ResourceARN=protection.outputs["arn"], Tags=tags)


PROTECTED = Case(
    PROTECTION,
    {"name": "edge", "resourceArn": BALANCER, "tags": {"a": "b"}},
    updates=({"tags": {"c": "d"}},),
    replaces=({"name": "other"}, {"resourceArn": BALANCER.replace("edge", "other")}),
    spoilt="tags",
    spoil=_retag,
)
SUBSCRIBED = Case(SUBSCRIPTION, {"skipDestroy": False}, updates=({"skipDestroy": True},), spoilt="none", stays=True)
CASES = (PROTECTED, SUBSCRIBED)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


def test_shows_drift(engine: Engine, by_hand: Hands) -> None:
    drifts(engine, by_hand, PROTECTED)


def test_a_subscription_is_neither_changed_nor_ended_in_the_lab(engine: Engine) -> None:
    subscription = engine.create(SUBSCRIPTION, "s", {})
    with pytest.raises(UnfinishedError, match="can't change autoRenew"):
        engine.update(subscription, {"autoRenew": "DISABLED"})
    with pytest.raises(RefusedError, match="set skipDestroy to true"):
        engine.delete(subscription)


def test_a_protections_checks_are_recorded(engine: Engine) -> None:
    inputs = {"shieldProtectionId": "p", "healthCheckArn": "arn:aws:route53:::healthcheck/c"}
    association = engine.create(ASSOCIATION, "a", inputs)
    assert association.id == "p+arn:aws:route53:::healthcheck/c"
    assert engine.diff(association, {**inputs, "shieldProtectionId": "q"}).replaces == {"shieldProtectionId"}
