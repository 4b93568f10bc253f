"""GitHub's API: one question at a time, patient where GitHub asks for patience, and no change is made twice.

https://docs.github.com/en/rest; limits: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api.
"""

from __future__ import annotations

import time
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

    from githubkit.versions import RestVersionSwitcher

    from delivery.github.place import Place

PAGE: Final = 100  # the most that GitHub gives at once
_MOST_PAGES: Final = 300
_TRIES: Final = 5
_PATIENCE: Final = 300.0  # seconds, all waiting together
_TIMEOUT: Final = 30.0  # seconds
_SERVER: Final = 500
_LIMITED: Final = frozenset({403, 429})
_UNTOLD: Final = 60.0  # seconds to wait for a limit that does not say how long


class GitHubError(LabError):
    """GitHub could not be asked, or refused."""


class GoneError(GitHubError):
    """What was asked for is not there, or not any more."""


class UncertainError(GitHubError):
    """The answer to a change did not come: whether it was made is not known."""


class Client:
    """One repository, by the right of a token.

    Args:
        token: the token.
        place: where.
        does: what for, as in "comment".
        right: the permission that it takes, as in "pull-requests: write".
        about: what of the repository, for messages; "" for all of it.
        wait: waits so many seconds.
    """

    def __init__(
        self,
        token: str,
        place: Place,
        *,
        does: str,
        right: str,
        about: str = "",
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.owner, self.name = place.owner, place.name
        self._where = f"{place}, {about}" if about else str(place)
        self._api, self._does, self._right = place.api, does, right
        self._wait, self._waited = wait, 0.0
        self._harmless = False
        self._github = GitHub(
            TokenAuthStrategy(token),
            base_url=place.api,
            timeout=_TIMEOUT,
            follow_redirects=False,
            http_cache=False,  # what was there a minute ago says nothing
            user_agent="cartorio",
            auto_retry=self._again,
        )

    @property
    def rest(self) -> RestVersionSwitcher:
        """The library's calls, to be made by `ask`, `change` and `pages`."""
        return self._github.rest

    def ask(self, question: Callable[[], Any]) -> Any:  # noqa: ANN401 - JSON
        """What changes nothing: it may be asked again.

        Raises:
            GitHubError: there is no answer.
        """
        return self._asked(question, harmless=True)

    def change(self, question: Callable[[], Any]) -> Any:  # noqa: ANN401 - JSON
        """What changes something: it is asked again only where nothing was done.

        Raises:
            GoneError: what is to be changed is not there.
            UncertainError: nobody knows whether it was done.
            GitHubError: it was refused.
        """
        return self._asked(question, harmless=False)

    def pages(self, question: Callable[[int], Any]) -> list[dict[str, Any]]:
        """All that a list has; `question` asks for a page of `PAGE`, from 1."""
        found: list[dict[str, Any]] = []
        for page in range(1, _MOST_PAGES + 1):
            listed = self.ask(partial(question, page))
            if not isinstance(listed, list):
                raise self.strange()
            found += listed
            if len(listed) < PAGE:
                break
        return found

    def pause(self, seconds: float) -> None:
        """Wait, within what patience there is.

        Raises:
            GitHubError: it would take too long.
        """
        if self._waited + seconds > _PATIENCE:
            raise GitHubError(
                f"GitHub asks for {seconds:.0f} s of patience, after {self._waited:.0f} s of waiting",
                where=self._where,
                remedy="run it again later: what is to be told is in the plan's file and in the job's summary",
            )
        self._waited += seconds
        self._wait(seconds)

    def strange(self) -> GitHubError:
        """The error of an answer that has not the form that GitHub describes."""
        return GitHubError(
            "GitHub answers in a form that is not known",
            where=self._api,
            remedy="see that GITHUB_API_URL is GitHub's API, and no proxy's page comes in its place",
        )

    def _again(self, error: GitHubException, count: int) -> RetryOption:
        """Whether the library asks once more; it has been waited for here already."""
        if count >= _TRIES - 1:
            return RetryOption(do_retry=False)
        lost = isinstance(error, RequestError) and not isinstance(error, RequestFailed)
        if (limited := _limit(error)) is not None:
            self.pause(max(limited, 1.0))  # nothing was done: any request may come again
        elif (lost or _status(error) >= _SERVER) and self._harmless:
            self.pause(2.0**count)
        else:
            return RetryOption(do_retry=False)
        return RetryOption(do_retry=True, retry_after=timedelta(microseconds=1))

    def _asked(self, question: Callable[[], Any], *, harmless: bool) -> Any:  # noqa: ANN401 - JSON
        self._harmless = harmless
        try:
            response = question()
            return response.json() if response.content else None
        except GitHubException as error:
            raise self._explained(error) from error
        except ValueError as error:  # no JSON, or a header of another form
            raise self.strange() from error

    def _explained(self, error: GitHubException) -> GitHubError:
        if _limit(error) is not None:
            return GitHubError("GitHub's rate limit is used up", where=self._where, remedy="run it again later")
        if isinstance(error, RequestFailed):
            return self._refused(error.response.status_code, _said(error))
        if isinstance(error, RequestTimeout):
            return UncertainError("GitHub did not answer in time", where=self._where, remedy="run it again later")
        cause = error.exc if isinstance(error, RequestError) else error
        return UncertainError(
            f"the connection to GitHub was lost: {cause}",
            where=f"{self._where} at {self._api}",
            remedy="run it again later",
        )

    def _refused(self, status: int, said: str) -> GitHubError:
        where = self._where
        if status == httpx.codes.UNAUTHORIZED:
            return GitHubError(f"GitHub does not know this token: {said}", where=where, remedy="renew GITHUB_TOKEN")
        if status == httpx.codes.FORBIDDEN:
            return GitHubError(
                f"this token may not {self._does}: {said}",
                where=where,
                remedy=f"give the job `permissions: {self._right}`; a fork's pull request cannot have it: "
                "its result is in the job's summary",
            )
        if status in {httpx.codes.NOT_FOUND, httpx.codes.GONE}:
            return GoneError(
                f"GitHub finds nothing there: {said}",
                where=where,
                remedy=f"correct what is named (--repo, --pr, GITHUB_REPOSITORY), or give the token `{self._right}`",
            )
        if status >= _SERVER:
            return UncertainError(f"GitHub failed with {status}: {said}", where=where, remedy="run it again later")
        return GitHubError(f"GitHub refused with {status}: {said}", where=where)


def _limit(error: GitHubException) -> float | None:
    """Seconds to wait, when a limit is what is wrong. GitHub says how long, or else: a minute."""
    if isinstance(error, RateLimitExceeded):
        return error.retry_after.total_seconds()
    limited = _status(error) in _LIMITED and isinstance(error, RequestFailed)
    if limited and (_status(error) == httpx.codes.TOO_MANY_REQUESTS or "rate limit" in _said(error)):
        return _UNTOLD
    return None


def _status(error: GitHubException) -> int:
    return error.response.status_code if isinstance(error, RequestFailed) else 0


def _said(error: GitHubException) -> str:
    if not isinstance(error, RequestFailed):
        return ""
    try:
        return str(error.response.json().get("message", ""))[:200]
    except (ValueError, AttributeError):
        return "no reason given"
