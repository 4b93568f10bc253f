from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.ec2 import ELSEWHERE

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed


def _policy(*actions: str) -> str:
    statement = {
        "Sid": "Write",
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": list(actions),
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _opened(hands: Hands, policy: Managed) -> None:
    hands("logs").put_resource_policy(policyName=policy.id, policyDocument=_policy("logs:*"))


CASES = (
    Case(
        "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
        {"policyName": "waf", "policyDocument": _policy("logs:CreateLogStream", "logs:PutLogEvents")},
        updates=({"policyDocument": _policy("logs:PutLogEvents")},),
        replaces=({"policyName": "other"}, ELSEWHERE),
        spoilt="policyDocument",
        spoil=_opened,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)
