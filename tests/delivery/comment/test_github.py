"""GitHub's API: pages, limits, refusals."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from delivery.comment.github import Comments, GitHubError, GoneError, UncertainError
from tests.support.github_double import BOT, REPOSITORY, Fault, GitHubDouble

if TYPE_CHECKING:
    from collections.abc import Callable


def test_all_of_300_comments(github: GitHubDouble, comments: Comments) -> None:
    for number in range(300):
        github.add(f"comment {number}", "ana")
    found = comments.all()
    assert [one.body for one in found] == [f"comment {number}" for number in range(300)]
    assert len(github.requests) == 4  # the last page is full, so one more is asked for


def test_writing_and_deleting(github: GitHubDouble, comments: Comments) -> None:
    written = comments.create("first")
    assert (written.author, written.body) == (BOT, "first")
    assert comments.update(written, "second").body == "second"
    comments.delete(written)
    assert github.comments == {}
    with pytest.raises(GoneError):
        comments.update(written, "third")


def test_who_it_is(comments: Comments) -> None:
    assert comments.author() == BOT


def test_an_enterprise_servers_address(waited: list[float]) -> None:
    with GitHubDouble("/api/v3") as server:
        Comments("a-token", REPOSITORY, 7, api=server.url, wait=waited.append).create("hello")
        assert server.bodies() == ["hello"]
        assert server.complaints == []


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (Fault(429, {"retry-after": "17"}), 17),
        (Fault(403, {"retry-after": "60"}, "You have exceeded a secondary rate limit"), 60),
        (Fault(403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(time.time()) - 5)}), 1),
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
        (Fault(404, message="Not Found"), GoneError, "finds nothing there", "--repo and --pr"),
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


def test_nobody_there(waited: list[float]) -> None:
    nobody = Comments("a-token", REPOSITORY, 7, api="http://127.0.0.1:9", wait=waited.append)
    asked: list[Callable[[], object]] = [nobody.all, lambda: nobody.create("hello")]
    for question in asked:
        with pytest.raises(UncertainError, match="connection to GitHub was lost"):
            question()
