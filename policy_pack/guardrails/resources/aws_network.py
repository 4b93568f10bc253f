"""Networks and who may reach what in them: https://www.pulumi.com/registry/packages/aws/api-docs/ of ec2 and vpc."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from guardrails.resources import aws_reading as at

if TYPE_CHECKING:
    from guardrails.resources.reading import Unknown


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Vpc(at.AwsResource):
    """A network."""

    label: ClassVar[str] = "aws:ec2/vpc:Vpc"

    vpc_id: at.Text = at.text("id")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FlowLog(at.AwsResource):
    """A record of a network's traffic."""

    label: ClassVar[str] = "aws:ec2/flowLog:FlowLog"

    vpc: at.Link = at.link("vpcId")
    traffic: at.Text = at.text("trafficType")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Subnet(at.AwsResource):
    """A part of a network."""

    label: ClassVar[str] = "aws:ec2/subnet:Subnet"

    public_address: at.Flag = at.flag("mapPublicIpOnLaunch")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GroupRule(at.Block):
    """A rule inside a security group; -1 is every protocol."""

    protocol: at.Text = at.text("protocol")
    first: at.Number = at.number("fromPort")
    last: at.Number = at.number("toPort")
    cidrs: at.Texts = at.texts("cidrBlocks")
    cidrs_v6: at.Texts = at.texts("ipv6CidrBlocks")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SecurityGroup(at.AwsResource):
    """A group, with the rules that are declared in it."""

    label: ClassVar[str] = "aws:ec2/securityGroup:SecurityGroup"

    group_id: at.Text = at.text("id")
    vpc: at.Link = at.link("vpcId")
    ingress: tuple[GroupRule, ...] | Unknown = at.blocks("ingress", GroupRule)
    egress: tuple[GroupRule, ...] | Unknown = at.blocks("egress", GroupRule)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DefaultGroup(SecurityGroup):
    """The group that a network comes with; declared without rules it has none."""

    label: ClassVar[str] = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class IngressRule(at.AwsResource):
    """A rule that lets in, as a resource of its own."""

    label: ClassVar[str] = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"

    group: at.Link = at.link("securityGroupId")
    protocol: at.Text = at.text("ipProtocol")
    first: at.Number = at.number("fromPort")
    last: at.Number = at.number("toPort")
    cidr: at.Text = at.text("cidrIpv4")
    cidr_v6: at.Text = at.text("cidrIpv6")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OlderGroupRule(at.AwsResource):
    """A rule of either direction, in the provider's older form."""

    label: ClassVar[str] = "aws:ec2/securityGroupRule:SecurityGroupRule"

    group: at.Link = at.link("securityGroupId")
    direction: at.Text = at.text("type")
    protocol: at.Text = at.text("protocol")
    first: at.Number = at.number("fromPort")
    last: at.Number = at.number("toPort")
    cidrs: at.Texts = at.texts("cidrBlocks")
    cidrs_v6: at.Texts = at.texts("ipv6CidrBlocks")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AclRule(at.Block):
    """A rule inside a network ACL."""

    action: at.Text = at.text("action")
    protocol: at.Text = at.text("protocol")
    first: at.Number = at.number("fromPort")
    last: at.Number = at.number("toPort")
    cidr: at.Text = at.text("cidrBlock")
    cidr_v6: at.Text = at.text("ipv6CidrBlock")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NetworkAcl(at.AwsResource):
    """The rules of subnets, which know no connections."""

    label: ClassVar[str] = "aws:ec2/networkAcl:NetworkAcl"
    types: ClassVar[tuple[str, ...]] = (
        "aws:ec2/networkAcl:NetworkAcl",
        "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl",
    )

    ingress: tuple[AclRule, ...] | Unknown = at.blocks("ingress", AclRule)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NetworkAclRule(at.AwsResource):
    """A rule of a network ACL, as a resource of its own."""

    label: ClassVar[str] = "aws:ec2/networkAclRule:NetworkAclRule"

    egress: at.Flag = at.flag("egress")
    action: at.Text = at.text("ruleAction")
    protocol: at.Text = at.text("protocol")
    first: at.Number = at.number("fromPort")
    last: at.Number = at.number("toPort")
    cidr: at.Text = at.text("cidrBlock")
    cidr_v6: at.Text = at.text("ipv6CidrBlock")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class VpcEndpoint(at.AwsResource):
    """A way to a service of AWS that stays inside the network."""

    label: ClassVar[str] = "aws:ec2/vpcEndpoint:VpcEndpoint"

    service: at.Text = at.text("serviceName")
    kind: at.Text = at.text("vpcEndpointType", "Gateway")
    policy: at.Policy = at.policy("policy")


KINDS: Final = at.kinds(
    Vpc,
    FlowLog,
    Subnet,
    SecurityGroup,
    DefaultGroup,
    OlderGroupRule,
    IngressRule,
    NetworkAcl,
    NetworkAclRule,
    VpcEndpoint,
)
"""What each type is read as."""
