from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.ec2 import ELSEWHERE
from tests.support.provider_engine import RefusedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

RULE, TARGET = "aws:cloudwatch/eventRule:EventRule", "aws:cloudwatch/eventTarget:EventTarget"
QUEUE = "arn:aws:sqs:sa-east-1:123456789012:"


def _disabled(hands: Hands, rule: Managed) -> None:
    hands("events").disable_rule(Name=rule.id)


def _redirected(hands: Hands, target: Managed) -> None:
    elsewhere = {"Id": target.outputs["targetId"], "Arn": f"{QUEUE}mine"}
    hands("events").put_targets(Rule=target.outputs["rule"], Targets=[elsewhere])


CASES = (
    Case(
        RULE,
        {
            "name": "interruptions",
            "description": "Machines that are about to go",
            "eventPattern": '{"source": ["aws.ec2"]}',
            "tags": {"a": "b"},
        },
        updates=(
            {"description": "Machines"},
            {"eventPattern": '{"source": ["aws.health"]}'},
            {"state": "DISABLED"},
            {"eventPattern": None, "scheduleExpression": "rate(1 day)"},
            {"tags": {"a": "c"}},
        ),
        replaces=({"name": "other"}, ELSEWHERE),
        spoilt="state",
        spoil=_disabled,
    ),
    Case(
        TARGET,
        {"rule": "$rule.name", "targetId": "queue", "arn": f"{QUEUE}interruptions"},
        needs=(
            ("rule", RULE, {"eventPattern": '{"source": ["aws.ec2"]}'}),
            ("other", RULE, {"eventPattern": '{"source": ["aws.ec2"]}'}),
        ),
        updates=({"arn": f"{QUEUE}other"}, {"input": '{"a": 1}'}),
        replaces=({"targetId": "other"}, {"rule": "$other.name"}, ELSEWHERE),
        spoilt="arn",
        spoil=_redirected,
        import_id=lambda target: f"{target.outputs['rule']}/{target.outputs['targetId']}",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_drifts(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


def test_spaces_in_a_pattern_are_no_change(engine: Engine) -> None:
    made = engine.create(RULE, "r", {"eventPattern": '{"source": ["aws.ec2"]}'})
    assert not engine.diff(made, {"eventPattern": '{"source":["aws.ec2"]}'}).any


def test_a_targets_id_says_which_rule(engine: Engine) -> None:
    with pytest.raises(RefusedError, match="RULE/TARGET"):
        engine.find(TARGET, "queue")
