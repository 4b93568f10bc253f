"""WWW-Authenticate headers, well-formed and made to confuse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust.challenge import Challenge, parse
from guardrails.trust.errors import Malformed


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("Basic", [Challenge("basic")]),
        ('Basic realm="x y"', [Challenge("basic", {"realm": "x y"})]),
        (
            'Bearer realm="https://auth.example/token",service="r.example",scope="repository:a/b:pull,push"',
            [
                Challenge(
                    "bearer",
                    {
                        "realm": "https://auth.example/token",
                        "service": "r.example",
                        "scope": "repository:a/b:pull,push",
                    },
                )
            ],
        ),
        ("BEARER Realm=a , SERVICE = b", [Challenge("bearer", {"realm": "a", "service": "b"})]),
        ('Bearer realm="a\\"b"', [Challenge("bearer", {"realm": 'a"b'})]),
        (
            'Negotiate YWJj==, Basic realm="a", Bearer realm="b", error=c',
            [
                Challenge("negotiate"),
                Challenge("basic", {"realm": "a"}),
                Challenge("bearer", {"realm": "b", "error": "c"}),
            ],
        ),
        (", ,Basic , Bearer realm=b,", [Challenge("basic"), Challenge("bearer", {"realm": "b"})]),
    ],
)
def test_challenges_are_read(header: str, found: list[Challenge]) -> None:
    assert list(parse(header)) == found


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ("", "empty"),
        (" , ", "empty"),
        ('"Bearer"', "unreadable"),
        ('Bearer realm="a', "unreadable"),
        ('Bearer realm="a\r\nX: y"', "unreadable"),
        ('Bearer realm="a",realm="b"', "twice"),
        ('Bearer realm="a",REALM="b"', "twice"),
        ("Bearer realm=\xe9", "unreadable"),
        ("Bearer " + "a" * 5000, "5007 characters"),
    ],
)
def test_other_headers_are_refused(header: str, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        parse(header)


@given(st.text(max_size=80) | st.text(alphabet='Bearlm=",\\ \t:/x', max_size=80))
def test_any_header_is_read_or_refused(header: str) -> None:
    try:
        found = parse(header)
    except Malformed:
        return
    assert all(one.scheme == one.scheme.lower() and one.scheme for one in found)
    for one in found:
        assert all("\n" not in value and "\r" not in value for value in one.parameters.values())
