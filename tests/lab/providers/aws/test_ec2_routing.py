from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.ec2 import (
    ASSOCIATION,
    EIP,
    ELSEWHERE,
    GATEWAY,
    IN_VPC,
    NAT,
    ROUTE,
    SUBNET,
    TABLE,
    VPC,
    retag,
    subnet,
    vpc_of,
)
from tests.support.provider_engine import RefusedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed


def _rerouted(hands: Hands, route: Managed) -> None:
    client = hands("ec2")
    where = {"RouteTableId": route.outputs["routeTableId"], "DestinationCidrBlock": "0.0.0.0/0"}
    other = client.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    client.replace_route(**where, GatewayId=other)


CASES = (
    Case(
        TABLE,
        {"vpcId": "$vpc.id", "tags": {"Name": "private"}},
        needs=(*IN_VPC, ("other", VPC, {"cidrBlock": "10.30.0.0/16"})),
        updates=({"tags": {"Name": "b"}},),
        replaces=({"vpcId": "$other.id"}, ELSEWHERE),
        spoilt="tags",
        spoil=retag,
    ),
    Case(
        ROUTE,
        {"routeTableId": "$table.id", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "$gateway.id"},
        needs=(
            *IN_VPC,
            ("table", TABLE, {"vpcId": "$vpc.id"}),
            ("gateway", GATEWAY, {"vpcId": "$vpc.id"}),
            ("eip", EIP, {}),
            ("subnet", SUBNET, subnet("10.20.0.0/24")),
            ("nat", NAT, {"allocationId": "$eip.id", "subnetId": "$subnet.id"}),
        ),
        updates=({"gatewayId": None, "natGatewayId": "$nat.id"},),
        replaces=({"destinationCidrBlock": "10.99.0.0/16"}, {"routeTableId": "rtb-other"}, ELSEWHERE),
        spoilt="gatewayId",
        spoil=_rerouted,
        import_id=lambda route: f"{route.outputs['routeTableId']}_{route.outputs['destinationCidrBlock']}",
    ),
    Case(
        ASSOCIATION,
        {"routeTableId": "$table.id", "subnetId": "$subnet.id"},
        needs=(
            *IN_VPC,
            ("table", TABLE, {"vpcId": "$vpc.id"}),
            ("subnet", SUBNET, subnet("10.20.0.0/24")),
            ("other", SUBNET, subnet("10.20.1.0/24")),
        ),
        replaces=({"subnetId": "$other.id"}, {"routeTableId": "rtb-other"}, ELSEWHERE),
        import_id=lambda found: f"{found.outputs['subnetId']}/{found.outputs['routeTableId']}",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", [case for case in CASES if case.spoilt], ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


def test_a_route_has_one_target_and_is_not_taken_over(engine: Engine) -> None:
    vpc = vpc_of(engine)
    table = engine.create(TABLE, "table", {"vpcId": vpc.id})
    gateway = engine.create(GATEWAY, "gateway", {"vpcId": vpc.id})
    inputs = {"routeTableId": table.id, "destinationCidrBlock": "0.0.0.0/0"}
    with pytest.raises(RefusedError, match="exactly one of gatewayId, natGatewayId"):
        engine.create(ROUTE, "route", inputs)
    engine.create(ROUTE, "route", {**inputs, "gatewayId": gateway.id})
    with pytest.raises(RefusedError, match=r"has a route to 0\.0\.0\.0/0 already"):
        engine.create(ROUTE, "again", {**inputs, "gatewayId": gateway.id})
