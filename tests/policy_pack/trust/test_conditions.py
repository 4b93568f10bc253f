from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from guardrails.trust.conditions import Condition, Elsewhere, FieldPath
from guardrails.trust.errors import Malformed

FACTS: dict[str, Any] = {
    "builder": "https://b.example/1",
    "count": 3,
    "share": 0.5,
    "yes": True,
    "nothing": None,
    "list": [{"n": 1, "s": "x"}, {"n": 2}],
    "nested": [{"inner": [1]}, {"inner": []}, {"inner": [2]}],
    "none": [],
    "many": [0] * 10_001,
    "parameters": {"build.args": {"A": "1"}, "list": ["a", "b"]},
}


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("builder", ("https://b.example/1",)),
        ('parameters["build.args"].A', ("1",)),
        ("parameters.list[1]", ("b",)),
        ("parameters.list[*]", ("a", "b")),
        ("list[*].n", (1, 2)),
        ("nothing", (None,)),
        ("nested[*].inner[*]", (1, 2)),
    ],
)
def test_paths_lead_to_values(path: str, values: tuple[object, ...]) -> None:
    parsed = FieldPath.parse(path)
    assert str(parsed) == path
    assert parsed.values(FACTS) == values


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("absent", "absent is not there"),
        ("builder.x", "is not there"),
        ("builder[0]", "is not there"),
        ("builder[*]", "is not there"),
        ("list[9]", "is not there"),
        ("list.n", "is not there"),
        ("list[*].s", r"list\[\*\].s is not there, not everywhere"),
        ("none[*]", "is not there"),
        ("many[*]", "more than the 10000 values"),
    ],
)
def test_what_is_missing_somewhere_or_too_much_is_no_value(path: str, why: str) -> None:
    """Values that nobody looked at would satisfy whatever the policy asks of all of them."""
    with pytest.raises(Malformed, match=why):
        FieldPath.parse(path).values(FACTS)
    fault = Condition.model_validate({"field": path, "one_of": ["x", 1, 2, 0]}).fault(FACTS)
    assert "there" in str(fault) or "more than" in str(fault)


@pytest.mark.parametrize(
    "text", ["", ".", ".a", "a.", "a..b", "[0]", "[*].a", "a[", "a[-1]", "a[x]", "a b", 'a["', "a[*", "ab\n"]
)
def test_other_texts_are_no_paths(text: str) -> None:
    with pytest.raises(Malformed):
        FieldPath.parse(text)


@given(st.text(alphabet='ab.[]*"0 \n', max_size=12))
def test_any_text_is_a_path_or_refused(text: str) -> None:
    try:
        FieldPath.parse(text).values(FACTS)
    except Malformed:
        return


@pytest.mark.parametrize(
    ("condition", "fault"),
    [
        ({"field": "builder", "equals": "https://b.example/1"}, None),
        ({"field": "builder", "equals": "https://b.example/2"}, "builder is 'https://b.example/1', not"),
        ({"field": "count", "equals": 3}, None),
        ({"field": "yes", "equals": True}, None),
        ({"field": "yes", "equals": 1}, "yes is 'True', not '1'"),
        ({"field": "count", "equals": "3"}, "count is '3', not '3'"),
        ({"field": "count", "one_of": [1, 3]}, None),
        ({"field": "count", "one_of": ["3"]}, "not one of"),
        ({"field": "builder", "matches": "^https://b\\.example/[0-9]$"}, None),
        ({"field": "builder", "matches": "^https://b\\.example/$"}, "not what matches"),
        ({"field": "count", "matches": "^3$"}, "not what matches"),
        ({"field": "count", "at_most": 3}, None),
        ({"field": "count", "at_most": 2}, "not at most 2"),
        ({"field": "count", "at_least": 4}, "not at least 4"),
        ({"field": "share", "at_least": 0.5, "at_most": 0.6}, None),
        ({"field": "yes", "at_most": 3}, "not at most 3"),
        ({"field": "builder", "at_most": 3}, "not at most 3"),
        ({"field": "list[*].n", "at_most": 2}, None),
        ({"field": "list[*].n", "at_most": 1}, "not at most 1"),
        ({"field": "absent", "at_most": 1}, "absent is not there"),
        ({"field": "nothing", "equals": "x"}, "nothing is 'None'"),
        ({"field": "parameters", "equals": "x"}, "parameters is 'dict'"),
        ({"field": "builder", "same_as": "sbom.id"}, None),
        ({"field": "parameters", "same_as": "sbom.id"}, "not a single plain value"),
    ],
)
def test_a_condition_holds_or_says_why_not(condition: dict[str, Any], fault: str | None) -> None:
    found = Condition.model_validate(condition).fault(FACTS)
    assert found is None if fault is None else fault in str(found)


@pytest.mark.parametrize(
    "condition",
    [
        {"field": "a"},
        {"field": "a", "equals": 1, "at_most": 2},
        {"field": "a", "one_of": []},
        {"field": "a", "matches": "a"},
        {"field": "a", "same_as": "sbom"},
        {"field": "a", "same_as": ".id"},
        {"field": "a", "at_most": "3"},
        {"field": 3, "equals": 1},
        {"field": "a", "equals": 1, "or": 2},
    ],
)
def test_conditions_that_mean_nothing_certain_are_refused(condition: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Condition.model_validate(condition)


def test_elsewhere_is_an_attestation_and_a_field() -> None:
    parsed = Elsewhere.parse("sbom.parameters.list[0]")
    assert (parsed.attestation, str(parsed.field), str(parsed)) == (
        "sbom",
        "parameters.list[0]",
        "sbom.parameters.list[0]",
    )
