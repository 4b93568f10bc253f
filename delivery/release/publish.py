"""A release at GitHub: a tag and a page that holds the file. https://docs.github.com/en/rest/releases/releases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from githubkit import GitHub
from githubkit.exception import GitHubException, RequestFailed
from githubkit.utils import UNSET
from pydantic import ValidationError

from lab.errors import LabError

if TYPE_CHECKING:
    from githubkit_schemas.latest.models import Release as Page

    from components.release import Release
    from delivery.drift.issues import Place

_MISSING: Final = 404


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
    """The releases of a repository, by the right of a token."""

    def __init__(self, place: Place, token: str) -> None:
        self._place = place
        self._github = GitHub(token, base_url=place.api.rstrip("/") + "/", http_cache=False)

    def publish(self, stack: str, release: Release, text: str, commit: str | None) -> Published:
        """Make a release known, or find it known already.

        Args:
            stack: which it is for: another stack's key signed other releases of the same version.
            release: the release.
            text: its file.
            commit: that the tag is for; None: the default branch's newest.

        Raises:
            TakenError: there is another one of that name.
            LabError: GitHub does not let us, or is not there.
        """
        tag = f"{stack}-v{release.version}"
        body = _body(stack, text)
        try:
            there = self._there(tag)
            if there is not None:
                if (there.body or "").replace("\r\n", "\n").strip() != body.strip():
                    raise TakenError(
                        f"there is a release {tag} already, of something else",
                        where=there.html_url,
                        remedy="take another version",
                    )
                return Published(tag, there.html_url, made=False)
            made = self._github.rest.repos.create_release(
                self._place.owner,
                self._place.repository,
                tag_name=tag,
                name=tag,
                body=body,
                target_commitish=commit or UNSET,
            )
            return Published(tag, made.parsed_data.html_url, made=True)
        except RequestFailed as error:
            raise LabError(
                f"GitHub refuses ({error.response.status_code})",
                where=f"{self._place.owner}/{self._place.repository} at {self._place.api}",
                remedy="give the job `permissions: contents: write`",
            ) from error
        except ValidationError as error:
            raise LabError("GitHub answers in a form that is not known", where=self._place.api) from error
        except GitHubException as error:
            raise LabError(f"GitHub could not be asked: {error}", where=self._place.api) from error

    def _there(self, tag: str) -> Page | None:
        try:
            return self._github.rest.repos.get_release_by_tag(
                self._place.owner, self._place.repository, tag
            ).parsed_data
        except RequestFailed as error:
            if error.response.status_code == _MISSING:
                return None
            raise


def _body(stack: str, text: str) -> str:
    return (
        f"Signed with the key of `{stack}`. To run it, propose this file as `releases/{stack}.json`"
        f" (docs/runbooks/deploy.md):\n\n```json\n{text.strip()}\n```\n"
    )
