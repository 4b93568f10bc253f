from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust.errors import TrustPolicyError, quoted


@given(st.text(max_size=400))
def test_a_stranger_s_text_is_short_printable_ascii(text: str) -> None:
    shown = quoted(text)
    assert shown.isascii()
    assert shown.isprintable()
    assert len(shown) <= 124


def test_problems_are_kept_apart_and_printed_together() -> None:
    error = TrustPolicyError(iter(["one", "two"]))
    assert error.problems == ("one", "two")
    assert str(error) == "one\ntwo"
