from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws
import pytest

from components.network.vpc import Network, NetworkArgs
from components.providers import Account
from components.sections.network import NatGateways
from components.sections.network import Network as Settings
from tests.support.network import good
from tests.support.plan import ACCOUNT, Plan, run

if TYPE_CHECKING:
    from tests.support.plan import Registered

ZONES = ("sa-east-1a", "sa-east-1b", "sa-east-1c")


def _plan(**changes: object) -> tuple[Plan, Network]:
    settings = Settings.model_validate_json(good(**changes))

    def program() -> Network:
        provider = aws.Provider("aws")
        account = Account(pulumi.Output.from_input(ACCOUNT), pulumi.Output.from_input("aws"), "sa-east-1")
        args = NetworkArgs(stack="local", settings=settings, key_arn="arn:aws:kms:key", protect=True)
        return Network("network", args, account, pulumi.ResourceOptions(providers=[provider]))

    return run(program, stack="local")


def _by_name(plan: Plan, type_: str) -> dict[str, Registered]:
    return {resource.name: resource for resource in plan.of(type_)}


def _routes_of(plan: Plan, kind: str) -> list[dict[str, Any] | None]:
    """The default route that each zone's subnet of a kind has, in the order of the zones."""
    tables = {f"{table.name}-id": table.name for table in plan.of("aws:ec2/routeTable:RouteTable")}
    routes = {tables[route.inputs["routeTableId"]]: route.inputs for route in plan.of("aws:ec2/route:Route")}
    found = _by_name(plan, "aws:ec2/routeTableAssociation:RouteTableAssociation")
    inputs = [found[f"network-{kind}-{zone}-association"].inputs for zone in ZONES]
    assert [one["subnetId"] for one in inputs] == [f"network-{kind}-{zone}-id" for zone in ZONES]
    return [routes.get(tables[one["routeTableId"]]) for one in inputs]


def test_three_kinds_of_subnets_in_every_zone_none_gives_public_addresses() -> None:
    plan, network = _plan()
    subnets = _by_name(plan, "aws:ec2/subnet:Subnet")
    assert set(subnets) == {f"network-{kind}-{zone}" for kind in ("public", "private", "intra") for zone in ZONES}
    assert subnets["network-private-sa-east-1b"].inputs["cidrBlock"] == "10.20.64.0/19"
    for name, subnet in subnets.items():
        assert subnet.inputs["mapPublicIpOnLaunch"] is False
        assert subnet.inputs["availabilityZone"] == name[-len(ZONES[0]) :]
    assert len(network.public_subnets) == len(network.private_subnets) == len(network.intra_subnets) == 3


def test_load_balancers_find_their_subnets_and_no_others() -> None:
    for name, subnet in _by_name(_plan()[0], "aws:ec2/subnet:Subnet").items():
        tags = {key for key in subnet.inputs["tags"] if key.startswith("kubernetes.io/role/")}
        expected = {"public": {"kubernetes.io/role/elb"}, "private": {"kubernetes.io/role/internal-elb"}}
        assert tags == expected.get(name.split("-")[1], set())


def test_each_zone_has_its_own_way_out() -> None:
    plan, _ = _plan(natGateways=NatGateways.PER_ZONE.value)
    assert [route and route["natGatewayId"] for route in _routes_of(plan, "private")] == [
        f"network-nat-{zone}-id" for zone in ZONES
    ]
    gateways = _by_name(plan, "aws:ec2/natGateway:NatGateway")
    for zone in ZONES:
        assert gateways[f"network-nat-{zone}"].inputs["subnetId"] == f"network-public-{zone}-id"


def test_or_all_share_one() -> None:
    plan, _ = _plan(natGateways=NatGateways.SINGLE.value)
    assert {route and route["natGatewayId"] for route in _routes_of(plan, "private")} == {"network-nat-sa-east-1a-id"}
    assert len(plan.of("aws:ec2/natGateway:NatGateway")) == len(plan.of("aws:ec2/eip:Eip")) == 1


def test_the_internet_reaches_public_subnets_and_intra_ones_reach_nothing() -> None:
    plan, _ = _plan()
    assert [route and route["gatewayId"] for route in _routes_of(plan, "public")] == ["network-internet-id"] * 3
    assert _routes_of(plan, "intra") == [None] * 3


def test_the_default_group_is_taken_over_and_empty() -> None:
    group = _plan()[0].one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup").inputs
    assert group["vpcId"] == "network-vpc-id"
    assert not group.get("ingress")
    assert not group.get("egress")


@pytest.mark.parametrize(("nat", "tables"), [("per-zone", 4), ("single", 2)])
def test_s3_is_reached_from_every_inner_table_once(nat: str, tables: int) -> None:
    endpoint = _by_name(_plan(natGateways=nat)[0], "aws:ec2/vpcEndpoint:VpcEndpoint")["network-endpoints-s3"].inputs
    assert len(set(endpoint["routeTableIds"])) == len(endpoint["routeTableIds"]) == tables
    assert "network-public-routes-id" not in endpoint["routeTableIds"]
