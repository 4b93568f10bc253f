"""EC2's types and what its tests share: a VPC to be in, another region, and tags changed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
GATEWAY = "aws:ec2/internetGateway:InternetGateway"
EIP = "aws:ec2/eip:Eip"
NAT = "aws:ec2/natGateway:NatGateway"
TABLE = "aws:ec2/routeTable:RouteTable"
ROUTE = "aws:ec2/route:Route"
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
FLOW_LOG = "aws:ec2/flowLog:FlowLog"

Need = tuple[str, str, "Mapping[str, Any]"]
IN_VPC: tuple[Need, ...] = (("vpc", VPC, {"cidrBlock": "10.20.0.0/16"}),)
ELSEWHERE = {"region": "us-east-1"}


def subnet(cidr: str) -> dict[str, str]:
    """A subnet of the VPC `$vpc`."""
    return {"vpcId": "$vpc.id", "cidrBlock": cidr, "availabilityZone": "sa-east-1a"}


def retag(hands: Hands, resource: Managed) -> None:
    """Change the tag `Name`."""
    hands("ec2").create_tags(Resources=[resource.id], Tags=[{"Key": "Name", "Value": "mine"}])


def vpc_of(engine: Engine) -> Managed:
    """A VPC."""
    return engine.create(VPC, "vpc", {"cidrBlock": "10.20.0.0/16"})
