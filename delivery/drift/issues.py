"""One issue a stack at GitHub: opened, kept up to date, closed. https://docs.github.com/en/rest/issues/issues.

As with comments (`delivery.comment.sticky`): whoever has opened one looks again, and of two the older stays.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from delivery.github.client import PAGE, Client, GoneError, UncertainError

if TYPE_CHECKING:
    from collections.abc import Callable

    from delivery.drift.report import Report
    from delivery.github.place import Place

LABEL: Final = "drift"
"""What only those who may triage can give an issue: somebody else's with the same words in it is not touched."""
_TRIES: Final = 6


class Told(StrEnum):
    """What was done."""

    OPENED = "opened"
    UPDATED = "updated"
    CLOSED = "closed"
    LEFT = "left alone"


@dataclass(frozen=True)
class _Issue:
    number: int
    title: str
    body: str


class Issues:
    """The issues of a repository.

    Args:
        token: with `issues: write`.
        place: the repository.
        wait: waits so many seconds.
    """

    def __init__(self, token: str, place: Place, *, wait: Callable[[float], None] = time.sleep) -> None:
        self._client = Client(token, place, does="open issues", right="issues: write", wait=wait)
        self._at = (self._client.owner, self._client.name)

    def tell(self, report: Report) -> tuple[Told, int | None]:
        """Open, update or close the stack's issue. Returns what was done, and to which.

        Raises:
            GitHubError: GitHub does not let us, or is not there.
        """
        trouble: GoneError | UncertainError | None = None
        made: int | None = None
        for attempt in range(_TRIES):
            mine = self._mine(report.marker)
            try:
                for double in mine[1:]:  # of two runs at once; the older stays
                    self._change(double.number, state="closed", state_reason="not_planned")
                if not report.body:
                    return self._close(mine[0]) if mine else (Told.LEFT, None)
                if mine and mine[0].number == made:
                    return Told.OPENED, made
                if mine:
                    self._change(mine[0].number, title=report.title, body=report.body)
                    return Told.UPDATED, mine[0].number
                if made is None:
                    made = self._open(report)
                else:
                    self._client.pause(2.0**attempt)  # lists lag behind
            except (GoneError, UncertainError) as error:
                trouble = error
                self._client.pause(2.0**attempt)
        if trouble and made is None:
            raise trouble
        return Told.OPENED, made

    def _mine(self, marker: str) -> list[_Issue]:
        list_ = partial(self._client.rest.issues.list_for_repo, *self._at, state="open", labels=LABEL, per_page=PAGE)
        listed = self._client.pages(lambda page: list_(page=page))
        own = [self._issue(one) for one in listed if "pull_request" not in one]
        return sorted((one for one in own if one.body.startswith(marker)), key=lambda one: one.number)

    def _open(self, report: Report) -> int:
        issues = self._client.rest.issues
        told = self._client.change(
            lambda: issues.create(*self._at, title=report.title, body=report.body, labels=[LABEL])
        )
        return self._issue(told).number

    def _close(self, issue: _Issue) -> tuple[Told, int]:
        self._change(issue.number, state="closed", state_reason="completed")
        issues = self._client.rest.issues
        self._client.change(lambda: issues.create_comment(*self._at, issue.number, body="All is as applied again."))
        return Told.CLOSED, issue.number

    def _change(self, number: int, **changes: str) -> None:
        issues = self._client.rest.issues
        self._client.change(lambda: issues.update(*self._at, number, data=changes))  # type: ignore[call-overload]

    def _issue(self, told: Any) -> _Issue:  # noqa: ANN401 - JSON
        try:
            return _Issue(int(told["number"]), str(told["title"]), str(told["body"] or ""))
        except (KeyError, TypeError, ValueError) as error:
            raise self._client.strange() from error
