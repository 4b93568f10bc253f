"""Whose comment it is."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from delivery.comment import marker
from tests.support.plans import ORIGIN, plan

_NAMES = ("producao", "producao-dr", "producao ", "Producao", 'producao"', "producao-->", "a/b", "")


def test_a_marker_is_of_one_stack_alone() -> None:
    markers = [marker.marker("cartorio", name) for name in _NAMES]
    assert len(set(markers)) == len(_NAMES)
    for one, other in itertools.permutations(markers, 2):
        assert not marker.is_of(f"{one}\nbody", other)
        assert not marker.is_of(f"{one}", other)


def test_where_it_stands() -> None:
    mine = marker.marker("cartorio", "producao")
    assert marker.is_of(f"{mine}\r\nbody", mine)
    assert not marker.is_of(f"quoted:\n{mine}\nbody", mine)
    assert not marker.is_of(f"> {mine}", mine)
    assert not marker.is_of(f"{mine} and more", mine)


def test_when_its_plan_was_made() -> None:
    assert marker.at(marker.lines(plan())) == ORIGIN.at
    assert marker.at("no marker") is None
    assert marker.at("<!-- cartorio at yesterday &#45;&#45;end -->") is None


@given(st.text(), st.text())
def test_any_two_names(one: str, other: str) -> None:
    if one != other and one.isprintable() and other.isprintable():
        assert marker.marker("p", one) != marker.marker("p", other)
