from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.providers.kit.naming import Mode, Naming, NamingError, automatic
from lab.providers.model import Schema

PLAIN = Schema(inputs={}, autoname="name", autoname_max=30)
LOWER = Schema(inputs={}, autoname="name", autoname_max=30, autoname_transform=str.lower)


@given(st.text(alphabet="abcXYZ-", min_size=1, max_size=22), st.binary())
def test_a_name_is_the_logical_one_and_seven_digits(logical: str, seed: bytes) -> None:
    assert re.fullmatch(re.escape(logical) + "-[0-9a-f]{7}", automatic(PLAIN, Naming(logical, seed)))


def test_without_a_seed_names_differ() -> None:
    assert automatic(PLAIN, Naming("a")) != automatic(PLAIN, Naming("a"))


def test_a_name_longer_than_allowed_is_refused_with_both_numbers() -> None:
    with pytest.raises(NamingError, match=r"has 31 characters, 30 are allowed"):
        automatic(PLAIN, Naming("x" * 23, b"seed"))


@pytest.mark.parametrize(
    ("mode", "name"), [(Mode.PROPOSE, "shown"), (Mode.ENFORCE, "Shown")], ids=["proposed", "enforced"]
)
def test_a_proposal_may_be_shaped_and_an_enforced_name_may_not(mode: Mode, name: str) -> None:
    assert automatic(LOWER, Naming("a", mode=mode, proposed="Shown")) == name


def test_names_can_be_switched_off() -> None:
    with pytest.raises(NamingError, match="give it a name"):
        automatic(PLAIN, Naming("a", mode=Mode.DISABLE))
