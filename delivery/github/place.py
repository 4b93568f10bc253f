"""Where something is told: https://docs.github.com/en/actions/reference/workflows-and-actions/variables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

PUBLIC: Final = "https://api.github.com"
_REPOSITORY: Final = re.compile(r"([A-Za-z0-9_.-]+)/([A-Za-z0-9_.-]+)")
# A token goes there: in the clear to nobody but this machine.
_API: Final = re.compile(r"(https://[\w.-]+|http://(127\.0\.0\.1|localhost))(:\d+)?(/[\w./-]*)?", re.ASCII)


@dataclass(frozen=True)
class Place:
    """A repository at GitHub, or at an Enterprise server.

    Attributes:
        owner: of the repository.
        name: of the repository.
        api: the API's address; of an Enterprise server, `https://HOST/api/v3`.
        run: address of the workflow's run; "" outside of one.
    """

    owner: str
    name: str
    api: str = PUBLIC
    run: str = ""

    def __str__(self) -> str:
        return f"{self.owner}/{self.name}"

    @classmethod
    def of(cls, environment: Mapping[str, str], repository: str | None = None) -> Place:
        """As GitHub's runners say it.

        Args:
            environment: of the process.
            repository: OWNER/NAME, when somebody has named it.

        Raises:
            UsageError: it is not said, or the token would be sent in the clear.
        """
        named = repository or environment.get("GITHUB_REPOSITORY") or ""
        if (found := _REPOSITORY.fullmatch(named)) is None:
            raise UsageError(
                f"no repository of GitHub: {named!r}" if named else "nobody says which repository of GitHub",
                where="GITHUB_REPOSITORY",
                remedy="name it as OWNER/NAME",
            )
        api = environment.get("GITHUB_API_URL") or PUBLIC
        if _API.fullmatch(api) is None:
            raise UsageError(
                f"this is no address of GitHub's API: {api!r}",
                where="GITHUB_API_URL",
                remedy=f"{PUBLIC}, or https://HOST/api/v3 of an Enterprise server",
            )
        return cls(found[1], found[2], api.rstrip("/"), run_of(environment))


def run_of(environment: Mapping[str, str]) -> str:
    """The address of the workflow's run; "" outside of one."""
    server, number = environment.get("GITHUB_SERVER_URL"), environment.get("GITHUB_RUN_ID")
    repository = environment.get("GITHUB_REPOSITORY")
    return f"{server}/{repository}/actions/runs/{number}" if server and number and repository else ""


def token_of(environment: Mapping[str, str]) -> str:
    """The token that the process was given.

    Raises:
        UsageError: there is none.
    """
    if token := environment.get("GITHUB_TOKEN") or environment.get("GH_TOKEN"):
        return token
    raise UsageError(
        "there is no token for GitHub",
        where="GITHUB_TOKEN",
        remedy="set it (in a workflow: ${{ github.token }}), or leave out what tells GitHub",
    )
