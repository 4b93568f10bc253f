from __future__ import annotations

import base64
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.providers.model import ResourceError
from lab.providers.random.numbers import Bytes, Id, Integer, Shuffle, Uuid

if TYPE_CHECKING:
    from lab.providers.random.generated import Generated


@given(st.integers(1, 64), st.text())
def test_an_ids_notations_are_one_number(length: int, prefix: str) -> None:
    state = Id().create({"byteLength": length, "prefix": prefix})
    assert all(state.properties[name].startswith(prefix) for name in ("b64Std", "b64Url", "dec", "hex"))
    bare = {name: state.properties[name][len(prefix) :] for name in ("b64Std", "b64Url", "dec", "hex")}
    value = bytes.fromhex(bare["hex"])
    assert len(value) == length
    assert base64.b64decode(bare["b64Std"]) == value
    assert bare["b64Url"] == bare["b64Std"].translate(str.maketrans("+/", "-_")).rstrip("=")
    assert int(bare["dec"]) == int.from_bytes(value, "big")
    assert state.id == bare["b64Url"]


@given(st.integers(1, 64), st.text(alphabet="ab,-", max_size=5))
def test_an_imported_id_is_the_one_that_was_made(length: int, prefix: str) -> None:
    inputs = {"byteLength": length, **({"prefix": prefix} if prefix else {})}
    made = Id().create(inputs)
    found = Id().read(f"{prefix},{made.id}" if prefix else made.id, {})
    assert found == made


def test_imported_bytes_are_the_ones_that_were_made() -> None:
    made = Bytes().create({"length": 33})
    assert made.id == "none"
    assert bytes.fromhex(made.properties["hex"]) == base64.b64decode(made.properties["base64"])
    assert Bytes().read(made.properties["base64"], {}) == made
    assert Bytes().schema.secrets == {"base64", "hex"}


@given(st.integers(-1000, 1000), st.integers(0, 1000))
def test_a_number_is_within_its_bounds(low: int, width: int) -> None:
    state = Integer().create({"min": low, "max": low + width})
    assert low <= state.properties["result"] <= low + width
    assert state.id == str(state.properties["result"])
    assert Integer().read(f"{state.id},{low},{low + width}", {}) == state


def test_both_bounds_are_possible() -> None:
    assert {Integer().create({"min": 1, "max": 3}).properties["result"] for _ in range(200)} == {1, 2, 3}


def test_a_uuid_is_one_and_is_found_again() -> None:
    state = Uuid().create({})
    assert str(uuid.UUID(state.id)) == state.id == state.properties["result"]
    assert Uuid().read(state.id.upper(), {}) == state


@given(st.lists(st.text(), max_size=8), st.none() | st.integers(0, 20))
def test_a_shuffle_repeats_no_item_more_than_needed(items: list[str], count: int | None) -> None:
    inputs: dict[str, Any] = {"inputs": items, **({} if count is None else {"resultCount": count})}
    results = Shuffle().create(inputs).properties["results"]
    wanted = count or len(items)
    assert len(results) == (wanted if items else 0)
    for start in range(0, len(results) - len(items) + 1, max(1, len(items))):
        assert sorted(results[start : start + len(items)]) == sorted(items)


def test_shuffles_differ() -> None:
    items = [str(number) for number in range(20)]
    assert len({tuple(Shuffle().create({"inputs": items}).properties["results"]) for _ in range(50)}) == 50


@pytest.mark.parametrize(
    ("kind", "inputs", "name"),
    [
        (Id(), {"byteLength": 0}, "byteLength"),
        (Bytes(), {"length": -1}, "length"),
        (Integer(), {"min": 2, "max": 1}, "min"),
        (Shuffle(), {"inputs": [], "resultCount": -1}, "resultCount"),
    ],
)
def test_what_cannot_be_is_refused_by_property(kind: Generated, inputs: dict[str, Any], name: str) -> None:
    assert set(kind.check(inputs)) == {name}


@pytest.mark.parametrize(
    ("kind", "resource_id", "form"),
    [
        (Id(), "not base64!", "b64Url"),
        (Id(), "prefix,", "b64Url"),
        (Id(), "AAA=", "b64Url"),
        (Bytes(), "abc", "base64"),
        (Integer(), "1,2", "result,min,max"),
        (Integer(), "a,1,2", "result,min,max"),
        (Integer(), "3,1,2", "min <= result <= max"),
        (Uuid(), "123", "a UUID"),
        (Shuffle(), "-", "it can't be imported"),
    ],
)
def test_an_import_id_of_another_form_is_refused_and_the_form_told(
    kind: Generated, resource_id: str, form: str
) -> None:
    with pytest.raises(ResourceError, match=form):
        kind.read(resource_id, {})
