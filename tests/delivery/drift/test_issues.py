from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from delivery.drift.issues import Issues, Told
from delivery.drift.report import report
from delivery.github.client import GitHubError
from tests.support.github_double import Fault
from tests.support.plans import plan, step

if TYPE_CHECKING:
    from tests.support.github_double import GitHubDouble

DRIFTED = report(plan(step("delete")))
WELL = report(plan())


@pytest.fixture
def issues(github: GitHubDouble, waited: list[float]) -> Issues:
    return Issues("run-token", github.place, wait=waited.append)


def test_an_issue_is_opened_updated_in_place_and_closed(github: GitHubDouble, issues: Issues) -> None:
    assert issues.tell(WELL) == (Told.LEFT, None)
    assert github.issues == {}
    assert issues.tell(DRIFTED) == (Told.OPENED, 1)
    assert [one["name"] for one in github.issues[1]["labels"]] == ["drift"]
    more = report(plan(step("delete"), step("update", "other")))
    assert issues.tell(more) == (Told.UPDATED, 1)
    assert github.issues[1]["body"] == more.body
    assert issues.tell(WELL) == (Told.CLOSED, 1)
    assert (github.open_issues(), github.bodies()) == ([], ["All is as applied again."])
    assert issues.tell(DRIFTED) == (Told.OPENED, 2)


def test_a_stack_whose_name_begins_like_another_has_an_issue_of_its_own(github: GitHubDouble, issues: Issues) -> None:
    other = report(plan(step("delete", stack="producao-dr"), stack="producao-dr"))
    assert issues.tell(other) == (Told.OPENED, 1)
    assert issues.tell(DRIFTED) == (Told.OPENED, 2)
    assert issues.tell(report(plan(stack="producao-dr"))) == (Told.CLOSED, 1)
    assert github.open_issues() == [2]


def test_it_is_found_behind_hundreds_of_others_and_of_two_the_first_stays(github: GitHubDouble, issues: Issues) -> None:
    for number in range(150):
        github.open_issue(f"another {number}")
    mine = github.open_issue(DRIFTED.body)
    double = github.open_issue(DRIFTED.body)
    assert issues.tell(DRIFTED) == (Told.UPDATED, mine)
    assert double not in github.open_issues()


def test_what_others_wrote_is_left_alone(github: GitHubDouble, issues: Issues) -> None:
    unlabelled = github.open_issue(DRIFTED.body, labels=())
    quoted = github.open_issue(f"> {DRIFTED.body}")
    pull_request = github.open_issue(DRIFTED.body, pull_request=True)
    before = {number: dict(github.issues[number]) for number in (unlabelled, quoted, pull_request)}
    assert issues.tell(WELL) == (Told.LEFT, None)
    assert {number: github.issues[number] for number in before} == before


@pytest.mark.parametrize(("status", "said"), [(403, "may not open issues"), (404, "finds nothing"), (422, "with 422")])
def test_what_github_does_not_let_us_do_is_said(github: GitHubDouble, issues: Issues, status: int, said: str) -> None:
    github.fails("GET", *[Fault(status, message="no")] * 6)
    with pytest.raises(GitHubError, match=said) as caught:
        issues.tell(DRIFTED)
    assert "run-token" not in f"{caught.value.what}{caught.value.where}{caught.value.remedy}"


@pytest.mark.parametrize("fault", [Fault(502, after=True), Fault(after=True), Fault(), Fault(502)])
def test_an_answer_that_is_lost_makes_no_second_issue(
    github: GitHubDouble, issues: Issues, waited: list[float], fault: Fault
) -> None:
    github.fails("POST", fault)
    issues.tell(DRIFTED)
    assert github.open_issues() == [1]
    assert waited


def test_of_two_runs_at_once_one_issue_stays(github: GitHubDouble, issues: Issues) -> None:
    def other() -> None:
        github.open_issue(DRIFTED.body)

    github.before["POST"] = other
    assert issues.tell(DRIFTED) == (Told.UPDATED, 1)
    assert github.open_issues() == [1]


def test_a_list_that_lags_behind_makes_no_second_issue(github: GitHubDouble, issues: Issues) -> None:
    github.hidden = 1
    assert issues.tell(DRIFTED) == (Told.OPENED, 1)
    assert len(github.issues) == 1


def test_a_limit_is_waited_for(github: GitHubDouble, issues: Issues, waited: list[float]) -> None:
    github.fails("PATCH", Fault(429, {"retry-after": "17"}))
    github.open_issue(DRIFTED.body)
    assert issues.tell(DRIFTED) == (Told.UPDATED, 1)
    assert waited == [17]


def test_an_answer_of_another_form_is_said(github: GitHubDouble, issues: Issues) -> None:
    github.fails("GET", Fault(200, body=b'[{"number": "x"}]'))
    with pytest.raises(GitHubError, match="in a form that is not known"):
        issues.tell(DRIFTED)
