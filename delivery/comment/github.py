"""The comments of one pull request at GitHub: https://docs.github.com/en/rest/issues/comments."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from delivery.github.client import PAGE, Client

if TYPE_CHECKING:
    from collections.abc import Callable

    from delivery.github.place import Place


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
        place: the repository.
        number: of the pull request.
        wait: waits so many seconds.
    """

    def __init__(self, token: str, place: Place, number: int, *, wait: Callable[[float], None] = time.sleep) -> None:
        self._number = number
        about = f"pull request {number}"
        self._client = Client(token, place, does="comment", right="pull-requests: write", about=about, wait=wait)
        self._at = (self._client.owner, self._client.name)

    def author(self) -> str:
        """Whose token it is."""
        told = self._client.ask(self._client.rest.users.get_authenticated)
        try:
            return str(told["login"])
        except (KeyError, TypeError) as error:
            raise self._client.strange() from error

    def all(self) -> tuple[Comment, ...]:
        """Every comment, oldest first."""
        list_ = partial(self._client.rest.issues.list_comments, *self._at, self._number, per_page=PAGE)
        listed = self._client.pages(lambda page: list_(page=page))
        return tuple(sorted(map(self._comment, listed), key=lambda one: one.id))

    def create(self, body: str) -> Comment:
        """Write a new one.

        Raises:
            UncertainError: nobody knows whether it is there.
        """
        issues = self._client.rest.issues
        return self._comment(self._client.change(lambda: issues.create_comment(*self._at, self._number, body=body)))

    def update(self, comment: Comment, body: str) -> Comment:
        """Write another text into one.

        Raises:
            GoneError: somebody has deleted it.
            UncertainError: nobody knows which text it has.
        """
        issues = self._client.rest.issues
        return self._comment(self._client.change(lambda: issues.update_comment(*self._at, comment.id, body=body)))

    def delete(self, comment: Comment) -> None:
        """Delete one.

        Raises:
            GoneError: somebody else has.
        """
        self._client.change(lambda: self._client.rest.issues.delete_comment(*self._at, comment.id))

    def pause(self, seconds: float) -> None:
        """Wait, within what patience there is.

        Raises:
            GitHubError: it would take too long.
        """
        self._client.pause(seconds)

    def _comment(self, told: Any) -> Comment:  # noqa: ANN401 - JSON
        try:
            user = told.get("user") or {}  # of somebody who is not there any more, none
            return Comment(int(told["id"]), str(user.get("login", "")), str(told.get("body") or ""))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise self._client.strange() from error
