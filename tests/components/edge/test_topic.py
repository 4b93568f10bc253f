from __future__ import annotations

from components.edge.topic import AlarmTopic, AlarmTopicArgs
from tests.support.edge import cloud, edge
from tests.support.plan import ACCOUNT, policy_of, run
from tests.support.site import account


def test_alarms_of_the_account_alone_are_told_to_whoever_is_named() -> None:
    def program() -> None:
        AlarmTopic("alarms", AlarmTopicArgs(key_arn="arn:key", subscriptions=edge().subscriptions), account(), cloud())

    plan = run(program)[0]
    assert plan.one("aws:sns/topic:Topic").inputs["kmsMasterKeyId"] == "arn:key"
    statement = policy_of(plan.one("aws:sns/topicPolicy:TopicPolicy"))["PublishByAlarms"]
    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    assert plan.one("aws:sns/topicSubscription:TopicSubscription").inputs["endpoint"] == "plantao@cartorio.example"
