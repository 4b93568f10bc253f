from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from components.sections.backup import Backup, copied_elsewhere, schedule

DAILY = {"name": "daily", "schedule": "cron(0 5 * * ? *)", "keepDays": 35}

PEOPLE = {"protocol": "email", "endpoint": "plantao@cartorio.example"}


def _backup(**sections: Any) -> Backup:  # noqa: ANN401 - JSON
    return Backup.model_validate_json(json.dumps({"rules": [DAILY], **sections}))


@pytest.mark.parametrize(
    "text", ["cron(0 5 * * ? *)", "cron(0 6 ? * SUN *)", "cron(0/15 7 1 * ? *)", "cron(0 7 L * ? *)"]
)
def test_a_schedule(text: str) -> None:
    assert schedule(text) == text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("0 5 * * *", "six fields"),
        ("cron(0 5 * * *)", "six fields"),
        ("rate(1 day)", "six fields"),
        ("cron(0 5 * * * *)", "as its day or"),
        ("cron(0 5 ? * ? *)", "as its day or"),
    ],
)
def test_no_schedule(text: str, problem: str) -> None:
    with pytest.raises(PydanticCustomError, match=problem):
        schedule(text)


@pytest.mark.parametrize(
    ("sections", "problem"),
    [
        ({"rules": []}, "at least 1"),
        ({"rules": [DAILY, DAILY]}, "names rule 'daily' twice"),
        ({"rules": [{**DAILY, "coldAfterDays": 30}]}, "at least 90 days before keepDays"),
        ({"rules": [{**DAILY, "schedule": "daily"}]}, "six fields"),
        ({"lock": {"minDays": 30, "maxDays": 20}}, "at least minDays"),
        ({"lock": {"minDays": 36, "maxDays": 40}}, "'daily' keeps for 35 days"),
        ({"lock": {"minDays": 1, "maxDays": 34}}, "'daily' keeps for 35 days"),
        ({"lock": {"minDays": 1, "maxDays": 35, "changeableForDays": 2}}, "greater than or equal to 3"),
        ({"restoreTest": {"schedule": "weekly", "resourceTypes": ["S3"]}}, "six fields"),
        ({"restoreTest": {"schedule": "cron(0 9 ? * MON *)", "resourceTypes": ["S3", "S3"]}}, "type 'S3' twice"),
        ({"restoreTest": {"schedule": "cron(0 9 ? * MON *)", "resourceTypes": []}}, "at least 1"),
        ({"restoreTest": {"schedule": "cron(0 9 ? * MON *)", "resourceTypes": ["S3"]}}, "nobody would know"),
        ({"subscriptions": [PEOPLE, PEOPLE]}, "twice"),
    ],
)
def test_what_aws_would_refuse_is_refused_here(sections: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        _backup(**sections)


def test_a_lock_that_every_rule_fits() -> None:
    assert _backup(lock={"minDays": 35, "maxDays": 35}).lock is not None


def test_copies_in_the_same_region_are_refused() -> None:
    backup = _backup(copyRegion="us-east-1")
    assert copied_elsewhere(backup, "sa-east-1") is backup
    with pytest.raises(PydanticCustomError, match="another region"):
        copied_elsewhere(backup, "us-east-1")
