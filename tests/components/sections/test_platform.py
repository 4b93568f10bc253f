from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from components.sections.audit import Audit
from components.sections.data import Evidence
from components.sections.keys import Keys
from components.sections.supply import Supply

ROLE = "arn:aws:iam::123456789012:role/"


def _keys(**settings: object) -> Keys:
    return Keys.model_validate_json(json.dumps(settings))


def test_keys_are_safe_without_a_word() -> None:
    keys = _keys()
    assert (keys.deletion_window_days, keys.rotation_period_days, keys.administrators, keys.users) == (30, 365, (), ())


def test_administrators_and_users_may_be_different_people() -> None:
    users = [{"purpose": "envelope", "principals": [f"{ROLE}user"]}]
    assert _keys(administrators=[f"{ROLE}admin"], users=users).users[0].principals == (f"{ROLE}user",)


@pytest.mark.parametrize(
    ("users", "complaint"),
    [
        ([("envelope", "admin")], "the two roles are apart"),
        ([("envelope", "a"), ("release-signing", "admin")], "the two roles are apart"),
        ([("envelope", "a"), ("envelope", "b")], "names purpose 'envelope' twice"),
    ],
)
def test_one_principal_is_not_both_and_one_purpose_has_one_list(users: list[tuple[str, str]], complaint: str) -> None:
    listed = [{"purpose": purpose, "principals": [ROLE + name]} for purpose, name in users]
    with pytest.raises(ValidationError, match=complaint):
        _keys(administrators=[f"{ROLE}admin"], users=listed)


@given(lock=st.integers(1, 36500), noncurrent=st.integers(1, 36500))
def test_a_version_is_not_removed_while_it_is_locked(lock: int, noncurrent: int) -> None:
    text = json.dumps({"lockMode": "COMPLIANCE", "lockDays": lock, "noncurrentDays": noncurrent})
    if noncurrent >= lock:
        assert Evidence.model_validate_json(text).cold_after_days == 90
    else:
        with pytest.raises(ValidationError, match="at least lockDays"):
            Evidence.model_validate_json(text)


@pytest.mark.parametrize("days", [0, 2, 366, "7"])
def test_logs_are_kept_for_a_time_that_aws_has(days: object) -> None:
    with pytest.raises(ValidationError):
        Audit.model_validate_json(json.dumps({"retentionDays": days}))


@pytest.mark.parametrize(
    "change",
    [{"registries": []}, {"registries": ["r.io/x", "r.io/x"]}, {"repositories": ["a", "a"]}, {"repositories": []}],
)
def test_registries_and_repositories_are_named_once_and_at_all(change: dict[str, Any]) -> None:
    good: dict[str, Any] = {"registries": ["r.io/x"], "repositories": ["a"]}
    assert Supply.model_validate_json(json.dumps(good)).expire_candidates_days == 30
    with pytest.raises(ValidationError):
        Supply.model_validate_json(json.dumps({**good, **change}))
