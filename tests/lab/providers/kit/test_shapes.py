from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.providers.kit import shapes as s
from lab.providers.kit.values import Secret, Value
from lab.providers.model import UNKNOWN

NODE: s.Record = s.Record("Node", lambda: s.Fields({"value": s.INTEGER, "next": NODE}, required=frozenset({"value"})))
CHOICE = s.OneOf((s.STRING, NODE))

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


def reasons(shape: s.Shape, value: Value) -> list[tuple[Any, str]]:
    return [(violation.path[1:], violation.reason) for violation in s.violations(shape, value, ("p",))]


@given(_json)
def test_anything_takes_anything(value: Value) -> None:
    assert not reasons(s.ANYTHING, value)
    assert not reasons(s.ListOf(s.ANYTHING), [value])


@given(_json, st.sampled_from([s.STRING, s.INTEGER, s.NUMBER, s.BOOLEAN, s.ListOf(s.STRING), s.MapOf(NODE), CHOICE]))
def test_judging_is_total(value: Value, shape: s.Shape) -> None:
    for path, reason in reasons(shape, value):
        assert isinstance(path, tuple)
        assert reason


@pytest.mark.parametrize(
    ("shape", "good", "bad"),
    [
        (s.STRING, ["", "x"], [1, True, [], {}, 1.5]),
        (s.INTEGER, [0, -1], ["1", True, 1.5, []]),
        (s.NUMBER, [0, 1.5], ["1", False, {}]),
        (s.BOOLEAN, [True, False], [0, 1, "true"]),
        (s.ListOf(s.STRING), [[], ["x"]], ["x", {}, 1]),
        (s.MapOf(s.STRING), [{}, {"a": "x"}], ["x", [], 1]),
    ],
)
def test_kinds_are_told_apart(shape: s.Shape, good: list[Any], bad: list[Any]) -> None:
    assert not [value for value in good if reasons(shape, value)]
    assert not [value for value in bad if not reasons(shape, value)]
    for value in (UNKNOWN, Secret(UNKNOWN), None, Secret(good[-1])):
        assert not reasons(shape, value)


def test_records_may_hold_themselves() -> None:
    assert not reasons(NODE, {"value": 1, "next": {"value": 2, "next": None}})
    assert reasons(NODE, {"value": 1, "next": {"next": {"value": "x"}}}) == [
        (("next", "next", "value"), "expected an integer, got a string"),
        (("next", "value"), "the required property `value` of Node is missing"),
    ]


def test_a_choice_tells_what_the_fitting_kind_says() -> None:
    assert reasons(CHOICE, {"value": "x"}) == [(("value",), "expected an integer, got a string")]
    assert reasons(CHOICE, 1) == [((), "expected a string or an object (Node), got a number")]
    assert not reasons(CHOICE, "x")


def test_the_engines_bookkeeping_is_no_property() -> None:
    assert not reasons(NODE, {"value": 1, "__defaults": []})
