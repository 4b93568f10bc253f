"""GitHub's API, as far as comments need it: one question at a time, patient where GitHub asks for patience.

https://docs.github.com/en/rest/issues/comments; limits:
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import httpx
from githubkit import GitHub, TokenAuthStrategy
from githubkit.exception import GitHubException, RateLimitExceeded, RequestError, RequestFailed, RequestTimeout
from githubkit.typing import RetryOption

from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Callable

PUBLIC: Final = "https://api.github.com"
_PAGE: Final = 100  # the most that GitHub gives at once
_MOST_PAGES: Final = 300
_TRIES: Final = 5
_PATIENCE: Final = 300.0  # seconds, all waiting together
_TIMEOUT: Final = 30.0  # seconds
_SERVER: Final = 500


class GitHubError(LabError):
    """GitHub could not be asked, or refused."""


class GoneError(GitHubError):
    """What was to be changed is not there any more."""


class UncertainError(GitHubError):
    """The answer to a change did not come: whether it was made is not known."""


@dataclass(frozen=True)
class Comment:
    """A comment, as far as it matters here."""

    id: int
    author: str
    body: str


class Comments:
    """The comments of one pull request.

    Args:
        token: with `pull-requests: write`.
        repository: `owner/name`.
        number: of the pull request.
        api: GitHub's address, or an Enterprise server's (`https://HOST/api/v3`).
        wait: waits so many seconds.
    """

    def __init__(
        self, token: str, repository: str, number: int, *, api: str = PUBLIC, wait: Callable[[float], None] = time.sleep
    ) -> None:
        self._owner, _, self._name = repository.partition("/")
        self._repository, self._number = repository, number
        self._wait, self._waited = wait, 0.0
        self._harmless = False
        self._github = GitHub(
            TokenAuthStrategy(token),
            base_url=api,
            timeout=_TIMEOUT,
            follow_redirects=False,
            http_cache=False,  # a comment that was there a minute ago says nothing
            user_agent="cartorio",
            auto_retry=self._again,
        )

    def author(self) -> str:
        """Whose token it is."""
        return str(self._asked(self._github.rest.users.get_authenticated, harmless=True)["login"])

    def all(self) -> tuple[Comment, ...]:
        """Every comment, oldest first."""
        found: list[Comment] = []
        list_ = partial(self._github.rest.issues.list_comments, self._owner, self._name, self._number, per_page=_PAGE)
        for page in range(1, _MOST_PAGES + 1):
            listed = self._asked(partial(list_, page=page), harmless=True)
            found += [_comment(one) for one in listed]
            if len(listed) < _PAGE:
                break
        return tuple(sorted(found, key=lambda one: one.id))

    def create(self, body: str) -> Comment:
        """Write a new one.

        Raises:
            UncertainError: nobody knows whether it is there.
        """
        issues = self._github.rest.issues
        return _comment(self._asked(lambda: issues.create_comment(self._owner, self._name, self._number, body=body)))

    def update(self, comment: Comment, body: str) -> Comment:
        """Write another text into one.

        Raises:
            GoneError: somebody has deleted it.
            UncertainError: nobody knows which text it has.
        """
        issues = self._github.rest.issues
        return _comment(self._asked(lambda: issues.update_comment(self._owner, self._name, comment.id, body=body)))

    def delete(self, comment: Comment) -> None:
        """Delete one.

        Raises:
            GoneError: somebody else has.
        """
        self._asked(lambda: self._github.rest.issues.delete_comment(self._owner, self._name, comment.id))

    def pause(self, seconds: float) -> None:
        """Wait, within what patience there is.

        Raises:
            GitHubError: it would take too long.
        """
        if self._waited + seconds > _PATIENCE:
            raise GitHubError(
                f"GitHub asks for {seconds:.0f} s of patience, after {self._waited:.0f} s of waiting",
                where=self._repository,
                remedy="run it again later: the plan is in its file and in the job's summary",
            )
        self._waited += seconds
        self._wait(seconds)

    def _again(self, error: GitHubException, count: int) -> RetryOption:
        """Whether the library asks once more; it has been waited for here already."""
        lost = isinstance(error, RequestError) and not isinstance(error, RequestFailed)
        if count >= _TRIES - 1:
            return RetryOption(do_retry=False)
        if isinstance(error, RateLimitExceeded):
            self.pause(max(error.retry_after.total_seconds(), 1.0))  # nothing was done: any request may come again
        elif (lost or _status(error) >= _SERVER) and self._harmless:
            self.pause(2.0**count)
        else:
            return RetryOption(do_retry=False)
        return RetryOption(do_retry=True, retry_after=timedelta(microseconds=1))

    def _asked(self, question: Callable[[], Any], *, harmless: bool = False) -> Any:  # noqa: ANN401 - JSON
        self._harmless = harmless  # it changes nothing, so it may be asked twice
        try:
            response = question()
        except RateLimitExceeded as error:
            raise GitHubError(
                "GitHub's rate limit is used up", where=self._repository, remedy="run it again later"
            ) from error
        except RequestFailed as error:
            raise self._explained(error) from error
        except RequestTimeout as error:
            raise UncertainError("GitHub did not answer in time", where=self._repository) from error
        except RequestError as error:
            raise UncertainError(f"the connection to GitHub was lost: {error.exc}", where=self._repository) from error
        return response.json() if response.content else None

    def _explained(self, error: RequestFailed) -> GitHubError:
        status, said = error.response.status_code, _said(error)
        where = f"{self._repository}, pull request {self._number}"
        if status == httpx.codes.UNAUTHORIZED:
            return GitHubError(f"GitHub does not know this token: {said}", where=where, remedy="renew GITHUB_TOKEN")
        if status == httpx.codes.FORBIDDEN:
            return GitHubError(
                f"this token may not comment: {said}",
                where=where,
                remedy="give the job `permissions: pull-requests: write`; a fork's pull request cannot have it: "
                "its result is in the job's summary",
            )
        if status in {httpx.codes.NOT_FOUND, httpx.codes.GONE}:
            return GoneError(
                f"GitHub finds nothing there: {said}",
                where=where,
                remedy="correct --repo and --pr, or give the token `pull-requests: write` on that repository",
            )
        if status >= _SERVER:
            return UncertainError(f"GitHub failed with {status}: {said}", where=where, remedy="run it again later")
        return GitHubError(f"GitHub refused with {status}: {said}", where=where)


def _comment(told: dict[str, Any]) -> Comment:
    user = told.get("user") or {}
    return Comment(int(told["id"]), str(user.get("login", "")), str(told.get("body") or ""))


def _status(error: GitHubException) -> int:
    return error.response.status_code if isinstance(error, RequestFailed) else 0


def _said(error: RequestFailed) -> str:
    try:
        return str(error.response.json().get("message", ""))[:200]
    except (ValueError, AttributeError):
        return "no reason given"
