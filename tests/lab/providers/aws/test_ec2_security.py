from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.ec2 import DEFAULT_GROUP, EGRESS, ELSEWHERE, GROUP, IN_VPC, INGRESS, VPC, retag, vpc_of
from tests.support.provider_engine import RefusedError, UnfinishedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine

_ONE_WAY = (
    Case(
        GROUP,
        {"vpcId": "$vpc.id", "name": "endpoints", "description": "Endpoints", "tags": {"Name": "endpoints"}},
        needs=IN_VPC,
        updates=({"tags": {"Name": "b"}},),
        replaces=({"vpcId": "vpc-other"}, {"name": "other"}, {"description": "Other"}, ELSEWHERE),
        spoilt="tags",
        spoil=retag,
    ),
    Case(
        DEFAULT_GROUP,
        {"vpcId": "$vpc.id", "tags": {"Name": "empty"}},
        needs=(*IN_VPC, ("other", VPC, {"cidrBlock": "10.30.0.0/16"})),
        updates=({"tags": {"Name": "b"}},),
        replaces=({"vpcId": "$other.id"}, ELSEWHERE),
        spoilt="tags",
        spoil=retag,
        stays=True,
    ),
    Case(
        INGRESS,
        {
            "securityGroupId": "$group.id",
            "cidrIpv4": "10.20.0.0/16",
            "ipProtocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
            "description": "TLS",
            "tags": {"Name": "tls"},
        },
        needs=(
            *IN_VPC,
            ("group", GROUP, {"vpcId": "$vpc.id"}),
            ("other", GROUP, {"vpcId": "$vpc.id"}),
        ),
        updates=(
            {"tags": {"Name": "b"}},
            {"fromPort": 8443, "toPort": 8444},
            {"description": "Other"},
            {"cidrIpv4": "10.30.0.0/16"},
            {"ipProtocol": "udp"},
        ),
        replaces=({"securityGroupId": "$other.id"}, ELSEWHERE),
        spoilt="tags",
        spoil=retag,
    ),
)
CASES = (*_ONE_WAY, replace(_ONE_WAY[-1], token=EGRESS))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", [case for case in CASES if case.spoilt], ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cidrIpv4": None}, "exactly one of cidrIpv4 and referencedSecurityGroupId"),
        ({"referencedSecurityGroupId": "sg-1"}, "exactly one of cidrIpv4 and referencedSecurityGroupId"),
        ({"ipProtocol": "-1"}, "fromPort and toPort belong to a protocol"),
        ({"fromPort": None, "toPort": None}, "fromPort and toPort belong to a protocol"),
    ],
)
def test_a_rule_that_means_nothing_is_refused(engine: Engine, change: dict[str, Any], said: str) -> None:
    group = engine.create(GROUP, "group", {"vpcId": vpc_of(engine).id})
    good = {"securityGroupId": group.id, "cidrIpv4": "10.0.0.0/8", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443}
    inputs = {name: value for name, value in {**good, **change}.items() if value is not None}
    with pytest.raises(RefusedError, match=said):
        engine.create(INGRESS, "rule", inputs)


def test_a_group_lets_nothing_out_by_itself(engine: Engine, by_hand: Hands) -> None:
    vpc = vpc_of(engine)
    groups = [
        engine.create(GROUP, "group", {"vpcId": vpc.id}),
        engine.create(DEFAULT_GROUP, "default", {"vpcId": vpc.id}),
    ]
    for found in by_hand("ec2").describe_security_groups(GroupIds=[group.id for group in groups])["SecurityGroups"]:
        assert found["IpPermissions"] == found["IpPermissionsEgress"] == []


def test_a_rule_that_lets_a_group_in_keeps_its_description(engine: Engine) -> None:
    vpc = vpc_of(engine)
    group, other = (engine.create(GROUP, name, {"vpcId": vpc.id}) for name in ("group", "other"))
    inputs = {"securityGroupId": group.id, "ipProtocol": "tcp", "fromPort": 443, "toPort": 443}
    inputs |= {"referencedSecurityGroupId": other.id, "description": "Calls"}
    rule = engine.create(INGRESS, "rule", inputs)
    assert rule.outputs["description"] == "Calls"
    assert engine.refresh(rule) == rule
    changed = engine.update(rule, {**inputs, "description": "Other calls"})
    assert changed.outputs["description"] == "Other calls"


def test_a_rule_cannot_be_turned_from_a_network_to_a_group_in_the_lab(engine: Engine) -> None:
    """AWS can; moto keeps the network, which is told and not passed over."""
    vpc = vpc_of(engine)
    group, other = (engine.create(GROUP, name, {"vpcId": vpc.id}) for name in ("group", "other"))
    ports = {"securityGroupId": group.id, "ipProtocol": "tcp", "fromPort": 443, "toPort": 443}
    rule = engine.create(INGRESS, "rule", {**ports, "cidrIpv4": "10.0.0.0/8"})
    with pytest.raises(UnfinishedError, match="did not keep referencedSecurityGroupId"):
        engine.update(rule, {**ports, "referencedSecurityGroupId": other.id})
    assert engine.create(INGRESS, "second", {**ports, "referencedSecurityGroupId": other.id}).id != rule.id
