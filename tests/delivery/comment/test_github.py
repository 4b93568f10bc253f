"""Comments of a pull request, as GitHub has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from delivery.github.client import GitHubError, GoneError
from tests.support.github_double import BOT, Fault, GitHubDouble

if TYPE_CHECKING:
    from delivery.comment.github import Comments


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


@pytest.mark.parametrize("answer", [b"<html>a proxy's page</html>", b'{"no": "list"}', b'[{"no": "id"}]', b'["x"]'])
def test_an_answer_of_another_form_is_said(github: GitHubDouble, comments: Comments, answer: bytes) -> None:
    github.fails("GET", Fault(200, body=answer))
    with pytest.raises(GitHubError, match="in a form that is not known"):
        comments.all()


def test_who_it_is_is_told_or_that_nobody_knows(github: GitHubDouble, comments: Comments) -> None:
    github.fails("GET", Fault(200, body=b"[]"))
    with pytest.raises(GitHubError, match="in a form that is not known"):
        comments.author()
    # The token of an app may not ask for it.
    github.fails("GET", Fault(403, message="Resource not accessible by integration"))
    with pytest.raises(GitHubError, match="may not comment"):
        comments.author()
