"""Networks: what is let in from the internet, what is written down, what nobody meant to open.

Sources: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-best-practices.html and
https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from guardrails.model import Example, Finding, OnUnknown, Policy, Severity
from guardrails.resources.aws_edge import LoadBalancer
from guardrails.resources.aws_network import (
    AclRule,
    DefaultGroup,
    FlowLog,
    IngressRule,
    NetworkAcl,
    NetworkAclRule,
    OlderGroupRule,
    SecurityGroup,
    Subnet,
    Vpc,
)
from guardrails.resources.aws_reading import AwsResource
from guardrails.resources.base import Stack
from guardrails.resources.reading import Unknown
from guardrails.rules._addresses import is_internet
from guardrails.rules._aws import each_with, example, of, of_kind, on, resource
from guardrails.rules._checks import is_off, rule
from guardrails.rules._containers import unknown
from guardrails.rules._sources import fsbp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from guardrails.model import Context
    from guardrails.resources.aws_reading import Number, Text, Texts
    from guardrails.resources.base import Resource

_WEB: Final = frozenset({80, 443})
_TCP: Final = frozenset({"tcp", "6"})
_DOORS: Final = (22, 3389)
_ABOUT_GROUPS: Final = "ecurityGroup"
# Where things of all types say which groups they are in.
_IN_GROUPS: Final = (
    *("securityGroups", "vpcSecurityGroupIds", "securityGroupIds", "securityGroupId", "networkInterfaces"),
    *("vpcConfig", "networkConfiguration"),
)


@dataclass(frozen=True, slots=True)
class _Way:
    """A way in: from where, to which ports. `everything`: all protocols and ports."""

    path: str
    sources: tuple[Text, ...] | Unknown
    protocol: Text
    first: Number
    last: Number

    @property
    def from_anywhere(self) -> bool:
        return any(map(_is_internet, () if isinstance(self.sources, Unknown) else self.sources))

    @property
    def sources_known(self) -> bool:
        return not isinstance(self.sources, Unknown) and Unknown.UNKNOWN not in self.sources

    @property
    def ports_known(self) -> bool:
        return Unknown.UNKNOWN not in (self.protocol, self.first, self.last)

    @property
    def web_alone(self) -> bool:
        return _is_tcp(self.protocol) and self.first == self.last and self.first in _WEB


def _ways(one: Resource) -> Iterator[_Way]:
    """The ways in that a rule, or a group with rules inside, opens."""
    if isinstance(one, IngressRule):
        key = "cidrIpv4" if one.cidr is not None else "cidrIpv6"
        yield _Way(key, tuple(x for x in (one.cidr, one.cidr_v6) if x is not None), one.protocol, one.first, one.last)
    elif isinstance(one, OlderGroupRule):
        if one.direction != "egress":
            yield _Way("cidrBlocks", _joined(one.cidrs, one.cidrs_v6), one.protocol, one.first, one.last)
    elif isinstance(one, SecurityGroup) and not isinstance(one.ingress, Unknown):
        for rule in one.ingress:
            sources = _joined(rule.cidrs, rule.cidrs_v6)
            yield _Way(f"{rule.path}.cidrBlocks", sources, rule.protocol, rule.first, rule.last)


def _joined(some: Texts, others: Texts) -> Texts:
    return Unknown.UNKNOWN if isinstance(some, Unknown) or isinstance(others, Unknown) else (*some, *others)


def _open(one: IngressRule | OlderGroupRule | SecurityGroup, _context: Context) -> tuple[Finding, ...]:
    if isinstance(one, SecurityGroup) and isinstance(one.ingress, Unknown):
        return (unknown("ingress", "who is let in"),)
    found: list[Finding] = []
    for way in _ways(one):
        if way.from_anywhere and way.ports_known and not way.web_alone:
            found.append(Finding(way.path, "the internet is let in to more than ports 80 and 443"))
        elif not way.sources_known or (way.from_anywhere and not way.ports_known):
            found.append(unknown(way.path, "who is let in"))
    return tuple(found)


def _is_internet(cidr: Text) -> bool:
    return isinstance(cidr, str) and is_internet(cidr)


def _is_tcp(protocol: Text) -> bool:
    return isinstance(protocol, str) and protocol.lower() in _TCP


def _only_balancers(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    at_balancers = {
        place
        for balancer in of_kind(stack, LoadBalancer)
        for place in (*balancer.declared.dependencies.get("securityGroups", ()), *_known(balancer.groups))
    }
    found: list[Finding] = []
    opened: set[object] = set()
    for one in of_kind(stack, IngressRule, OlderGroupRule, SecurityGroup):
        if not any(way.from_anywhere and way.web_alone for way in _ways(one)):
            continue
        places = (
            {one.address, one.group_id} if isinstance(one, SecurityGroup) else {one.group.value, *one.group.addresses}
        )
        if places & at_balancers:
            opened |= places & at_balancers
        else:
            found += of(one, [Finding("", "the internet is let in to something that is no load balancer")])
    for other in of_kind(stack, AwsResource):
        if opened.intersection(_groups(other)):
            found += of(other, [Finding("", "it is in the group through which the internet reaches a load balancer")])
    return tuple(found)


def _groups(one: AwsResource) -> Iterator[object]:
    """The groups that something is in, which is neither a load balancer nor a rule about groups."""
    if isinstance(one, LoadBalancer) or _ABOUT_GROUPS in one.declared.type:
        return
    for key, addresses in one.declared.dependencies.items():
        if key in _IN_GROUPS:
            yield from addresses
    for key in _IN_GROUPS:
        members = one.declared.properties.get(key)
        yield from (each for each in members if isinstance(each, str)) if isinstance(members, (list, tuple)) else ()


def _known(values: Texts) -> Iterable[str]:
    return () if isinstance(values, Unknown) else [value for value in values if isinstance(value, str)]


def _recorded(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for vpc, mine in each_with(stack, Vpc, FlowLog, "vpc", "vpc_id"):
        if not mine:
            found += of(vpc, [Finding("", "nothing writes down what goes through this network")])
        for log in mine:
            value = log.traffic if isinstance(log.traffic, Unknown) else log.traffic == "ALL"
            found += of(
                log, on(value, "trafficType", "what is written down", "only a part of the traffic is written down")
            )
    return tuple(found)


def _emptied(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for vpc, mine in each_with(stack, Vpc, DefaultGroup, "vpc", "vpc_id"):
        if not mine:
            found += of(
                vpc, [Finding("", "whatever names no group is open to all others of this network that name none")]
            )
        for group in mine:
            for path, rules in (("ingress", group.ingress), ("egress", group.egress)):
                if isinstance(rules, Unknown):
                    found += of(group, [unknown(path, "what the default group allows")])
                elif rules:
                    found += of(group, [Finding(path, "the default group allows something")])
    return tuple(found)


def _acls(acl: NetworkAcl | NetworkAclRule, _context: Context) -> tuple[Finding, ...]:
    wrong = "the internet is let in to SSH or remote desktops"
    if isinstance(acl, NetworkAclRule):
        return (Finding("cidrBlock", wrong),) if acl.egress is not True and _opens_doors(acl) else ()
    if isinstance(acl.ingress, Unknown):
        return (unknown("ingress", "who is let in"),)
    return tuple(Finding(f"{rule.path}.cidrBlock", wrong) for rule in acl.ingress if _opens_doors(rule))


def _opens_doors(rule: AclRule | NetworkAclRule) -> bool:
    action, protocol = (str(value).lower() for value in (rule.action, rule.protocol))
    if action != "allow" or not any(map(_is_internet, (rule.cidr, rule.cidr_v6))):
        return False
    if protocol in {"-1", "all"}:
        return True
    first, last = rule.first, rule.last
    if not isinstance(first, (int, float)) or not isinstance(last, (int, float)):
        return protocol in _TCP
    return protocol in _TCP and any(first <= door <= last for door in _DOORS)


_RULE: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_HTTPS: Final = "ipProtocol: tcp, fromPort: 443, toPort: 443, cidrIpv4: 0.0.0.0/0"
_VPC: Final = resource("aws:ec2/vpc:Vpc", "{cidrBlock: 10.0.0.0/16}", "network")
_FLOW: Final = resource("aws:ec2/flowLog:FlowLog", "{vpcId: '${network}', trafficType: ALL}", "flows")
_DEFAULT: Final = resource("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "{vpcId: '${network}'}", "unused")
_GROUP: Final = resource("aws:ec2/securityGroup:SecurityGroup", "{description: Edge}", "edge")
_IN: Final = resource(_RULE, f"{{securityGroupId: '${{edge}}', {_HTTPS}}}", "https")
_BALANCER: Final = resource("aws:lb/loadBalancer:LoadBalancer", "{securityGroups: [edge-physical]}", "balancer")
_SUBNET: Final = "aws:ec2/subnet:Subnet"
_ACL: Final = "aws:ec2/networkAclRule:NetworkAclRule"

POLICIES: Final = (
    Policy(
        id="aws/vpc-open-ingress",
        title="The internet is let in to ports 80 and 443 at most",
        severity=Severity.CRITICAL,
        rationale="Every other open port is found and tried within minutes: SSH, databases, kubelets.",
        resource_types=(IngressRule, OlderGroupRule, SecurityGroup),
        remediation="Name a group or the addresses that call; Session Manager replaces SSH.",
        since="0.3.0",
        rule=_open,
        controls=(fsbp("EC2.13"), fsbp("EC2.14"), fsbp("EC2.18"), fsbp("EC2.19")),
        on_unknown=OnUnknown.WAIT,
        passing=example(_RULE, f"{{{_HTTPS}}}"),
        failing=example(_RULE, "{ipProtocol: tcp, fromPort: 22, toPort: 22, cidrIpv4: 0.0.0.0/0}"),
    ),
    Policy(
        id="aws/vpc-edge-only",
        title="Only load balancers are open to the internet",
        severity=Severity.HIGH,
        rationale="Load balancers end TLS, drop what is malformed and have a firewall before them; nothing else does.",
        resource_types=(Stack,),
        remediation="Open the port to the load balancer's group instead, and let only that group be open.",
        since="0.3.0",
        rule=_only_balancers,
        on_unknown=OnUnknown.WAIT,
        controls=(fsbp("EC2.18"),),
        passing=Example(_GROUP + _IN + _BALANCER),
        failing=Example(_GROUP + _IN),
    ),
    Policy(
        id="aws/vpc-flow-logs",
        title="Every network writes down what goes through it",
        severity=Severity.MEDIUM,
        rationale="Where data went is only known from flow logs, refused connections included.",
        resource_types=(Stack,),
        remediation="Declare a FlowLog for the VPC with trafficType ALL.",
        since="0.3.0",
        rule=_recorded,
        on_unknown=OnUnknown.WAIT,
        controls=(fsbp("EC2.6"),),
        passing=Example(_VPC + _FLOW),
        failing=Example(_VPC),
    ),
    Policy(
        id="aws/vpc-default-group",
        title="The group that a network comes with allows nothing",
        severity=Severity.MEDIUM,
        rationale="What names no group is in it, and open to everything else that names none.",
        resource_types=(Stack,),
        remediation="Declare a DefaultSecurityGroup for the VPC without ingress and egress.",
        since="0.3.0",
        rule=_emptied,
        on_unknown=OnUnknown.WAIT,
        controls=(fsbp("EC2.2"),),
        passing=Example(_VPC + _DEFAULT),
        failing=Example(_VPC),
    ),
    Policy(
        id="aws/vpc-subnet-address",
        title="No subnet hands out addresses on the internet",
        severity=Severity.MEDIUM,
        rationale="A machine that somebody starts in the wrong subnet is on the internet without having asked for it.",
        resource_types=(Subnet,),
        remediation="Leave mapPublicIpOnLaunch false.",
        since="0.3.0",
        rule=rule(
            is_off(
                "public_address",
                "whether machines get public addresses",
                "whatever starts here gets an address on the internet",
            )
        ),
        controls=(fsbp("EC2.15"),),
        passing=example(_SUBNET, "{mapPublicIpOnLaunch: false}"),
        failing=example(_SUBNET, "{mapPublicIpOnLaunch: true}"),
    ),
    Policy(
        id="aws/vpc-network-acl",
        title="No network ACL lets the internet in to SSH or remote desktops",
        severity=Severity.HIGH,
        rationale="A list that lets them in leaves one mistaken group as the only thing between them and the internet.",
        resource_types=(NetworkAcl, NetworkAclRule),
        remediation="Allow the ports that are served, from the addresses that call.",
        since="0.3.0",
        rule=_acls,
        controls=(fsbp("EC2.21"),),
        on_unknown=OnUnknown.WAIT,
        passing=example(_ACL, "{ruleAction: allow, protocol: tcp, fromPort: 443, toPort: 443, cidrBlock: 0.0.0.0/0}"),
        failing=example(_ACL, "{ruleAction: allow, protocol: tcp, fromPort: 20, toPort: 25, cidrBlock: 0.0.0.0/0}"),
    ),
)
