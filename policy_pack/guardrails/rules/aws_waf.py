"""Firewalls: they know common attacks, block before anything is let in, stand before something, and say what they did.

Source: https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Example, Finding, OnUnknown, Policy, Severity
from guardrails.resources.aws_edge import WebAcl, WebAclAssociation, WebAclLogging
from guardrails.resources.base import Stack
from guardrails.resources.reading import Unknown
from guardrails.rules._aws import example, lacking, resource
from guardrails.rules._checks import is_on, rule
from guardrails.rules._containers import unknown
from guardrails.rules._sources import fsbp

if TYPE_CHECKING:
    from guardrails.model import Context
    from guardrails.resources.aws_edge import WebAclRule

_COMMON: Final = ("AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet")


def _managed(acl: WebAcl, _context: Context) -> tuple[Finding, ...]:
    if isinstance(acl.rules, Unknown):
        return (unknown("rules", "what the firewall blocks"),)
    there = {rule.managed for rule in acl.rules}
    found = [Finding("rules", f"{name} is not among its rules") for name in _COMMON if name not in there]
    found += [
        Finding(f"{rule.path}.overrideAction.count", f"rule {rule.name} only counts what it should block")
        for rule in acl.rules
        if rule.managed in _COMMON and rule.counts
    ]
    found += [
        Finding(f"{rule.path}.statement", f"rule {rule.name} looks at a part of the calls only")
        for rule in acl.rules
        if rule.managed in _COMMON and rule.narrowed
    ]
    last = max((_order(rule) for rule in acl.rules if rule.managed in _COMMON), default=0)
    found += [
        Finding(f"{rule.path}.action.allow", f"rule {rule.name} lets calls in before the common rules have seen them")
        for rule in acl.rules
        if rule.allows and _order(rule) <= last
    ]
    return tuple(found)


def _order(rule: WebAclRule) -> float:
    return rule.priority if isinstance(rule.priority, (int, float)) else 0


def _limited(acl: WebAcl, _context: Context) -> tuple[Finding, ...]:
    if isinstance(acl.rules, Unknown):
        return (unknown("rules", "how often somebody may call"),)
    if not any(rule.rate and rule.blocks and not rule.rate_narrowed for rule in acl.rules):
        return (Finding("rules", "anybody may call as often as they like"),)
    return ()


def _logged(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    wrong = "nobody can tell later what it blocked, or let through"
    return tuple(lacking(stack, WebAcl, WebAclLogging, "acl", "arn", wrong))


def _associated(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    return tuple(lacking(stack, WebAcl, WebAclAssociation, "acl", "arn", "the firewall stands before nothing"))


_ACL: Final = "aws:wafv2/webAcl:WebAcl"


def _group(name: str, override: str = "none") -> str:
    statement = f"{{managedRuleGroupStatement: {{vendorName: AWS, name: {name}}}}}"
    return f"{{name: {name}, overrideAction: {{{override}: {{}}}}, statement: {statement}}}"


_RATE: Final = "{name: rate, action: {block: {}}, statement: {rateBasedStatement: {limit: 2000, aggregateKeyType: IP}}}"
_GROUPS: Final = ", ".join(map(_group, _COMMON))


def _acl(rules: str, metrics: str = "true") -> str:
    return f"{{rules: [{rules}], visibilityConfig: {{cloudwatchMetricsEnabled: {metrics}}}}}"


_FIREWALL: Final = resource(_ACL, _acl(f"{_RATE}, {_GROUPS}"), "firewall")
_LOGGING: Final = resource(
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "{resourceArn: '${firewall}'}", "log"
)
_ASSOCIATION: Final = resource(
    "aws:wafv2/webAclAssociation:WebAclAssociation", "{webAclArn: '${firewall}', resourceArn: balancer}", "before"
)

POLICIES: Final = (
    Policy(
        id="aws/waf-managed-rules",
        title="A firewall has AWS's common rules, and they block before anything is let in",
        severity=Severity.HIGH,
        rationale="They know the attacks that everybody is tried with; a rule that only counts stops none.",
        resource_types=(WebAcl,),
        remediation=(
            f"Add {' and '.join(_COMMON)} with overrideAction none, before any rule that allows; exclude single rules "
            "of them where they are wrong."
        ),
        since="0.3.0",
        rule=_managed,
        controls=(fsbp("WAF.10"),),
        passing=Example(_FIREWALL),
        failing=example(_ACL, _acl(f"{_RATE}, {_group(_COMMON[0], 'count')}, {_group(_COMMON[1])}")),
    ),
    Policy(
        id="aws/waf-rate-limit",
        title="A firewall limits how often one caller may call",
        severity=Severity.MEDIUM,
        rationale="Guessing passwords and overwhelming a service both need many calls.",
        resource_types=(WebAcl,),
        remediation="Add a rule with a rateBasedStatement and the action block.",
        since="0.3.0",
        rule=_limited,
        passing=Example(_FIREWALL),
        failing=example(_ACL, _acl(_GROUPS)),
    ),
    Policy(
        id="aws/waf-metrics",
        title="What a firewall does is measured",
        severity=Severity.LOW,
        rationale="Alarms of an attack, and of a rule that hits the wrong ones, look at these numbers.",
        resource_types=(WebAcl,),
        remediation="Set visibilityConfig.cloudwatchMetricsEnabled.",
        since="0.3.0",
        rule=rule(is_on("metrics", "whether it is measured", "nothing measures it")),
        controls=(fsbp("WAF.12"),),
        passing=Example(_FIREWALL),
        failing=example(_ACL, _acl(f"{_RATE}, {_GROUPS}", "false")),
    ),
    Policy(
        id="aws/waf-logging",
        title="A firewall writes down what it does",
        severity=Severity.MEDIUM,
        rationale="Without a log nobody can tell an attack from a rule that hits customers.",
        resource_types=(Stack,),
        remediation="Declare a WebAclLoggingConfiguration for it, with credentials redacted.",
        since="0.3.0",
        rule=_logged,
        on_unknown=OnUnknown.WAIT,
        controls=(fsbp("WAF.11"),),
        passing=Example(_FIREWALL + _LOGGING),
        failing=Example(_FIREWALL),
    ),
    Policy(
        id="aws/waf-associated",
        title="A firewall stands before something",
        severity=Severity.HIGH,
        rationale="One that is associated with nothing looks like protection in every list, and protects nothing.",
        resource_types=(Stack,),
        remediation="Declare a WebAclAssociation with the load balancer.",
        since="0.3.0",
        rule=_associated,
        on_unknown=OnUnknown.WAIT,
        passing=Example(_FIREWALL + _ASSOCIATION),
        failing=Example(_FIREWALL),
    ),
)
