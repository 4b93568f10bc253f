from __future__ import annotations

from typing import Any

import pytest

from guardrails.resources.reading import UNKNOWN
from tests.support.cloud import aws, found

RULE, OLDER, GROUP = (
    "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "ec2/securityGroupRule:SecurityGroupRule",
    "ec2/securityGroup:SecurityGroup",
)
HTTPS = {"ipProtocol": "tcp", "fromPort": 443, "toPort": 443}
SSH = {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22}
ANY = "0.0.0.0/0"


@pytest.mark.parametrize(
    ("kind", "inputs", "where"),
    [
        (RULE, {**HTTPS, "cidrIpv4": ANY}, []),
        (RULE, {**HTTPS, "cidrIpv6": "::/0"}, []),
        (RULE, {**HTTPS, "toPort": 444, "cidrIpv4": ANY}, ["cidrIpv4"]),
        (RULE, {**HTTPS, "ipProtocol": "udp", "cidrIpv6": "::/0"}, ["cidrIpv6"]),
        (RULE, {"ipProtocol": "-1", "cidrIpv4": ANY}, ["cidrIpv4"]),
        (RULE, {"ipProtocol": "-1", "cidrIpv4": "10.0.0.0/8"}, []),
        (RULE, {"ipProtocol": "-1", "referencedSecurityGroupId": "sg-1"}, []),
        (RULE, {**HTTPS, "cidrIpv4": UNKNOWN}, ["cidrIpv4?"]),
        (RULE, {**HTTPS, "fromPort": UNKNOWN, "cidrIpv4": ANY}, ["cidrIpv4?"]),
        (RULE, {**SSH, "cidrIpv4": ANY, "cidrIpv6": UNKNOWN}, ["cidrIpv4"]),
        # The internet, written otherwise or in pieces.
        *(
            (RULE, {**SSH, "cidrIpv4": cidr}, ["cidrIpv4"])
            for cidr in ("0.0.0.0/1", "128.0.0.0/1", "200.0.0.0/8", "8.8.8.8/0", " 0.0.0.0/0", "10.0.0.0/7", "anywhere")
        ),
        *(
            (RULE, {**SSH, "cidrIpv6": cidr}, ["cidrIpv6"])
            for cidr in ("::/1", "0::/0", "0:0:0:0:0:0:0:0/0", "2000::/3", "2600::/12")
        ),
        *(
            (RULE, {**SSH, "cidrIpv4": cidr}, [])
            for cidr in ("10.0.0.0/8", "172.16.0.0/12", "100.64.0.0/10", "198.51.100.0/24", "200.1.0.0/16")
        ),
        (RULE, {**SSH, "cidrIpv6": "fd00::/8"}, []),
        (OLDER, {"type": "ingress", "protocol": "-1", "cidrBlocks": ["0.0.0.0/1", "128.0.0.0/1"]}, ["cidrBlocks"]),
        (
            OLDER,
            {"type": "ingress", "protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": [ANY]},
            ["cidrBlocks"],
        ),
        (OLDER, {"type": "egress", "protocol": "-1", "cidrBlocks": [ANY]}, []),
        (OLDER, {"type": "ingress", "protocol": "tcp", "fromPort": 80, "toPort": 80, "ipv6CidrBlocks": ["::/0"]}, []),
        (OLDER, {"type": "ingress", "protocol": "tcp", "cidrBlocks": UNKNOWN}, ["cidrBlocks?"]),
        (
            GROUP,
            {"ingress": [{"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": [ANY]}]},
            ["ingress[0].cidrBlocks"],
        ),
        (GROUP, {"egress": [{"protocol": "-1", "cidrBlocks": [ANY]}]}, []),
        (GROUP, {"ingress": UNKNOWN}, ["ingress?"]),
    ],
)
def test_the_internet_is_let_in_to_web_ports_only(kind: str, inputs: dict[str, Any], where: list[str]) -> None:
    assert found("aws/vpc-open-ingress", aws(kind, **inputs)) == [f"x: {path}" for path in where]


def test_only_load_balancers_are_open() -> None:
    open_rule = aws(RULE, "r", securityGroupId=UNKNOWN, cidrIpv4=ANY, links={"securityGroupId": "g"}, **HTTPS)
    by_address = aws("lb/loadBalancer:LoadBalancer", "lb", securityGroups=UNKNOWN, links={"securityGroups": "g"})
    assert found("aws/vpc-edge-only", open_rule, by_address) == []
    assert found("aws/vpc-edge-only", open_rule) == ["r: "]
    by_id = aws("lb/loadBalancer:LoadBalancer", "lb", securityGroups=["sg-1"])
    assert found("aws/vpc-edge-only", aws(RULE, "r", securityGroupId="sg-1", cidrIpv4=ANY, **HTTPS), by_id) == []
    inside = aws(GROUP, "g", ingress=[{"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": [ANY]}])
    assert found("aws/vpc-edge-only", inside) == ["g: "]
    assert found("aws/vpc-edge-only", inside, by_address) == []


