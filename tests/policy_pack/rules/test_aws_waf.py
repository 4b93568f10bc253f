from __future__ import annotations

from typing import Any

import pytest

from guardrails.resources.reading import UNKNOWN
from tests.support.cloud import aws, found

ACL = "wafv2/webAcl:WebAcl"
COMMON = ("AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet")
RATE = {"name": "rate", "action": {"block": {}}, "statement": {"rateBasedStatement": {"limit": 100}}}


def _group(name: str, override: str = "none") -> dict[str, Any]:
    return {"name": name, "overrideAction": {override: {}}, "statement": {"managedRuleGroupStatement": {"name": name}}}


def test_a_firewall_blocks_and_limits_and_is_measured() -> None:
    groups = [_group(name) for name in COMMON]
    good = aws(ACL, rules=[RATE, *groups], visibilityConfig={"cloudwatchMetricsEnabled": True})
    for rule in ("managed-rules", "rate-limit", "metrics"):
        assert found(f"aws/waf-{rule}", good) == []
    assert found("aws/waf-managed-rules", aws(ACL, rules=groups[:1])) == ["x: rules"]
    counted = aws(ACL, rules=[_group(COMMON[0], "count"), groups[1]])
    assert found("aws/waf-managed-rules", counted) == ["x: rules[0].overrideAction.count"]
    assert found("aws/waf-rate-limit", aws(ACL, rules=groups)) == ["x: rules"]
    assert found("aws/waf-rate-limit", aws(ACL, rules=[{**RATE, "action": {"count": {}}}])) == ["x: rules"]
    assert found("aws/waf-metrics", aws(ACL)) == ["x: visibilityConfig.cloudwatchMetricsEnabled"]
    for rule in ("managed-rules", "rate-limit"):
        assert found(f"aws/waf-{rule}", aws(ACL, rules=UNKNOWN)) == ["x: rules?"]


@pytest.mark.parametrize(
    ("rule", "kind", "key"),
    [
        ("logging", "wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "resourceArn"),
        ("associated", "wafv2/webAclAssociation:WebAclAssociation", "webAclArn"),
    ],
)
def test_a_firewall_stands_before_something_and_says_what_it_does(rule: str, kind: str, key: str) -> None:
    acl = aws(ACL, "acl", arn="arn:acl")
    assert found(f"aws/waf-{rule}", acl) == ["acl: "]
    assert found(f"aws/waf-{rule}", acl, aws(kind, **{key: "arn:acl"})) == []
    assert found(f"aws/waf-{rule}", acl, aws(kind, **{key: UNKNOWN, "links": {key: "acl"}})) == []
    assert found(f"aws/waf-{rule}", acl, aws(kind, **{key: "arn:other"})) == ["acl: "]


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"priority": 0}, ["rules[0].action.allow"]),
        ({"priority": 2}, ["rules[0].action.allow"]),
        ({}, ["rules[0].action.allow"]),
        ({"priority": 9}, []),
    ],
)
def test_nothing_is_let_in_before_the_common_rules_have_seen_it(more: dict[str, Any], where: list[str]) -> None:
    groups = [{**_group(name), "priority": number} for number, name in enumerate(COMMON, 1)]
    friend = {"name": "friends", "action": {"allow": {}}, "statement": {"ipSetReferenceStatement": {}}, **more}
    assert found("aws/waf-managed-rules", aws(ACL, rules=[friend, *groups])) == [f"x: {path}" for path in where]


def test_the_common_rules_look_at_every_call() -> None:
    narrow = _group(COMMON[0])
    narrow["statement"]["managedRuleGroupStatement"]["scopeDownStatement"] = {"byteMatchStatement": {}}
    assert found("aws/waf-managed-rules", aws(ACL, rules=[narrow, _group(COMMON[1])])) == ["x: rules[0].statement"]
    login = {**RATE, "statement": {"rateBasedStatement": {"limit": 100, "scopeDownStatement": {}}}}
    assert found("aws/waf-rate-limit", aws(ACL, rules=[login])) == ["x: rules"]
    assert found("aws/waf-rate-limit", aws(ACL, rules=[login, RATE])) == []
