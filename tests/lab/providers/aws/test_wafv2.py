from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.lab.providers.aws.test_elbv2 import BALANCED, BALANCER
from tests.support.aws_case import Case, drifts, lives
from tests.support.ec2 import ELSEWHERE
from tests.support.provider_engine import RefusedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

ACL = "aws:wafv2/webAcl:WebAcl"
ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
LOGS = "aws:cloudwatch/logGroup:LogGroup"


def _seen(name: str) -> dict[str, Any]:
    return {"cloudwatchMetricsEnabled": True, "metricName": name, "sampledRequestsEnabled": True}


def managed(priority: int, *, mode: str = "none") -> dict[str, Any]:
    return {
        "name": "common",
        "priority": priority,
        "overrideAction": {mode: {}},
        "statement": {"managedRuleGroupStatement": {"name": "AWSManagedRulesCommonRuleSet", "vendorName": "AWS"}},
        "visibilityConfig": _seen("common"),
    }


RATE: dict[str, Any] = {
    "name": "rate",
    "priority": 2,
    "action": {"block": {}},
    "statement": {"rateBasedStatement": {"aggregateKeyType": "IP", "evaluationWindowSec": 300, "limit": 2000}},
    "visibilityConfig": _seen("rate"),
}
ABROAD: dict[str, Any] = {
    "name": "abroad",
    "priority": 3,
    "action": {"block": {}},
    "statement": {"notStatement": {"statement": {"geoMatchStatement": {"countryCodes": ["BR", "PT"]}}}},
    "visibilityConfig": _seen("abroad"),
}
INPUTS: dict[str, Any] = {
    "name": "edge",
    "scope": "REGIONAL",
    "defaultAction": {"allow": {}},
    "rules": [managed(1), RATE],
    "visibilityConfig": _seen("edge"),
    "tags": {"a": "b"},
}


def _only_counted(hands: Hands, acl: Managed) -> None:
    client = hands("wafv2")
    named = {"Id": acl.id, "Name": acl.outputs["name"], "Scope": "REGIONAL"}
    found = client.get_web_acl(**named)
    rules = [rule for rule in found["WebACL"]["Rules"] if rule["Name"] != "rate"]
    client.update_web_acl(
        **named,
        DefaultAction=found["WebACL"]["DefaultAction"],
        VisibilityConfig=found["WebACL"]["VisibilityConfig"],
        Rules=[{name: value for name, value in rule.items() if value is not None} for rule in rules],
        LockToken=found["LockToken"],
    )


def _unredacted(hands: Hands, logging: Managed) -> None:
    hands("wafv2").put_logging_configuration(
        LoggingConfiguration={
            "ResourceArn": logging.id,
            "LogDestinationConfigs": logging.outputs["logDestinationConfigs"],
        }
    )


CASES = (
    Case(
        ACL,
        INPUTS,
        updates=(
            {"rules": [managed(1, mode="count"), RATE]},
            {"rules": [managed(1), RATE, ABROAD]},
            {"defaultAction": {"block": {}}},
            {"description": "The edge"},
            {"visibilityConfig": _seen("other")},
            {"tags": {"c": "d"}},
        ),
        replaces=({"name": "other"}, {"scope": "CLOUDFRONT"}, ELSEWHERE),
        spoilt="rules",
        spoil=_only_counted,
        import_id=lambda acl: f"{acl.id}/edge/REGIONAL",
    ),
    Case(
        ASSOCIATION,
        {"resourceArn": "$balancer.arn", "webAclArn": "$acl.arn"},
        needs=(*BALANCED, ("balancer", BALANCER, {"subnets": ["$a.id", "$b.id"]}), ("acl", ACL, INPUTS)),
        replaces=({"resourceArn": "arn:other"}, {"webAclArn": "arn:other"}, ELSEWHERE),
    ),
    Case(
        LOGGING,
        {
            "resourceArn": "$acl.arn",
            "logDestinationConfigs": ["$logs.arn"],
            "redactedFields": [{"singleHeader": {"name": "authorization"}}],
        },
        needs=(("acl", ACL, INPUTS), ("logs", LOGS, {"name": "aws-waf-logs-edge"})),
        updates=({"redactedFields": [{"singleHeader": {"name": "cookie"}}]},),
        replaces=({"resourceArn": "arn:other"}, {"logDestinationConfigs": ["arn:other"]}, ELSEWHERE),
        spoilt="redactedFields",
        spoil=_unredacted,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", [case for case in CASES if case.spoilt], ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


def test_blocking_and_counting_are_not_the_same(engine: Engine) -> None:
    acl = engine.create(ACL, "a", {**INPUTS, "rules": [managed(1), RATE]})
    counting = {**RATE, "action": {"count": {}}}
    assert engine.diff(acl, {**INPUTS, "rules": [managed(1), counting]}).any
    assert not engine.diff(acl, {**INPUTS, "rules": [RATE, managed(1)]}).any


def test_a_statement_that_is_not_supported_is_refused_by_name(engine: Engine) -> None:
    rule = {**RATE, "statement": {"sqliMatchStatement": {"textTransformations": []}}}
    with pytest.raises(RefusedError, match=r"does not support rules\[0\]\.statement\.sqliMatchStatement"):
        engine.create(ACL, "a", {**INPUTS, "rules": [rule]})
