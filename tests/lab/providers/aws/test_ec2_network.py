from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.ec2 import EIP, ELSEWHERE, GATEWAY, IN_VPC, NAT, SUBNET, VPC, retag, subnet

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed


def _published(hands: Hands, subnet: Managed) -> None:
    hands("ec2").modify_subnet_attribute(SubnetId=subnet.id, MapPublicIpOnLaunch={"Value": True})


def _detached(hands: Hands, gateway: Managed) -> None:
    hands("ec2").detach_internet_gateway(InternetGatewayId=gateway.id, VpcId=gateway.outputs["vpcId"])


CASES = (
    Case(
        SUBNET,
        {**subnet("10.20.0.0/24"), "tags": {"Name": "a"}},
        needs=IN_VPC,
        updates=({"mapPublicIpOnLaunch": True}, {"tags": {"Name": "b"}}),
        replaces=({"vpcId": "vpc-other"}, {"cidrBlock": "10.20.1.0/24"}, {"availabilityZone": "sa-east-1b"}, ELSEWHERE),
        spoilt="mapPublicIpOnLaunch",
        spoil=_published,
    ),
    Case(
        GATEWAY,
        {"vpcId": "$vpc.id", "tags": {"Name": "out"}},
        needs=(*IN_VPC, ("other", VPC, {"cidrBlock": "10.30.0.0/16"})),
        updates=({"vpcId": "$other.id"}, {"tags": {"Name": "b"}}),
        replaces=(ELSEWHERE,),
        spoilt="vpcId",
        spoil=_detached,
    ),
    Case(
        EIP,
        {"domain": "vpc", "tags": {"Name": "nat"}},
        updates=({"tags": {"Name": "b"}},),
        replaces=({"domain": "standard"}, ELSEWHERE),
        spoilt="tags",
        spoil=retag,
    ),
    Case(
        NAT,
        {"allocationId": "$eip.id", "subnetId": "$subnet.id", "tags": {"Name": "nat"}},
        needs=(
            *IN_VPC,
            ("subnet", SUBNET, subnet("10.20.0.0/24")),
            ("other", SUBNET, subnet("10.20.1.0/24")),
            ("eip", EIP, {}),
        ),
        updates=({"tags": {"Name": "b"}},),
        replaces=(
            {"subnetId": "$other.id"},
            {"allocationId": "eipalloc-other"},
            {"connectivityType": "private"},
            {"privateIp": "10.20.0.9"},
            ELSEWHERE,
        ),
        spoilt="tags",
        spoil=retag,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", [case for case in CASES if case.spoilt], ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)
