from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.providers.aws.shapes import Member, One, Pairs, Shape, Text, camel, pascal
from lab.providers.model import ResourceError

_INNER = pascal("prefix", tags=Pairs(), id="ID")
SHAPE = pascal("status", rules=_INNER, only=Member("Onlys", One(_INNER)), size=Text(int, str))

_INNERS = st.fixed_dictionaries(
    {}, optional={"prefix": st.text(), "id": st.text(), "tags": st.dictionaries(st.text(), st.text(), max_size=3)}
)
_VALUES = st.fixed_dictionaries(
    {},
    optional={
        "status": st.text(),
        "rules": st.lists(_INNERS, max_size=3),
        "only": _INNERS,
        "size": st.integers().map(str),
    },
)


@given(_VALUES)
def test_there_and_back(value: dict[str, Any]) -> None:
    assert SHAPE.from_api(SHAPE.to_api(value)) == value


def test_names() -> None:
    value = {"status": "x", "rules": [{"id": "1", "tags": {"b": "2", "a": "1"}}], "only": {"prefix": "p"}, "size": "7"}
    assert SHAPE.to_api(value) == {
        "Status": "x",
        "Rules": [{"ID": "1", "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]}],
        "Onlys": [{"Prefix": "p"}],
        "Size": 7,
    }
    assert camel("scanOnPush").to_api({"scanOnPush": True}) == {"scanOnPush": True}


def test_absent_stays_absent() -> None:
    assert SHAPE.to_api({"status": None}) == {}
    assert SHAPE.from_api({"Status": None, "Unheard": 1, "Onlys": []}) == {"only": None}


def test_what_is_not_named_is_refused_by_path() -> None:
    with pytest.raises(ResourceError, match=r"does not support rules\[1\]\.color, rules\[1\]\.size"):
        SHAPE.to_api({"rules": [{"id": "1"}, {"size": 3, "color": "red", "shade": None}]})


def test_what_can_not_be_parsed_is_refused_by_path() -> None:
    with pytest.raises(ResourceError, match=r"^size: invalid literal"):
        SHAPE.to_api({"size": "big"})


def test_one_in_the_api_and_a_list_in_pulumi() -> None:
    one = One(_INNER, api_is_list=False)
    assert one.to_api([{"id": "1"}], "x") == {"ID": "1"}
    assert one.to_api([], "x") is None
    assert one.from_api({"ID": "1"}) == [{"id": "1"}]
    with pytest.raises(ResourceError, match="x may have one item at most"):
        one.to_api([{}, {}], "x")


def test_paths() -> None:
    assert sorted(SHAPE.paths()) == [
        "only.id",
        "only.prefix",
        "only.tags",
        "rules.id",
        "rules.prefix",
        "rules.tags",
        "size",
        "status",
    ]
    assert isinstance(SHAPE, Shape)
