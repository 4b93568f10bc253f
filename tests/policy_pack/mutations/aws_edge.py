"""AWS's networks and the way in."""

from __future__ import annotations

from typing import Any, Final

from tests.support.mutations import Mutation, adding, changing, dropping, setting, together

_INGRESS: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_LISTENER: Final = "aws:lb/listener:Listener"
_BALANCER: Final = "aws:lb/loadBalancer:LoadBalancer"
_ACL: Final = "aws:wafv2/webAcl:WebAcl"
_FIREWALL: Final = "edge-firewall-acl"
_LOGGING: Final = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
_TAGS: Final = dict.fromkeys(("project", "stack", "owner", "cost-centre", "managed-by"), "x")
_MANAGED: Final = ("AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet")
_RULES: Final = [
    {"name": "rate", "action": {"block": {}}, "statement": {"rateBasedStatement": {"limit": 1000}}},
    *({"name": one, "statement": {"managedRuleGroupStatement": {"name": one}}} for one in _MANAGED),
]


def _without(name: str, properties: dict[str, Any]) -> None:
    properties["rules"] = [rule for rule in properties["rules"] if rule["name"] != name]


def _counting(properties: dict[str, Any]) -> None:
    for rule in properties["rules"]:
        if rule["name"] == "CommonRuleSet":
            rule["overrideAction"] = {"count": {}}


def _letting_in(properties: dict[str, Any]) -> None:
    everybody = {"name": "friends", "priority": 0, "action": {"allow": {}}, "statement": {"geoMatchStatement": {}}}
    properties["rules"].append(everybody)


MUTATIONS: Final = (
    Mutation("aws/vpc-open-ingress", "SSH from anywhere", setting(_INGRESS, "edge-https", "fromPort", 22)),
    Mutation("aws/vpc-open-ingress", "endpoints for everybody", setting(_INGRESS, "edge-http", "ipProtocol", "-1")),
    Mutation(
        "aws/vpc-open-ingress",
        "half of the internet, to every port",
        together(
            setting(_INGRESS, "network-endpoints-tls", "cidrIpv4", "128.0.0.0/1"),
            setting(_INGRESS, "network-endpoints-tls", "toPort", 8443),
        ),
    ),
    Mutation(
        "aws/vpc-edge-only",
        "a machine in the load balancer's group",
        adding(
            "aws:ec2/instance:Instance",
            "beside",
            {
                "tags": _TAGS,
                "metadataOptions": {"httpTokens": "required"},
                "rootBlockDevice": {"encrypted": True, "kmsKeyId": "own"},
                "vpcSecurityGroupIds": ["unknown"],
            },
            vpcSecurityGroupIds="aws:ec2/securityGroup:SecurityGroup::edge-group",
        ),
    ),
    Mutation(
        "aws/vpc-edge-only",
        "endpoints on the internet",
        setting(_INGRESS, "network-endpoints-tls", "cidrIpv4", "0.0.0.0/0"),
    ),
    Mutation(
        "aws/vpc-flow-logs", "a network without a record", dropping("aws:ec2/flowLog:FlowLog", "network-flows-flow")
    ),
    Mutation(
        "aws/vpc-flow-logs",
        "what was refused goes unrecorded",
        setting("aws:ec2/flowLog:FlowLog", "network-flows-flow", "trafficType", "ACCEPT"),
    ),
    Mutation(
        "aws/vpc-default-group",
        "the default group lets all of itself in",
        setting(
            "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
            "network-default-group",
            "ingress",
            [{"protocol": "-1", "self": True}],
        ),
    ),
    Mutation(
        "aws/vpc-default-group",
        "nobody empties the default group",
        dropping("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "network-default-group"),
    ),
    Mutation(
        "aws/vpc-subnet-address",
        "addresses for whoever starts there",
        setting("aws:ec2/subnet:Subnet", "network-public-sa-east-1a", "mapPublicIpOnLaunch", value=True),
    ),
    Mutation(
        "aws/vpc-network-acl",
        "SSH through the list",
        adding(
            "aws:ec2/networkAclRule:NetworkAclRule",
            "ssh",
            {"ruleAction": "allow", "protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlock": "0.0.0.0/0"},
        ),
    ),
    Mutation("aws/lb-tls", "TLS 1.0", setting(_LISTENER, "edge-tls", "sslPolicy", "ELBSecurityPolicy-2016-08")),
    Mutation(
        "aws/lb-redirect",
        "plain HTTP is served",
        setting(_LISTENER, "edge-to-https", "defaultActions[0].type", "forward"),
    ),
    Mutation(
        "aws/lb-redirect-rules",
        "a path is served in clear",
        adding(
            "aws:lb/listenerRule:ListenerRule",
            "docs",
            {"listenerArn": "arn", "actions": [{"type": "forward", "targetGroupArn": "arn"}]},
            listenerArn=f"{_LISTENER}::edge-to-https",
        ),
    ),
    Mutation(
        "aws/lb-headers",
        "malformed headers",
        setting(_BALANCER, "edge-balancer", "dropInvalidHeaderFields", value=False),
    ),
    Mutation(
        "aws/lb-logs", "no record of calls", setting(_BALANCER, "edge-balancer", "accessLogs.enabled", value=False)
    ),
    Mutation(
        "aws/waf-managed-rules",
        "common attacks",
        changing(_ACL, _FIREWALL, lambda properties: _without("CommonRuleSet", properties)),
    ),
    Mutation("aws/waf-managed-rules", "common attacks are counted", changing(_ACL, _FIREWALL, _counting)),
    Mutation("aws/waf-managed-rules", "everybody is let in first", changing(_ACL, _FIREWALL, _letting_in)),
    Mutation(
        "aws/waf-rate-limit",
        "as often as one likes",
        changing(_ACL, _FIREWALL, lambda properties: _without("rate", properties)),
    ),
    Mutation(
        "aws/waf-metrics",
        "nobody counts",
        setting(_ACL, _FIREWALL, "visibilityConfig.cloudwatchMetricsEnabled", value=False),
    ),
    Mutation(
        "aws/waf-logging",
        "nobody writes it down",
        dropping(_LOGGING, "edge-firewall-logging"),
    ),
    Mutation(
        "aws/waf-associated",
        "a second firewall before nothing",
        together(
            adding(
                _ACL, "spare", {"rules": _RULES, "visibilityConfig": {"cloudwatchMetricsEnabled": True}, "tags": _TAGS}
            ),
            adding(_LOGGING, "spare-log", {"resourceArn": "spare"}, resourceArn=f"{_ACL}::spare"),
        ),
    ),
    Mutation(
        "aws/certificate",
        "somebody has to answer a mail",
        setting("aws:acm/certificate:Certificate", "edge-certificate-certificate", "validationMethod", "EMAIL"),
    ),
    Mutation(
        "aws/dns-authorities", "any authority", dropping("aws:route53/record:Record", "edge-zone-caa-cartorio.example")
    ),
    Mutation(
        "stack/ingress-firewall",
        "a second load balancer, of the network",
        adding(
            _BALANCER,
            "second",
            {
                "loadBalancerType": "network",
                "enableDeletionProtection": True,
                "accessLogs": {"enabled": True, "bucket": "edge-logs-bucket-1234567"},
                "tags": _TAGS,
            },
        ),
    ),
)
