from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.ec2 import ELSEWHERE, GROUP, IN_VPC, SUBNET, subnet
from tests.support.provider_engine import RefusedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
BALANCED = (
    *IN_VPC,
    ("a", SUBNET, subnet("10.20.0.0/22")),
    ("b", SUBNET, {**subnet("10.20.4.0/22"), "availabilityZone": "sa-east-1b"}),
    ("c", SUBNET, {**subnet("10.20.8.0/22"), "availabilityZone": "sa-east-1c"}),
    ("group", GROUP, {"vpcId": "$vpc.id"}),
    ("other", GROUP, {"vpcId": "$vpc.id"}),
)
LOGS = {"bucket": "logs-of-the-edge", "enabled": True, "prefix": "access"}


def _kept_open(hands: Hands, balancer: Managed) -> None:
    attribute = {"Key": "routing.http.desync_mitigation_mode", "Value": "monitor"}
    hands("elbv2").modify_load_balancer_attributes(LoadBalancerArn=balancer.id, Attributes=[attribute])


CASES = (
    Case(
        BALANCER,
        {
            "name": "edge",
            "securityGroups": ["$group.id"],
            "subnets": ["$a.id", "$b.id"],
            "desyncMitigationMode": "strictest",
            "accessLogs": LOGS,
            "tags": {"a": "b"},
        },
        needs=BALANCED,
        updates=(
            {"accessLogs": {**LOGS, "prefix": "other"}},
            {"accessLogs": None},
            {"connectionLogs": {**LOGS, "prefix": "connections"}},
            {"desyncMitigationMode": "defensive"},
            {"dropInvalidHeaderFields": True},
            {"enableDeletionProtection": True},
            {"idleTimeout": 30},
            {"preserveHostHeader": True},
            {"ipAddressType": "dualstack"},
            {"securityGroups": ["$group.id", "$other.id"]},
            {"subnets": ["$a.id", "$b.id", "$c.id"]},
            {"tags": {"c": "d"}},
        ),
        replaces=({"internal": True}, {"loadBalancerType": "network"}, {"name": "other"}, ELSEWHERE),
        spoilt="desyncMitigationMode",
        spoil=_kept_open,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


def test_the_order_of_subnets_and_groups_says_nothing(engine: Engine) -> None:
    made = {label: engine.create(token, label, _plain(inputs)) for label, token, inputs in BALANCED[:1]}
    ids = [
        engine.create(SUBNET, label, {**subnet(cidr), "vpcId": made["vpc"].id}).id
        for label, cidr in (("a", "10.20.0.0/22"), ("b", "10.20.4.0/22"))
    ]
    balancer = engine.create(BALANCER, "b", {"name": "edge", "subnets": ids})
    assert not engine.diff(balancer, {"name": "edge", "subnets": ids[::-1]}).any


def test_a_log_that_is_not_supported_in_full_is_refused(engine: Engine) -> None:
    with pytest.raises(RefusedError, match="accessLogs"):
        engine.check(BALANCER, "b", {"accessLogs": {"bucket": "b", "format": "json"}})


def _plain(inputs: object) -> dict[str, object]:
    return dict(inputs)  # type: ignore[call-overload, no-any-return]
