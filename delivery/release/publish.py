"""A release at GitHub: a tag and a page that holds the file. https://docs.github.com/en/rest/releases/releases."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from githubkit.utils import UNSET

from delivery.github.client import Client, GoneError, UncertainError
from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Callable

    from components.release import Release
    from delivery.github.place import Place


class TakenError(LabError):
    """There is another release of that name: what was released once is not changed."""

    exit_code = 2


@dataclass(frozen=True)
class Published:
    """What is there now.

    Attributes:
        tag: of the release.
        address: of its page.
        made: whether it was not there before.
    """

    tag: str
    address: str
    made: bool


class Releases:
    """The releases of a repository.

    Args:
        token: with `contents: write`.
        place: the repository.
        wait: waits so many seconds.
    """

    def __init__(self, token: str, place: Place, *, wait: Callable[[float], None] = time.sleep) -> None:
        self._client = Client(token, place, does="release", right="contents: write", wait=wait)
        self._at = (self._client.owner, self._client.name)

    def publish(self, stack: str, release: Release, text: str, commit: str | None) -> Published:
        """Make a release known, or find it known already.

        Args:
            stack: which it is for: another stack's key signed other releases of the same version.
            release: the release.
            text: its file.
            commit: that the tag is for; None: the default branch's newest.

        Raises:
            TakenError: there is another one of that name.
            GitHubError: GitHub does not let us, or is not there.
        """
        tag, body = f"{stack}-v{release.version}", _body(stack, text)
        if there := self._there(tag, body):
            return there
        repos, at = self._client.rest.repos, commit or UNSET
        try:
            made = self._client.change(
                lambda: repos.create_release(*self._at, tag_name=tag, name=tag, body=body, target_commitish=at)
            )
        except UncertainError:
            if there := self._there(tag, body):  # it was made, and the answer was lost
                return there
            raise
        return Published(tag, self._text(made, "html_url"), made=True)

    def _there(self, tag: str, body: str) -> Published | None:
        try:
            page = self._client.ask(lambda: self._client.rest.repos.get_release_by_tag(*self._at, tag))
        except GoneError:
            return None
        address = self._text(page, "html_url")
        if self._text(page, "body").replace("\r\n", "\n").strip() != body.strip():
            raise TakenError(
                f"there is a release {tag} already, of something else", where=address, remedy="take another version"
            )
        return Published(tag, address, made=False)

    def _text(self, page: Any, name: str) -> str:  # noqa: ANN401 - JSON
        try:
            return str(page[name] or "")
        except (KeyError, TypeError) as error:
            raise self._client.strange() from error


def _body(stack: str, text: str) -> str:
    return (
        f"Signed with the key of `{stack}`. To run it, propose this file as `releases/{stack}.json`"
        f" (docs/runbooks/deploy.md):\n\n```json\n{text.strip()}\n```\n"
    )
