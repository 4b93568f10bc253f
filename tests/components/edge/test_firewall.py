from __future__ import annotations

import pytest

from components.edge.firewall import Firewall, FirewallArgs
from tests.support.edge import FIREWALL, cloud, edge
from tests.support.plan import ACCOUNT, Plan, policy_of, run
from tests.support.site import account

LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"


def _plan(**changes: object) -> Plan:
    def program() -> None:
        args = FirewallArgs(
            stack="producao",
            settings=edge(firewall={**FIREWALL, **changes}).firewall,
            balancer_arn="arn:balancer",
            key_arn="arn:key",
            topic_arn="arn:topic",
        )
        Firewall("firewall", args, account(), cloud())

    return run(program)[0]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return _plan()


def test_it_stands_before_the_load_balancer(plan: Plan) -> None:
    association = plan.one("aws:wafv2/webAclAssociation:WebAclAssociation")
    assert association.inputs["resourceArn"] == "arn:balancer"
    assert association.inputs["webAclArn"].endswith(":firewall-acl")
    assert any(LOGGING in dependency for dependency in association.depends_on)
    acl = plan.one("aws:wafv2/webAcl:WebAcl").inputs
    assert acl["name"] == acl["visibilityConfig"]["metricName"] == "cartorio-producao-edge"
    assert (acl["scope"], acl["defaultAction"], len(acl["rules"])) == ("REGIONAL", {"allow": {}}, 6)


def test_what_it_decides_is_written_down_encrypted_and_without_credentials(plan: Plan) -> None:
    group = plan.one("aws:cloudwatch/logGroup:LogGroup")
    assert group.inputs["name"] == "aws-waf-logs-cartorio-producao"
    assert (group.inputs["kmsKeyId"], group.inputs["retentionInDays"], group.protect) == ("arn:key", 365, True)
    logging = plan.one(LOGGING).inputs
    redacted = [field["singleHeader"]["name"] for field in logging["redactedFields"]]
    assert redacted == ["authorization", "cookie"]
    assert logging["logDestinationConfigs"] == [f"arn:aws:cloudwatch:sa-east-1:{ACCOUNT}:firewall-log"]
    assert "redactedFields" not in _plan(redactedHeaders=[]).one(LOGGING).inputs


def test_only_waf_of_this_account_writes_there(plan: Plan) -> None:
    policy = plan.one("aws:cloudwatch/logResourcePolicy:LogResourcePolicy")
    statement = policy_of(policy, "policyDocument")["WriteByWaf"]
    assert statement["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statement["Resource"].endswith(":firewall-log:*")
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:logs:sa-east-1:{ACCOUNT}:*"},
    }


def test_an_attack_is_an_alarm() -> None:
    alarm = _plan(alarmBlocked=50).one("aws:cloudwatch/metricAlarm:MetricAlarm").inputs
    assert (alarm["metricName"], alarm["threshold"], alarm["alarmActions"]) == ("BlockedRequests", 50, ["arn:topic"])
    assert alarm["dimensions"] == {"WebACL": "cartorio-producao-edge", "Region": "sa-east-1", "Rule": "ALL"}
