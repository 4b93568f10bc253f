"""GitHub's API: limits, refusals, lost connections."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from delivery.comment.github import Comments
from delivery.github.client import GitHubError, GoneError, UncertainError
from delivery.github.place import Place
from tests.support.github_double import PULL_REQUEST, Fault, GitHubDouble

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def comments(github: GitHubDouble, waited: list[float]) -> Comments:
    """What asks: comments have a question, a list, and every kind of change."""
    return Comments("a-token", github.place, PULL_REQUEST, wait=waited.append)


def test_an_enterprise_servers_address(waited: list[float]) -> None:
    with GitHubDouble("/api/v3") as server:
        Comments("a-token", server.place, PULL_REQUEST, wait=waited.append).create("hello")
        assert server.bodies() == ["hello"]
        assert server.complaints == []


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (Fault(429, {"retry-after": "17"}), 17),
        (Fault(403, {"retry-after": "60"}, "You have exceeded a secondary rate limit"), 60),
        (Fault(403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(time.time()) - 5)}), 1),
        # A secondary limit does not always say how long.
        (Fault(403, {"x-ratelimit-remaining": "4999"}, "You have exceeded a secondary rate limit."), 60),
        (Fault(429), 60),
    ],
)
def test_a_rate_limit_is_waited_for_even_when_writing(
    github: GitHubDouble, comments: Comments, waited: list[float], fault: Fault, seconds: float
) -> None:
    github.fails("POST", fault)
    comments.create("hello")
    assert waited == [seconds]
    assert github.bodies() == ["hello"]


def test_a_limit_that_ends_too_late_is_not_waited_for(
    github: GitHubDouble, comments: Comments, waited: list[float]
) -> None:
    github.fails("GET", Fault(429, {"retry-after": "3600"}))
    with pytest.raises(GitHubError, match="3600 s of patience"):
        comments.all()
    assert waited == []


@pytest.mark.parametrize("fault", [Fault(502), Fault(503), Fault()])
def test_a_question_is_asked_again(github: GitHubDouble, comments: Comments, waited: list[float], fault: Fault) -> None:
    github.fails("GET", fault, fault)
    assert comments.all() == ()
    assert waited == [1, 2]


def test_but_not_for_ever(github: GitHubDouble, comments: Comments, waited: list[float]) -> None:
    github.fails("GET", *[Fault(502)] * 9)
    with pytest.raises(UncertainError, match="502"):
        comments.all()
    assert len(waited) == 4


@pytest.mark.parametrize("fault", [Fault(502), Fault(after=True)])
def test_a_change_is_not_made_twice(
    github: GitHubDouble, comments: Comments, waited: list[float], fault: Fault
) -> None:
    github.fails("POST", fault)
    with pytest.raises(UncertainError):
        comments.create("hello")
    assert waited == []
    assert len(github.requests) == 1


@pytest.mark.parametrize(
    ("fault", "kind", "what", "remedy"),
    [
        (Fault(403, message="Resource not accessible by x"), GitHubError, "may not comment", "pull-requests: write"),
        (Fault(401, message="Bad credentials"), GitHubError, "does not know this token", "GITHUB_TOKEN"),
        (Fault(404, message="Not Found"), GoneError, "finds nothing there", "--repo, --pr"),
        (Fault(422, message="Body is too long"), GitHubError, "refused with 422: Body is too long", ""),
    ],
)
def test_a_refusal_says_what_to_do(
    github: GitHubDouble, comments: Comments, fault: Fault, kind: type[GitHubError], what: str, remedy: str
) -> None:
    github.fails("POST", fault)
    with pytest.raises(kind, match=what) as caught:
        comments.create("hello")
    assert remedy in (caught.value.remedy or "")
    assert "a-token" not in f"{caught.value.what}{caught.value.where}"
    assert caught.value.exit_code == 3


def test_a_limit_that_does_not_end_is_said(github: GitHubDouble, comments: Comments, waited: list[float]) -> None:
    github.fails("GET", *[Fault(429, {"retry-after": "1"})] * 5)
    with pytest.raises(GitHubError, match="rate limit is used up"):
        comments.all()
    assert waited == [1] * 4


def test_a_header_of_another_form_is_said(github: GitHubDouble, comments: Comments) -> None:
    github.fails("POST", Fault(429, {"retry-after": "Wed, 25 Nov 2026 12:00:00 GMT"}))
    with pytest.raises(GitHubError, match="in a form that is not known"):
        comments.create("hello")


def test_nobody_there(waited: list[float]) -> None:
    nobody = Comments("a-token", Place("org", "repo", "http://127.0.0.1:9"), PULL_REQUEST, wait=waited.append)
    asked: list[Callable[[], object]] = [nobody.all, lambda: nobody.create("hello")]
    for question in asked:
        with pytest.raises(UncertainError, match="connection to GitHub was lost"):
            question()
