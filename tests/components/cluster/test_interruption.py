from __future__ import annotations

import json

from tests.support.cluster import karpenter_plan
from tests.support.plan import policy_of

RULE, TARGET = "aws:cloudwatch/eventRule:EventRule", "aws:cloudwatch/eventTarget:EventTarget"


def test_what_takes_a_machine_away_is_told_to_the_queue() -> None:
    plan = karpenter_plan()
    rules = {rule.name.rpartition("-")[2]: json.loads(rule.inputs["eventPattern"]) for rule in plan.of(RULE)}
    assert rules == {
        "maintenance": {"source": ["aws.health"], "detail-type": ["AWS Health Event"]},
        "rebalance": {"source": ["aws.ec2"], "detail-type": ["EC2 Instance Rebalance Recommendation"]},
        "spot": {"source": ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"]},
        "state": {"source": ["aws.ec2"], "detail-type": ["EC2 Instance State-change Notification"]},
    }
    targets = plan.of(TARGET)
    assert len({target.inputs["rule"] for target in targets}) == len(rules)
    assert {target.inputs["arn"].rpartition(":")[2] for target in targets} == {"karpenter-interruptions-queue-1234567"}


def test_only_these_rules_write_and_nobody_without_tls() -> None:
    plan = karpenter_plan()
    policy = plan.one("aws:sqs/queuePolicy:QueuePolicy")
    statements = policy_of(policy)
    arns = [f"arn:aws:events:sa-east-1:123456789012:rule/{rule.name}-1234567" for rule in plan.of(RULE)]
    assert statements["Tell"]["Principal"] == {"Service": "events.amazonaws.com"}
    assert sorted(statements["Tell"]["Condition"]["ArnEquals"]["aws:SourceArn"]) == sorted(arns)
    assert statements["OnlyOverTls"]["Effect"] == "Deny"
    assert statements["OnlyOverTls"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert all(policy.urn in target.depends_on for target in plan.of(TARGET))


def test_the_queue_is_encrypted_and_forgets_old_news() -> None:
    queue = karpenter_plan().one("aws:sqs/queue:Queue").inputs
    assert queue["sqsManagedSseEnabled"] is True
    assert queue["messageRetentionSeconds"] == 300
