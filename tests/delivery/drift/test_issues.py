from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from delivery.drift.issues import Issues, Place, Told
from delivery.drift.report import report
from lab.errors import LabError, UsageError
from tests.support.plans import plan, step

if TYPE_CHECKING:
    from tests.delivery.drift.conftest import Hub

DRIFTED = report(plan(step("delete")))
WELL = report(plan())


def _issues(hub: Hub) -> Issues:
    return Issues(Place(hub.url, "org", "repo"), "run-token")


def test_an_issue_is_opened_updated_in_place_and_closed(hub: Hub) -> None:
    issues = _issues(hub)
    assert issues.tell(WELL) == (Told.LEFT, None)
    assert hub.issues == {}
    assert issues.tell(DRIFTED) == (Told.OPENED, 1)
    assert hub.issues[1]["labels"] == ["drift"]
    more = report(plan(step("delete"), step("update", "other")))
    assert issues.tell(more) == (Told.UPDATED, 1)
    assert hub.issues[1]["body"] == more.body
    assert issues.tell(WELL) == (Told.CLOSED, 1)
    assert (hub.open(), hub.comments) == ([], [(1, "All is as applied again.")])
    assert issues.tell(DRIFTED) == (Told.OPENED, 2)


def test_a_stack_whose_name_begins_like_another_has_an_issue_of_its_own(hub: Hub) -> None:
    other = report(plan(step("delete", stack="producao-dr"), stack="producao-dr"))
    assert _issues(hub).tell(other) == (Told.OPENED, 1)
    assert _issues(hub).tell(DRIFTED) == (Told.OPENED, 2)
    assert _issues(hub).tell(report(plan(stack="producao-dr"))) == (Told.CLOSED, 1)
    assert hub.open() == [2]


def test_it_is_found_behind_hundreds_of_others_and_of_two_the_first_stays(hub: Hub) -> None:
    for number in range(150):
        hub.add(f"another {number}")
    mine = hub.add(DRIFTED.body)
    double = hub.add(DRIFTED.body)
    assert _issues(hub).tell(DRIFTED) == (Told.UPDATED, mine)
    assert double not in hub.open()


def test_what_others_wrote_is_left_alone(hub: Hub) -> None:
    unlabelled = hub.add(DRIFTED.body, labels=())
    quoted = hub.add(f"> {DRIFTED.body}")
    pull_request = hub.add(DRIFTED.body, pull_request=True)
    before = {number: dict(hub.issues[number]) for number in (unlabelled, quoted, pull_request)}
    assert _issues(hub).tell(WELL) == (Told.LEFT, None)
    assert {number: hub.issues[number] for number in before} == before


@pytest.mark.parametrize(("status", "said"), [(403, "refuses"), (404, "refuses"), (422, "answers with 422")])
def test_what_github_does_not_let_us_do_is_said(hub: Hub, status: int, said: str) -> None:
    hub.status = status
    with pytest.raises(LabError, match=said) as caught:
        _issues(hub).tell(DRIFTED)
    assert "run-token" not in str(caught.value)


def test_a_github_that_is_not_there_is_said() -> None:
    place = Place("http://127.0.0.1:9", "org", "repo")
    with pytest.raises(LabError, match="GitHub could not be asked"):
        Issues(place, "run-token").tell(DRIFTED)


def test_where_issues_are_is_what_the_runner_says() -> None:
    assert Place.of({"GITHUB_REPOSITORY": "org/repo"}) == Place("https://api.github.com", "org", "repo")
    enterprise = {
        "GITHUB_REPOSITORY": "org/repo",
        "GITHUB_API_URL": "https://git.example/api/v3",
        "GITHUB_SERVER_URL": "https://git.example",
        "GITHUB_RUN_ID": "7",
    }
    assert Place.of(enterprise).run == "https://git.example/org/repo/actions/runs/7"
    with pytest.raises(UsageError, match="GITHUB_REPOSITORY"):
        Place.of({"GITHUB_REPOSITORY": "org"})
