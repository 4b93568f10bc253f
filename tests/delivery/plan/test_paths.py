"""Paths of properties, and what differs between two states."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.plan.paths import MISSING, at, differences, steps, written

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("spec.containers[0].image", ("spec", "containers", 0, "image")),
        ('tags["a.b"]', ("tags", "a.b")),
        ('["odd key"].x', ("odd key", "x")),
        (r'labels["say \"hi\""]', ("labels", 'say "hi"')),
        ("", ()),
    ],
)
def test_the_engines_notation(path: str, taken: tuple[str | int, ...]) -> None:
    assert steps(path) == taken
    assert written(taken) == path


@given(st.lists(st.text(min_size=1) | st.integers(min_value=0, max_value=99)))
def test_a_path_that_was_written_is_read_as_it_was(taken: list[str | int]) -> None:
    if any(isinstance(step, str) and any(mark in step for mark in '\\"') for step in taken):
        assert isinstance(written(tuple(taken)), str)
    else:
        text = written(tuple(taken))
        simple = all(isinstance(step, int) or (step.isascii() and step.isprintable()) for step in taken)
        assert not simple or steps(text) == tuple(taken)


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert at({"a": [1]}, steps(text)) is not None


def test_what_is_at_a_path() -> None:
    there = {"a": [{"b": None}], "c": object()}
    assert at(there, ("a", 0, "b")) is None
    assert at(there, ("a", 1)) is MISSING
    assert at(there, ("a", "b")) is MISSING
    assert at(there, ("a", 0, "b", "x")) is MISSING
    assert at(there, ("c", "inside")) is there["c"]  # a secret hides what is in it


def test_only_leaves_that_differ() -> None:
    before = {"same": 1, "list": [1, 2], "gone": {"x": 1}, "turned": {"a": 1}, "empty": {}}
    after = {"same": 1, "list": [1, 3, 4], "new": {"y": [5]}, "turned": "text", "empty": {}}
    assert list(differences(before, after)) == [
        (("gone", "x"), 1, MISSING),
        (("list", 1), 2, 3),
        (("list", 2), MISSING, 4),
        (("new", "y", 0), MISSING, 5),
        (("turned",), {"a": 1}, "text"),
    ]


@given(_JSON)
def test_nothing_differs_from_itself(content: Any) -> None:  # noqa: ANN401 - JSON
    assert list(differences(content, content)) == []


@given(_JSON, _JSON)
def test_what_differs_is_at_its_path(before: Any, after: Any) -> None:  # noqa: ANN401 - JSON
    for taken, was, there in differences(before, after):
        assert at(before, taken) is was or at(before, taken) == was
        assert at(after, taken) is there or at(after, taken) == there
