"""One issue a stack at GitHub: opened, kept up to date, closed. https://docs.github.com/en/rest/issues/issues."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from githubkit import GitHub
from githubkit.exception import GitHubException, RequestFailed
from pydantic import ValidationError

from lab.errors import LabError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from githubkit_schemas.latest.models import Issue

    from delivery.drift.report import Report

LABEL: Final = "drift"
"""What only those who may triage can give an issue: somebody else's with the same words in it is not touched."""
_REFUSED: Final = frozenset({401, 403, 404})


class Told(StrEnum):
    """What was done."""

    OPENED = "opened"
    UPDATED = "updated"
    CLOSED = "closed"
    LEFT = "left alone"


@dataclass(frozen=True)
class Place:
    """Where issues are.

    Attributes:
        api: GitHub's, or an Enterprise server's.
        owner: of the repository.
        repository: its name.
        run: address of the run; "" outside of one.
    """

    api: str
    owner: str
    repository: str
    run: str = ""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Place:
        """As GitHub's runners say it: https://docs.github.com/en/actions/reference/workflows-and-actions/variables.

        Raises:
            UsageError: it is not said.
        """
        owner, _, name = environment.get("GITHUB_REPOSITORY", "").partition("/")
        if not (owner and name):
            raise UsageError("GITHUB_REPOSITORY does not say where issues are", remedy="set it to OWNER/NAME")
        number, server = environment.get("GITHUB_RUN_ID"), environment.get("GITHUB_SERVER_URL", "https://github.com")
        run = f"{server}/{owner}/{name}/actions/runs/{number}" if number else ""
        return cls(environment.get("GITHUB_API_URL", "https://api.github.com"), owner, name, run)


class Issues:
    """The issues of a repository, by the right of a token."""

    def __init__(self, place: Place, token: str) -> None:
        self._place = place
        self._github = GitHub(token, base_url=place.api.rstrip("/") + "/", http_cache=False)

    def tell(self, report: Report) -> tuple[Told, int | None]:
        """Open, update or close the stack's issue. Returns what was done, and to which.

        Raises:
            LabError: GitHub does not let us, or is not there.
        """
        try:
            mine = self._mine(report.marker)
            for double in mine[1:]:  # of two runs at once; the first stays
                self._change(double.number, state="closed", state_reason="not_planned")
            if not report.body:
                return self._close(mine[0]) if mine else (Told.LEFT, None)
            if not mine:
                made = self._github.rest.issues.create(
                    self._place.owner, self._place.repository, title=report.title, body=report.body, labels=[LABEL]
                )
                return Told.OPENED, made.parsed_data.number
            self._change(mine[0].number, title=report.title, body=report.body)
            return Told.UPDATED, mine[0].number
        except RequestFailed as error:
            raise self._refused(error.response.status_code) from error
        except ValidationError as error:
            raise LabError("GitHub answers in a form that is not known", where=self._place.api) from error
        except GitHubException as error:
            raise LabError(f"GitHub could not be asked: {error}", where=self._place.api) from error

    def _mine(self, marker: str) -> list[Issue]:
        pages: Iterable[Issue] = self._github.rest.paginate(
            self._github.rest.issues.list_for_repo,
            owner=self._place.owner,
            repo=self._place.repository,
            state="open",
            labels=LABEL,
            per_page=100,
        )
        own = [issue for issue in pages if not issue.pull_request and (issue.body or "").startswith(marker)]
        return sorted(own, key=lambda issue: issue.number)

    def _close(self, issue: Issue) -> tuple[Told, int]:
        self._github.rest.issues.create_comment(
            self._place.owner, self._place.repository, issue.number, body="All is as applied again."
        )
        self._change(issue.number, state="closed", state_reason="completed")
        return Told.CLOSED, issue.number

    def _change(self, number: int, **changes: str) -> None:
        self._github.rest.issues.update(self._place.owner, self._place.repository, number, data=changes)  # type: ignore[call-overload]

    def _refused(self, status: int) -> LabError:
        where = f"{self._place.owner}/{self._place.repository} at {self._place.api}"
        if status in _REFUSED:
            return LabError(
                f"GitHub refuses ({status})",
                where=where,
                remedy="give the job `permissions: issues: write`, and see that the repository has issues",
            )
        return LabError(f"GitHub answers with {status}", where=where, remedy="try again in a while")
