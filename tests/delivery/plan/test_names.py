"""Names that are other ones at every preview."""

from __future__ import annotations

import pytest

from delivery.plan.names import Names, chosen


@pytest.mark.parametrize("name", ["log-3e81785", "api-1a2b3c4d", "a/b-0000000"])
def test_names_of_providers(name: str) -> None:
    assert chosen(name)


@pytest.mark.parametrize(
    "name", ["log", "log-3e8178", "log-xyz1234", "-3e81785", "two words-3e81785", "", None, 7, "log-TOOBIG12"]
)
def test_names_of_people(name: object) -> None:
    assert not chosen(name)


def test_owners_stand_where_names_stood() -> None:
    names = Names({"log-3e81785": "[A]", "log-3e81785-x-1234567": "[B]"})
    assert names.replaced("arn:log-3e81785:*, log-3e81785-x-1234567") == "arn:[A]:*, [B]"
    assert Names({}).replaced("log-3e81785") == "log-3e81785"
