from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.naming import physical_name

_PART = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=80)


def test_a_name_that_fits_is_left_alone() -> None:
    assert physical_name("cartorio", "local", "envelope", limit=64) == "cartorio-local-envelope"


def test_a_long_name_is_cut_and_keeps_its_beginning() -> None:
    name = physical_name("cartorio", "a" * 100, "signer", limit=64)
    assert len(name) == 64
    assert name.startswith("cartorio-aaaa")


@given(st.lists(_PART, min_size=1, max_size=4), st.integers(min_value=10, max_value=80))
def test_never_longer_than_the_limit_and_never_a_double_hyphen_at_the_cut(parts: list[str], limit: int) -> None:
    name = physical_name(*parts, limit=limit)
    assert len(name) <= limit
    assert not name.endswith("-")
    assert physical_name(*parts, limit=limit) == name


@given(_PART, _PART)
def test_names_that_differ_only_after_the_cut_stay_different(one: str, other: str) -> None:
    names = {physical_name("x" * 70, one, limit=63), physical_name("x" * 70, other, limit=63)}
    assert len(names) == (1 if one == other else 2)


@pytest.mark.parametrize(("parts", "limit"), [((), 63), (("",), 63), (("a", ""), 63), (("a",), 9)])
def test_what_cannot_be_named_is_an_error(parts: tuple[str, ...], limit: int) -> None:
    with pytest.raises(ValueError, match="name"):
        physical_name(*parts, limit=limit)
