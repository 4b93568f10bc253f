"""Texts of others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.plan.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain and |`<odd>", "plain and |`<odd>"),
        ("acentuação 漢字", "acentuação 漢字"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("\x1b[31mred", "\\u{1b}[31mred"),
        ("safe\u202egnp.exe", "safe\\u{202e}gnp.exe"),
        ("\ud800", "\\u{d800}"),
    ],
)
def test_what_cannot_be_seen_is_written_as_its_number(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_nothing_ends_the_line(text: str) -> None:
    assert len(printable(text).splitlines()) <= 1
