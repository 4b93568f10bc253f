from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.providers.kit.diff import Change, Kind, compare, difference, is_empty, parse_path
from lab.providers.kit.values import Path, Secret, Value, format_path
from lab.providers.model import UNKNOWN, Schema
from tests.lab.providers.kit.conftest import Shelf

_leaves = st.booleans() | st.integers(-3, 3) | st.sampled_from(["a", "b", ""])
_trees = st.recursive(
    _leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=10,
)
_bags = st.dictionaries(st.sampled_from(["p", "q", "r"]), _trees, max_size=3)
SCHEMA = Shelf.schema

Tree = dict[str, dict[str, dict[str, str]]]


def normal(value: Value) -> Value:
    """Without what means nothing: absent, null and empty are one."""
    if isinstance(value, dict):
        return {key: normal(value[key]) for key in sorted(value) if normal(value[key]) not in (None, {}, [])}
    return (
        [None if normal(item) in (None, {}, []) else normal(item) for item in value]
        if isinstance(value, list) and value
        else value
    )


def apply(old: Value, new: Value, changes: list[Change]) -> Value:
    """Write the new values of the changed paths, and nothing else, into a copy of the old bag."""
    result = copy.deepcopy(old)
    for change in sorted(changes, key=lambda change: change.kind is Kind.DELETE):
        if change.kind is not Kind.DELETE:
            put(result, change.path, copy.deepcopy(at(new, change.path)))
    # From the end, so that the indexes of a list that gets shorter stay true.
    for change in sorted((c for c in changes if c.kind is Kind.DELETE), key=lambda c: str(c.path), reverse=True):
        remove(result, change.path)
    return result


def at(value: Value, path: Path) -> Value:
    for part in path:
        value = value[part]
    return value


def put(target: Value, path: Path, value: Value) -> None:
    place = at(target, path[:-1])
    last = path[-1]
    if isinstance(place, list) and last == len(place):
        place.append(value)
    else:
        place[last] = value


def remove(target: Value, path: Path) -> None:
    del at(target, path[:-1])[path[-1]]


@given(_bags)
def test_nothing_differs_from_itself(bag: dict[str, Any]) -> None:
    assert not list(compare(bag, copy.deepcopy(bag)))


@given(_bags, _bags)
def test_the_changes_make_the_old_the_new(old: dict[str, Any], new: dict[str, Any]) -> None:
    old, new = normal(old), normal(new)
    changes = list(compare(old, new, ()))
    if changes and changes[0].path == ():
        assert is_empty(old) != is_empty(new)
        return
    assert normal(apply(old, new, changes)) == new


@given(_bags, _bags)
def test_a_change_exists_exactly_when_the_meaning_differs(old: dict[str, Any], new: dict[str, Any]) -> None:
    schema = Schema(inputs=dict.fromkeys("pqr"))
    differs = repr(normal(old)) != repr(normal(new))  # as text, for True == 1 in Python
    assert bool(difference(schema, old, new).changes) == differs


def paths(old: dict[str, Any], new: dict[str, Any], *ignore: str) -> dict[str, tuple[str, bool]]:
    found = difference(SCHEMA, old, new, ignore)
    return {format_path(change.path): (change.kind.value, change.replaces) for change in found.changes}


def test_paths_are_nested_and_say_what_replaces() -> None:
    old = {"size": 1, "tags": {"env": "a", "gone": "x"}, "rules": [{"x": 1}, {"x": 2}], "room": "hall"}
    new = {"size": 1, "tags": {"env": "b", "k/n": "y"}, "rules": [{"x": 3}], "room": "attic"}
    assert paths(old, new) == {
        "tags.env": ("update", False),
        "tags.gone": ("delete", False),
        'tags["k/n"]': ("add", False),
        "rules[0].x": ("update", False),
        "rules[1]": ("delete", False),
        "room": ("update", True),
    }
    assert difference(SCHEMA, old, new).replaces == ("room",)


def test_an_unknown_is_a_change_and_replaces_when_its_property_does() -> None:
    assert paths({"room": "hall"}, {"room": UNKNOWN}) == {"room": ("update", True)}
    assert paths({}, {"tags": {"a": UNKNOWN}}) == {"tags": ("add", False)}
    assert paths({"tags": {"a": "1"}}, {"tags": {"a": UNKNOWN}}) == {"tags.a": ("update", False)}


def test_secrecy_alone_is_no_change() -> None:
    assert paths({"code": Secret("x")}, {"code": "x"}) == {}
    assert paths({"code": Secret("x")}, {"code": Secret("y")}) == {"code": ("update", False)}


def test_what_the_service_fills_in_may_be_absent() -> None:
    assert paths({"colour": "grey"}, {}) == {}
    assert paths({"colour": "grey"}, {"colour": "red"}) == {"colour": ("update", False)}


def test_equivalent_values_are_no_change() -> None:
    assert paths({"policy": "A;B"}, {"policy": "a;b"}) == {}
    assert paths({"policy": "A;B"}, {"policy": "c"}) == {"policy": ("update", False)}
    assert paths({"policy": "A;B"}, {}) == {"policy": ("delete", False)}
    assert paths({"policy": "A;B"}, {"policy": UNKNOWN}) == {"policy": ("update", False)}


@pytest.mark.parametrize("ignored", ["tags.env", "tags", 'tags["env"]', "tags.*", "*"])
def test_ignored_paths_do_not_count(ignored: str) -> None:
    assert paths({"tags": {"env": "a"}}, {"tags": {"env": "b"}}, ignored) == {}


def test_other_paths_still_count() -> None:
    assert paths({"tags": {"env": "a"}}, {"tags": {"env": "b"}}, "tags.environment", "rules[0]") == {
        "tags.env": ("update", False)
    }


def test_a_chosen_name_goes_before_its_replacement_comes() -> None:
    chosen = {"name": "mine", "room": "hall", "__defaults": []}
    automatic = {"name": "mine", "room": "hall", "__defaults": ["name"]}
    assert difference(SCHEMA, chosen, {**chosen, "room": "attic"}).delete_before_replace
    assert not difference(SCHEMA, automatic, {**automatic, "room": "attic"}).delete_before_replace
    assert not difference(SCHEMA, chosen, {**chosen, "name": "other"}).delete_before_replace
    assert not difference(SCHEMA, chosen, {**chosen, "tags": {"a": "b"}}).delete_before_replace


@given(st.lists(st.text(min_size=1).filter(lambda part: part != "*") | st.integers(0, 99), min_size=1, max_size=4))
def test_paths_are_read_as_they_are_written(parts: list[str | int]) -> None:
    assert parse_path(format_path(tuple(parts))) == tuple(parts)


def test_an_empty_object_says_something_where_it_is_taken_literally() -> None:
    schema = Schema(inputs={"action": None, "other": None}, literal=frozenset({"action"}))
    block: Tree = {"action": {"block": {}}}
    count: Tree = {"action": {"count": {}}}
    changes = difference(schema, block, count).changes
    assert [(format_path(change.path), change.kind) for change in changes] == [
        ("action.block", Kind.DELETE),
        ("action.count", Kind.ADD),
    ]
    assert not difference(schema, block, block).changes
    assert difference(schema, {"action": [{"block": {}}]}, {"action": [{"count": {}}]}).changes
    assert not difference(schema, {"other": {"block": {}}}, {"other": {"count": {}}}).changes
