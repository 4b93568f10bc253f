from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from components.sections.velero import Velero

DAILY = {"name": "daily", "schedule": "15 3 * * *", "namespaces": ["cartorio"], "keepDays": 14}
CHECK = {"schedule": "30 9 * * 1", "of": "daily", "namespace": "cartorio"}


def _velero(**more: object) -> Velero:
    return Velero.model_validate_json(json.dumps({"schedules": [DAILY], **more}))


def test_what_is_possible() -> None:
    velero = _velero(lock={"mode": "COMPLIANCE", "days": 14}, restoreTest=CHECK)
    assert velero.restore_test is not None
    assert velero.restore_test.within_hours == 26
    assert velero.schedules[0].volumes is True


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"schedules": []}, "at least 1"),
        ({"schedules": [DAILY, DAILY]}, "twice"),
        ({"schedules": [{**DAILY, "schedule": "cron(0 5 * * ? *)"}]}, "five fields"),
        ({"schedules": [{**DAILY, "schedule": "15 3 * * * *"}]}, "five fields"),
        ({"schedules": [{**DAILY, "keepDays": 1}]}, "greater than or equal to 2"),
        ({"schedules": [{**DAILY, "namespaces": ["a", "a"]}]}, "twice"),
        ({"lock": {"mode": "GOVERNANCE", "days": 15}}, "longer than any keepDays: 'daily' keeps for 14 days"),
        ({"restoreTest": {**CHECK, "of": "hourly"}}, r"one of schedules \(daily\)"),
        ({"restoreTest": {**CHECK, "namespace": "vault"}}, r"one of the namespaces of 'daily' \(cartorio\)"),
        ({"restoreTest": {**CHECK, "schedule": "@daily"}}, "five fields"),
    ],
)
def test_what_is_refused(more: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        _velero(**more)
