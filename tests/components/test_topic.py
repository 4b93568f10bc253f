from __future__ import annotations

import pytest

from components.edge.topic import AlarmTopic, AlarmTopicArgs
from components.sections.audit import Subscription
from tests.support.edge import cloud
from tests.support.plan import ACCOUNT, policy_of, run
from tests.support.site import account


@pytest.mark.parametrize("readers", [0, 1, 2])
def test_every_reader_is_subscribed_and_the_arn_is_known_once_the_teller_may_publish(readers: int) -> None:
    people = tuple(
        Subscription.model_validate_json(f'{{"protocol": "email", "endpoint": "p{number}@cartorio.example"}}')
        for number in range(readers)
    )

    def program() -> None:
        AlarmTopic("alarms", AlarmTopicArgs(key_arn="arn:key", subscriptions=people), account(), cloud())

    plan = run(program)[0]
    subscribed = {one.name: one.inputs["endpoint"] for one in plan.of("aws:sns/topicSubscription:TopicSubscription")}
    assert subscribed == {f"alarms-subscription-{n + 1}": f"p{n}@cartorio.example" for n in range(readers)}
    policy = plan.one("aws:sns/topicPolicy:TopicPolicy")
    (statement,) = policy_of(policy).values()
    assert (statement["Action"], statement["Resource"]) == ("sns:Publish", policy.inputs["arn"])
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    (told,) = plan.outputs[plan.components[0].urn]
    assert told["topicArn"].endswith(":alarms-policy")
