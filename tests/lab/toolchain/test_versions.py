from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from semver import Version

from lab.toolchain.versions import Match, Range, parse, parse_go

_NUMBERS = st.integers(min_value=0, max_value=10_000)


@given(_NUMBERS, _NUMBERS, _NUMBERS, st.booleans())
def test_a_version_is_read_back(major: int, minor: int, patch: int, tagged: bool) -> None:  # noqa: FBT001
    version = Version(major, minor, patch)
    assert parse(f"{'v' if tagged else ''}{version}") == version


@given(st.text(max_size=30))
def test_any_text_is_a_version_or_none(text: str) -> None:
    for read in (parse, parse_go):
        found = read(text)
        assert found is None or isinstance(found, Version)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v4.3", Version(4, 3, 0)),
        ("v1.32.4-dispatcher", Version(1, 32, 4, "dispatcher")),
        (" 3.260.0\n", Version(3, 260, 0)),
        ("1.2.3+build.5", Version(1, 2, 3)),
        ("1.2.3-01", None),
        ("latest", None),
        ("1", None),
        ("(devel)", None),
    ],
)
def test_versions_as_tools_print_them(text: str, expected: Version | None) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("go1.26.8", Version(1, 26, 8)),
        ("go1.27rc1", Version(1, 27, 0, "rc1")),
        ("go1.26", Version(1, 26, 0)),
        ("go1.26.8 X:nocoverageredesign", Version(1, 26, 8)),
        ("go1.26.8-company", Version(1, 26, 8)),
        ("devel go1.28-3f2a", None),
    ],
)
def test_go_counts_in_its_own_way(text: str, expected: Version | None) -> None:
    assert parse_go(text) == expected


@pytest.mark.parametrize(
    ("match", "version", "admitted"),
    [
        (Match.SAME_MAJOR, "1.36.3", True),
        (Match.SAME_MAJOR, "1.40.0", True),
        (Match.SAME_MAJOR, "1.36.3-rc.1", False),
        (Match.SAME_MAJOR, "1.36.2", False),
        (Match.SAME_MAJOR, "2.0.0", False),
        (Match.SAME_MINOR, "1.36.0", True),
        (Match.SAME_MINOR, "1.36.9-gke.100", True),
        (Match.SAME_MINOR, "1.37.0", False),
        (Match.SAME_MINOR, "1.32.4-dispatcher", False),
    ],
)
def test_what_will_do(match: Match, version: str, *, admitted: bool) -> None:
    assert Range(Version(1, 36, 3), match).admits(Version.parse(version)) is admitted


def test_a_range_says_what_it_admits() -> None:
    assert str(Range(Version(3, 259, 0), Match.SAME_MAJOR)) == ">= 3.259.0, < 4"
    assert str(Range(Version(1, 36, 3), Match.SAME_MINOR)) == "1.36.x"
