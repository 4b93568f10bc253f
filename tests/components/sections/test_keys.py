from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from components.sections.keys import Keys

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
