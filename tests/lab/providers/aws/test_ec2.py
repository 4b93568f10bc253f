from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.ec2 import ELSEWHERE, VPC

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed


def _no_names(hands: Hands, vpc: Managed) -> None:
    hands("ec2").modify_vpc_attribute(VpcId=vpc.id, EnableDnsHostnames={"Value": False})


CASES = (
    Case(
        VPC,
        {"cidrBlock": "10.20.0.0/16", "enableDnsHostnames": True, "tags": {"Name": "cartorio"}},
        updates=(
            {"enableDnsHostnames": False},
            {"tags": {"Name": "other", "more": "yes"}},
            {"enableDnsSupport": False},
            {"enableDnsHostnames": True, "enableDnsSupport": True},
        ),
        replaces=({"cidrBlock": "10.30.0.0/16"}, {"instanceTenancy": "dedicated"}, ELSEWHERE),
        spoilt="enableDnsHostnames",
        spoil=_no_names,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", [case for case in CASES if case.spoilt], ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)
