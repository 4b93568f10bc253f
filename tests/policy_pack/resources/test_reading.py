from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.resources import reading
from guardrails.resources.reading import UNKNOWN, MalformedError

if TYPE_CHECKING:
    from collections.abc import Callable

RAW: dict[str, Any] = {
    "t": "x",
    "f": False,
    "m": {"a": 1},
    "l": [1],
    "n": None,
    "u": UNKNOWN,
    "q": {"cpu": 2.5, "x": None},
}


def test_absent_and_null_are_the_same() -> None:
    for key in ("n", "missing"):
        assert reading.text(RAW, key, "") is None
        assert reading.flag(RAW, key, "") is None
        assert reading.mapping(RAW, key, "") == {}
        assert reading.sequence(RAW, key, "") == ()
        assert reading.scalars(RAW, key, "") == {}


def test_values_of_the_right_type_come_through() -> None:
    assert reading.text(RAW, "t", "") == "x"
    assert reading.flag(RAW, "f", "") is False
    assert reading.mapping(RAW, "m", "") == {"a": 1}
    assert reading.sequence(RAW, "l", "") == [1]
    assert reading.scalars(RAW, "q", "") == {"cpu": "2.5"}


@pytest.mark.parametrize("read", [reading.text, reading.flag, reading.mapping, reading.sequence, reading.scalars])
def test_an_unknown_stays_unknown(read: Callable[..., object]) -> None:
    assert read(RAW, "u", "") is UNKNOWN


@pytest.mark.parametrize(
    ("read", "key"),
    [
        (reading.text, "f"),
        (reading.text, "l"),
        (reading.flag, "t"),
        (reading.mapping, "l"),
        (reading.sequence, "t"),
        (reading.sequence, "m"),
        (reading.scalars, "l"),
    ],
)
def test_another_type_is_malformed_and_its_value_is_not_shown(read: Callable[..., object], key: str) -> None:
    with pytest.raises(MalformedError) as caught:
        read(RAW, key, "spec")
    assert caught.value.path == f"spec.{key}"
    assert caught.value.what.startswith("expected ")
    assert "'x'" not in str(caught.value)


def test_a_boolean_is_no_quantity() -> None:
    with pytest.raises(MalformedError, match="quantity"):
        reading.scalars({"limits": {"cpu": True}}, "limits", "")


def test_keys_must_be_text() -> None:
    with pytest.raises(MalformedError, match="text keys"):
        reading.mapping({"labels": {1: "a"}}, "labels", "")


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.just(UNKNOWN),
        lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    )
)
def test_any_value_is_read_or_malformed(value: object) -> None:
    for read in (reading.text, reading.flag, reading.mapping, reading.sequence, reading.scalars):
        path = "k"
        try:
            read({"k": value}, "k", "")
        except MalformedError as error:
            path = error.path
        assert path.startswith("k")