def test_nothing_else_is_in_the_group_of_a_load_balancer() -> None:
    open_rule = aws(RULE, "r", securityGroupId="sg-1", cidrIpv4=ANY, **HTTPS)
    balancer = aws("lb/loadBalancer:LoadBalancer", "lb", securityGroups=["sg-1"])
    machine = aws("ec2/instance:Instance", "m", vpcSecurityGroupIds=["sg-2", "sg-1"])
    assert found("aws/vpc-edge-only", open_rule, balancer, machine) == ["m: "]
    in_another = aws("ec2/instance:Instance", "m", vpcSecurityGroupIds=["sg-2"])
    assert found("aws/vpc-edge-only", open_rule, balancer, in_another) == []
    by_address = aws(RULE, "r", securityGroupId=UNKNOWN, cidrIpv4=ANY, links={"securityGroupId": "g"}, **HTTPS)
    linked = aws("lb/loadBalancer:LoadBalancer", "lb", securityGroups=UNKNOWN, links={"securityGroups": "g"})
    task = aws("ecs/service:Service", "t", networkConfiguration=UNKNOWN, links={"networkConfiguration": "g"})
    assert found("aws/vpc-edge-only", by_address, linked, task) == ["t: "]


def test_a_network_is_written_down_and_its_default_group_empty() -> None:
    vpc = aws("ec2/vpc:Vpc", "v", id="vpc-1")
    flow, group = "ec2/flowLog:FlowLog", "ec2/defaultSecurityGroup:DefaultSecurityGroup"
    assert found("aws/vpc-flow-logs", vpc) == ["v: "]
    assert found("aws/vpc-flow-logs", vpc, aws(flow, vpcId="vpc-1", trafficType="ALL")) == []
    assert found("aws/vpc-flow-logs", vpc, aws(flow, vpcId=UNKNOWN, trafficType="ALL", links={"vpcId": "v"})) == []
    assert found("aws/vpc-flow-logs", vpc, aws(flow, vpcId="vpc-2", trafficType="ALL")) == ["v: "]
    assert found("aws/vpc-flow-logs", vpc, aws(flow, vpcId="vpc-1", trafficType="REJECT")) == ["x: trafficType"]
    assert found("aws/vpc-default-group", vpc) == ["v: "]
    assert found("aws/vpc-default-group", vpc, aws(group, vpcId="vpc-1")) == []
    assert found("aws/vpc-default-group", vpc, aws(group, vpcId="vpc-1", egress=[{"protocol": "-1"}])) == ["x: egress"]
    assert found("aws/vpc-default-group", vpc, aws(group, vpcId="vpc-1", ingress=UNKNOWN)) == ["x: ingress?"]


def test_no_subnet_hands_out_addresses() -> None:
    assert found("aws/vpc-subnet-address", aws("ec2/subnet:Subnet")) == []
    assert found("aws/vpc-subnet-address", aws("ec2/subnet:Subnet", mapPublicIpOnLaunch=True)) == [
        "x: mapPublicIpOnLaunch"
    ]


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ({"protocol": "tcp", "fromPort": 443, "toPort": 443}, False),
        ({"protocol": "tcp", "fromPort": 20, "toPort": 25}, True),
        ({"protocol": "6", "fromPort": 3389, "toPort": 3389}, True),
        ({"protocol": "-1"}, True),
        ({"protocol": "tcp", "fromPort": 0, "toPort": 65535}, True),
        ({"protocol": "tcp"}, True),
        ({"protocol": "udp", "fromPort": 22, "toPort": 22}, False),
        ({"protocol": "TCP", "fromPort": 22, "toPort": 22}, True),
        ({"protocol": "ALL"}, True),
    ],
)
def test_lists_keep_the_internet_from_ssh(rule: dict[str, Any], *, wrong: bool) -> None:
    one = aws("ec2/networkAclRule:NetworkAclRule", ruleAction="allow", cidrBlock=ANY, **rule)
    inside = aws("ec2/networkAcl:NetworkAcl", ingress=[{"action": "allow", "ipv6CidrBlock": "::/0", **rule}])
    assert bool(found("aws/vpc-network-acl", one)) is wrong
    assert bool(found("aws/vpc-network-acl", inside)) is wrong
    assert (
        found("aws/vpc-network-acl", aws("ec2/networkAclRule:NetworkAclRule", ruleAction="deny", cidrBlock=ANY, **rule))
        == []
    )
    egress = aws("ec2/networkAclRule:NetworkAclRule", egress=True, ruleAction="allow", cidrBlock=ANY, **rule)
    assert found("aws/vpc-network-acl", egress) == []


def test_a_list_that_is_not_known_yet_is_not_passed_over() -> None:
    assert found("aws/vpc-network-acl", aws("ec2/networkAcl:NetworkAcl", ingress=UNKNOWN)) == ["x: ingress?"]


@pytest.mark.parametrize(
    "changed", [{"ruleAction": "ALLOW"}, {"cidrBlock": "0.0.0.0/1"}, {"ipv6CidrBlock": "2000::/3"}]
)
def test_lists_are_read_as_aws_reads_them(changed: dict[str, Any]) -> None:
    ssh = {"ruleAction": "allow", "protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlock": ANY}
    one = aws("ec2/networkAclRule:NetworkAclRule", **{**ssh, **changed})
    assert found("aws/vpc-network-acl", one) == ["x: cidrBlock"]
