"""What a plan says of itself."""

from __future__ import annotations

import pytest

from delivery.plan.model import Value, ValueState
from tests.support.plans import plan, policy, state, step


def test_a_value_that_is_secret_can_have_no_text() -> None:
    with pytest.raises(ValueError, match="has no text"):
        Value(state=ValueState.SECRET, text="x")


def test_a_plan_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        plan().stack = "other"  # type: ignore[misc]


def test_what_a_reviewer_must_see_first() -> None:
    made = plan(
        step("delete", "gone"),
        step("same", "loose", old=state(protect=True), new=state()),
        policies=(policy(), policy("advice", enforcementLevel="advisory")),
    )
    assert [change.name for change in made.destructive] == ["gone"]
    assert [change.name for change in made.unprotected] == ["loose"]
    assert [finding.rule for finding in made.mandatory] == ["aws/s3-public-access"]
    assert made.failures == ()
