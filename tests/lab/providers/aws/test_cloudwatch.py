from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, drifts, lives

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
TOPIC = "arn:aws:sns:sa-east-1:123456789012:security"
OTHER = "arn:aws:sns:sa-east-1:123456789012:people"


def _disabled(hands: Hands, alarm: Managed) -> None:
    hands("cloudwatch").disable_alarm_actions(AlarmNames=[alarm.id])


CASES = (
    Case(
        ALARM,
        {
            "name": "root-use",
            "alarmDescription": "Somebody uses the root account",
            "alarmActions": [TOPIC],
            "comparisonOperator": "GreaterThanOrEqualToThreshold",
            "evaluationPeriods": 1,
            "metricName": "RootUse",
            "namespace": "Cartorio/Audit",
            "period": 300,
            "statistic": "Sum",
            "threshold": 1,
            "treatMissingData": "notBreaching",
            "tags": {"component": "audit"},
        },
        updates=(
            {"threshold": 5, "evaluationPeriods": 2},
            {"alarmActions": [TOPIC, OTHER], "okActions": [TOPIC]},
            {"okActions": None},
            {"dimensions": {"Account": "123456789012"}},
            {"actionsEnabled": False},
            {"alarmDescription": "Root", "comparisonOperator": "GreaterThanThreshold", "datapointsToAlarm": 1},
            {"metricName": "Root", "namespace": "Cartorio/Root", "period": 600, "statistic": "Maximum"},
            {"treatMissingData": "breaching", "unit": "Count", "insufficientDataActions": [TOPIC]},
            {"tags": {"owner": "audit"}},
        ),
        replaces=({"name": "other"}, {"region": "us-east-1"}),
        spoilt="actionsEnabled",
        spoil=_disabled,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


def test_the_order_of_actions_has_no_meaning(engine: Engine) -> None:
    inputs = {**CASES[0].inputs, "alarmActions": [TOPIC, OTHER]}
    alarm = engine.create(ALARM, "a", inputs)
    assert not engine.diff(alarm, {**inputs, "alarmActions": [OTHER, TOPIC]}).any
    assert engine.diff(alarm, {**inputs, "alarmActions": [TOPIC]}).any
