"""One comment a stack, whatever happens meanwhile."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from delivery.comment import marker
from delivery.comment.body import body, settled
from delivery.comment.github import Comments
from delivery.comment.sticky import Done, Sticky
from delivery.comment.wording import ENGLISH
from delivery.github.client import GitHubError
from tests.support.github_double import BOT, PULL_REQUEST, Fault, GitHubDouble
from tests.support.plans import ORIGIN, plan, step

if TYPE_CHECKING:
    from delivery.plan.model import Plan

_AT = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def _sticky(stack: str = "producao", minutes: int = 0, *names: str, made: Plan | None = None) -> Sticky:
    origin = ORIGIN.model_copy(update={"at": _AT + timedelta(minutes=minutes)})
    of = made or plan(*(step("create", name) for name in names or ("a",)), stack=stack, origin=origin)
    return Sticky(BOT, marker.marker(of.project, stack), body(of, ENGLISH), of.origin.at, only_edit=settled(of))


def test_the_first_is_created_the_next_edited(github: GitHubDouble, comments: Comments) -> None:
    assert _sticky().put(comments) is Done.CREATED
    assert _sticky(minutes=1).put(comments) is Done.UPDATED
    assert _sticky(minutes=1).put(comments) is Done.UNCHANGED
    assert github.bodies() == [_sticky(minutes=1).body]


def test_stacks_with_a_common_prefix_have_a_comment_each(github: GitHubDouble, comments: Comments) -> None:
    for stack in ("producao", "producao-dr", "producao"):
        _sticky(stack).put(comments)
    assert len(github.bodies()) == 2
    assert _sticky("producao-dr").put(comments) is Done.UNCHANGED


def test_among_300_others(github: GitHubDouble, comments: Comments) -> None:
    for number in range(150):
        github.add(f"{number}", "ana")
    _sticky().put(comments)
    for number in range(150):
        github.add(f"{number}", "bruno")
    assert _sticky(minutes=1).put(comments) is Done.UPDATED
    assert len(github.bodies()) == 1


def test_what_others_write_is_left_even_with_the_marker_in_it(github: GitHubDouble, comments: Comments) -> None:
    theirs = [github.add(_sticky().body, "mallory"), github.add(f"look:\n{_sticky().body}")]
    before = {number: github.comments[number]["body"] for number in theirs}
    assert _sticky().put(comments) is Done.CREATED
    assert {number: github.comments[number]["body"] for number in theirs} == before


def test_one_that_somebody_edited_is_put_right(github: GitHubDouble, comments: Comments) -> None:
    _sticky().put(comments)
    (number,) = github.comments
    github.comments[number]["body"] = _sticky().body.split("\n")[0] + "\r\nvandalised"
    assert _sticky().put(comments) is Done.UPDATED
    assert github.bodies() == [_sticky().body]


def test_one_whose_marker_somebody_took_away_is_written_anew(github: GitHubDouble, comments: Comments) -> None:
    _sticky().put(comments)
    (number,) = github.comments
    github.comments[number]["body"] = "mine now"
    assert _sticky().put(comments) is Done.CREATED
    assert github.bodies() == ["mine now", _sticky().body]


def test_one_that_is_deleted_just_before_it_is_edited(github: GitHubDouble, comments: Comments) -> None:
    _sticky().put(comments)
    github.before["PATCH"] = github.comments.clear
    assert _sticky(minutes=1).put(comments) is Done.CREATED
    assert github.bodies() == [_sticky(minutes=1).body]


@pytest.mark.parametrize(
    "fault", [Fault(after=True), Fault(502, after=True), Fault(), Fault(502), Fault(429, {"retry-after": "5"})]
)
def test_a_connection_lost_while_writing_makes_no_double(
    github: GitHubDouble, comments: Comments, waited: list[float], fault: Fault
) -> None:
    github.fails("POST", fault)
    _sticky().put(comments)
    assert github.bodies() == [_sticky().body]
    assert waited


@pytest.mark.parametrize("fault", [Fault(), Fault(502, after=True), Fault(after=True)])
def test_a_connection_lost_between_list_and_edit(github: GitHubDouble, comments: Comments, fault: Fault) -> None:
    _sticky().put(comments)
    github.fails("PATCH", fault)
    _sticky(minutes=1).put(comments)
    assert github.bodies() == [_sticky(minutes=1).body]


def test_runs_at_the_same_time_end_with_one_comment(github: GitHubDouble, comments: Comments) -> None:
    """Both have looked, and found none, before either writes."""

    def other() -> None:
        github.add(_sticky(minutes=1).body)

    github.before["POST"] = other
    assert _sticky().put(comments) is Done.NEWER
    assert github.bodies() == [_sticky(minutes=1).body]


def test_many_runs_at_once(github: GitHubDouble) -> None:
    start = threading.Barrier(4)

    def run(minutes: int) -> None:
        mine = Comments("a-token", github.place, PULL_REQUEST, wait=lambda _: None)
        start.wait(timeout=30)
        _sticky(minutes=minutes).put(mine)

    runs = [threading.Thread(target=run, args=(minutes,)) for minutes in range(4)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    assert len(github.bodies()) == 1
    assert github.bodies()[0] in {_sticky(minutes=minutes).body for minutes in range(4)}


def test_an_older_plan_does_not_overwrite_a_newer_one(github: GitHubDouble, comments: Comments) -> None:
    _sticky(minutes=1).put(comments)
    assert _sticky().put(comments) is Done.NEWER
    assert github.bodies() == [_sticky(minutes=1).body]


def test_doubles_of_before_are_removed(github: GitHubDouble, comments: Comments) -> None:
    first = github.add(_sticky().body)
    github.add(_sticky().body)
    _sticky(minutes=1).put(comments)
    assert list(github.comments) == [first]


def test_nothing_to_say_resolves_what_is_there_and_writes_nothing_new(github: GitHubDouble, comments: Comments) -> None:
    quiet = _sticky(made=plan(origin=ORIGIN.model_copy(update={"at": _AT + timedelta(hours=1)})))
    assert quiet.only_edit
    assert quiet.put(comments) is Done.SKIPPED
    _sticky().put(comments)
    assert quiet.put(comments) is Done.UPDATED
    assert "Resolved:" in github.bodies()[0]


def test_what_does_not_get_better_is_an_error(github: GitHubDouble, comments: Comments) -> None:
    github.fails("POST", *[Fault(502)] * 9)
    with pytest.raises(GitHubError, match="502"):
        _sticky().put(comments)


def test_what_github_says_is_written_is_not_written_again_because_a_list_lags_behind(
    github: GitHubDouble, comments: Comments, waited: list[float]
) -> None:
    github.hidden = 1
    assert _sticky().put(comments) is Done.CREATED
    assert github.bodies() == [_sticky().body]
    assert waited


def test_an_app_whose_name_nobody_knows_keeps_one_comment(github: GitHubDouble, comments: Comments) -> None:
    """Its token cannot ask who it is; GitHub says it of what it writes."""
    github.login = "our-previews[bot]"
    for minutes in range(3):
        assert _sticky(minutes=minutes).put(comments) is Done.CREATED
    assert github.bodies("our-previews[bot]") == [_sticky(minutes=2).body]
