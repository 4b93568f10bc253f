from __future__ import annotations

from components.edge.queries import ZoneQueries, ZoneQueriesArgs
from tests.support.edge import cloud
from tests.support.plan import ACCOUNT, policy_of, run
from tests.support.site import account


def test_route_53_writes_what_is_asked_of_this_zone_into_this_log_alone() -> None:
    args = ZoneQueriesArgs(
        stack="test", domain="cartorio.example", zone_id="ZONE", retention_days=400, key_arn="arn:key"
    )

    def program() -> None:
        ZoneQueries("queries", args, account().within("us-east-1"), cloud())

    plan = run(program)[0]
    group = plan.one("aws:cloudwatch/logGroup:LogGroup")
    # Route 53 refuses other names.
    assert group.inputs["name"] == "/aws/route53/cartorio.example"
    assert (group.inputs["retentionInDays"], group.inputs["kmsKeyId"], group.protect) == (400, "arn:key", True)
    policy = plan.one("aws:cloudwatch/logResourcePolicy:LogResourcePolicy")
    statement = policy_of(policy, "policyDocument")["WriteByRoute53"]
    assert statement["Principal"] == {"Service": "route53.amazonaws.com"}
    assert statement["Resource"].endswith(":queries-log:*")
    assert statement["Condition"] == {
        "ArnEquals": {"aws:SourceArn": "arn:aws:route53:::hostedzone/ZONE"},
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
    }
    order = plan.one("aws:route53/queryLog:QueryLog")
    assert order.inputs["zoneId"] == "ZONE"
    assert any(urn.endswith("::queries-policy") for urn in order.depends_on)
