from __future__ import annotations

import math
import string
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.providers.kit.check import check, without_internal
from lab.providers.kit.naming import Naming
from lab.providers.kit.values import format_path, reveal
from lab.providers.model import UNKNOWN
from lab.providers.random.strings import SPECIAL, Password, String

if TYPE_CHECKING:
    from collections.abc import Mapping

CLASSES = {
    "upper": string.ascii_uppercase,
    "lower": string.ascii_lowercase,
    "numeric": string.digits,
    "special": SPECIAL,
}
MINIMUMS = {"upper": "minUpper", "lower": "minLower", "numeric": "minNumeric", "special": "minSpecial"}


def judged(news: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    checked, found = check(String(), news, {}, Naming("x"))
    plain: dict[str, Any] = reveal(without_internal(checked))
    return plain, {format_path(failure.path): failure.reason for failure in found}


def made(**news: Any) -> str:  # noqa: ANN401 - property values
    inputs, found = judged(news)
    assert not found
    result: str = String().create(inputs).properties["result"]
    return result


@st.composite
def wishes(draw: st.DrawFn) -> dict[str, Any]:
    """Inputs that the official plugin accepts."""
    enabled = draw(st.fixed_dictionaries({name: st.booleans() for name in CLASSES}).filter(lambda e: any(e.values())))
    minimums = draw(st.fixed_dictionaries({name: st.integers(0, 5) for name in MINIMUMS.values()}))
    override = draw(st.none() | st.text(alphabet="_~|", min_size=1, max_size=3))
    length = draw(st.integers(max(1, sum(minimums.values())), 40))
    return {"length": length, **enabled, **minimums, **({"overrideSpecial": override} if override else {})}


@given(wishes())
def test_every_string_has_its_length_its_classes_and_their_minimums(wish: dict[str, Any]) -> None:
    result = made(**wish)
    classes = {**CLASSES, "special": wish.get("overrideSpecial", SPECIAL)}
    counts = {name: sum(character in classes[name] for character in result) for name in classes}
    assert len(result) == wish["length"]
    assert sum(counts.values()) == len(result)
    for name, minimum in MINIMUMS.items():
        assert counts[name] >= wish[minimum]
        if not wish[name]:
            assert counts[name] == wish[minimum]


def test_the_defaults_are_every_class() -> None:
    assert set(made(length=4000)) == set("".join(CLASSES.values()))


def test_characters_are_evenly_spread() -> None:
    """Chi-squared over 62 characters: 61 degrees of freedom, so more than 61 + 8 deviations is a defect, not chance."""
    count = 62_000
    counts = Counter(made(length=count, special=False))
    expected = count / 62
    statistic = sum(
        (counts[character] - expected) ** 2 / expected for character in string.ascii_letters + string.digits
    )
    assert statistic < 61 + 8 * math.sqrt(2 * 61)


def test_minimums_stand_anywhere() -> None:
    found = set()
    for _ in range(400):
        result = made(length=8, upper=False, numeric=False, special=False, minNumeric=1)
        found.add(next(place for place, character in enumerate(result) if character.isdigit()))
    assert found == set(range(8))


def test_no_two_are_the_same() -> None:
    assert len({made(length=16) for _ in range(500)}) == 500


@pytest.mark.parametrize(
    ("news", "name", "message"),
    [
        ({"length": 0}, "length", "must be at least 1, is 0"),
        ({"length": 3, "minUpper": 2, "minLower": 2}, "length", "is 3, less than the sum 4 of minUpper, minLower"),
        ({"length": 3, "minUpper": -1}, "minUpper", "must not be negative, is -1"),
        ({"length": 3, "number": True, "numeric": False}, "number", "differs from `numeric`"),
        (
            {"length": 3, "special": False, "upper": False, "lower": False, "numeric": False},
            "special",
            "one of upper, lower, numeric, special must be true",
        ),
        ({}, "length", "the required property `length` of random:index/randomString:RandomString is missing"),
        ({"length": 3, "colour": "red"}, "colour", "does not support the property `colour`"),
    ],
)
def test_what_cannot_be_is_refused_by_property(news: dict[str, Any], name: str, message: str) -> None:
    assert message in judged(news)[1][name]


@pytest.mark.parametrize("name", ["number", "numeric"])
def test_number_and_numeric_are_one(name: str) -> None:
    inputs, found = judged({"length": 3, name: False})
    assert not found
    assert inputs["number"] is inputs["numeric"] is False
    assert judged({"length": 3, name: UNKNOWN})[0]["numeric"] is UNKNOWN


def test_an_imported_string_has_the_defaults_and_its_own_length() -> None:
    state = String().read("abc", {})
    assert state.id == "abc"
    assert state.properties["result"] == "abc"
    assert judged({"length": 3})[0] == {name: state.properties[name] for name in judged({"length": 3})[0]}


def test_a_passwords_id_does_not_tell_it() -> None:
    inputs, _ = judged({"length": 20})
    made_ = Password().create(inputs)
    assert made_.id == "none"
    assert Password().read("hunter2", {}).id == "none"
    assert Password().read("hunter2", {}).properties["result"] == "hunter2"
    assert Password().schema.secrets == {"result", "bcryptHash"}
