from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust.anchored import AnchoredPattern
from guardrails.trust.errors import Malformed


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        (
            r"^your\.name@gmail\.com$",
            ["your.name@gmail.com"],
            ["your.name@gmail.attacker.com", "your.name@gmail.com.attacker.com", "your@your.name@gmail.com"],
        ),
        (r"^https://github\.com/org/[^/]+@refs/(heads/main|tags/v[0-9]+)$", ["https://github.com/org/a@refs/tags/v1"], [
            "https://github.com/org/a/b@refs/heads/main", "https://github.com/org/a@refs/heads/main\n", "https://github.com/org/@refs/heads/main"]),
        (r"^[\]^$|]+$", ["^$|]"], ["a"]),
        (r"^(?:a|b)?c{2}\d$", ["acc1", "cc2"], ["abcc1", "cc٣"]),
        (r"^a\$$", ["a$"], ["a"]),
    ],
)  # fmt: skip
def test_whole_values_fit(text: str, yes: list[str], no: list[str]) -> None:
    pattern = AnchoredPattern.parse(text)
    assert str(pattern) == text
    assert [value for value in yes if not pattern.matches(value)] == []
    assert [value for value in no if pattern.matches(value)] == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "both ends"),
        ("^$", "both ends"),
        (".*@example.com", "both ends"),
        ("^.*@example.com", "both ends"),
        (".*@example.com$", "both ends"),
        ("^a|b$", "alternatives need a group"),
        ("^(a)|b$", "alternatives need a group"),
        (r"^a\$", "the closing"),
        (r"^a\\\$", "the closing"),
        ("^a$|^b$", "stands only at the ends"),
        ("^(?i)a$", "groups are"),
        ("^(?=a)b$", "groups are"),
        ("^(?P<x>a)(?P=x)$", "groups are"),
        (r"^(a)\1$", "is not accepted"),
        (r"^a\b$", "is not accepted"),
        ("^(a+)+$", "for ever"),
        ("^(?:a|aa)*$", "for ever"),
        ("^((a?){3}){9}$", "for ever"),
        ("^(a$", "not a regular expression"),
        ("^a)$", "not a regular expression"),
        ("^[a$", "not a regular expression"),
        ("^*a$", "not a regular expression"),
        ("^[[:alpha:]]$", "in a class of characters is not accepted"),
        ("^[a--b]$", "in a class of characters is not accepted"),
    ],
)
def test_what_is_not_anchored_or_not_plain_is_refused(text: str, why: str) -> None:
    with pytest.raises(Malformed, match=re.escape(why)):
        AnchoredPattern.parse(text)


@given(st.text(alphabet="ab|()[]^$\\?*+{}:.1", max_size=20), st.text(alphabet="ab^$|1.\n", max_size=8))
def test_any_text_is_refused_or_covers_whole_values_only(body: str, value: str) -> None:
    try:
        pattern = AnchoredPattern.parse(f"^{body}$")
    except Malformed:
        return
    # Python's own reading of the anchored text, with its one exception (a final newline) excluded.
    expected = re.search(f"^{body}$", value, re.ASCII) is not None and not value.endswith("\n")
    assert pattern.matches(value) is expected or value.endswith("\n")


def test_long_values_fit_nothing_and_cost_nothing() -> None:
    pattern = AnchoredPattern.parse("^a*a*a*b$")
    start = time.monotonic()
    assert not pattern.matches("a" * 100_000)
    assert not pattern.matches("a" * 400)
    assert time.monotonic() - start < 10
