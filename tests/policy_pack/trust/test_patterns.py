from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust.errors import Malformed
from guardrails.trust.patterns import RepositoryPattern
from guardrails.trust.reference import Repository

PATHS = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4)


@st.composite
def covering(draw: st.DrawFn, path: list[str]) -> RepositoryPattern:
    """A pattern that covers the path: any segment may be a wildcard, and `**` may stand for the end."""
    segments = [draw(st.sampled_from([segment, "*"])) for segment in path]
    end = draw(st.integers(0, len(path)))
    return RepositoryPattern("r.example", tuple(segments if end == len(path) else [*segments[:end], "**"]))


@pytest.mark.parametrize(
    ("pattern", "covered", "not_covered"),
    [
        ("r.example/a/**", ["a/b", "a/b/c"], ["a", "b", "aa/b", "x/a/b"]),
        ("r.example/a/*", ["a/b"], ["a", "a/b/c", "ab/c"]),
        ("r.example/*/b", ["a/b", "b/b"], ["b", "a/b/c", "a/a/b"]),
        ("r.example/a", ["a"], ["a/b", "ab", "b/a"]),
        ("r.example/**", ["a", "a/b/c"], []),
        ("r.example/*/**", ["a/b", "a/b/c"], ["a"]),
    ],
)
def test_patterns_cover_whole_names(pattern: str, covered: list[str], not_covered: list[str]) -> None:
    parsed = RepositoryPattern.parse(pattern)
    assert str(parsed) == pattern
    assert all(parsed.covers(Repository("r.example", path)) for path in covered)
    assert not any(parsed.covers(Repository("r.example", path)) for path in not_covered)
    for domain in ("r.example:443", "r.example.evil.com", "evil-r.example", "rxexample", "sub.r.example"):
        assert not any(parsed.covers(Repository(domain, path)) for path in covered)


@given(PATHS, st.data())
def test_two_patterns_that_cover_one_name_are_never_tied(path: list[str], data: st.DataObject) -> None:
    one, other = data.draw(covering(path)), data.draw(covering(path))
    name = Repository("r.example", "/".join(path))
    assert one.covers(name)
    assert other.covers(name)
    assert (one.specificity == other.specificity) is (one == other)


def test_literal_segments_win_from_the_left() -> None:
    texts = ["r.example/a/b", "r.example/a/*", "r.example/a/**", "r.example/*/b", "r.example/*/*", "r.example/**"]
    ranks = [RepositoryPattern.parse(text).specificity for text in texts]
    assert all(nearer > farther for nearer, farther in itertools.pairwise(ranks))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "**",
        "r.example",
        "r.example/",
        "team/**",
        "*.example/a",
        "r.*/a",
        "R.example/a",
        "r.example/a*",
        "r.example/**/a",
        "r.example/a//b",
        "r.example/a:tag",
        "r.example/a@sha256:x",
        "r.example/A",
        "r.example/(a|b)",
        "r.example/.*",
        "r.example:99999/a",
        "^r.example/a$",
    ],
)
def test_what_could_cover_more_than_it_seems_to_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        RepositoryPattern.parse(text)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert str(RepositoryPattern.parse(text)) == text
    except Malformed:
        return
