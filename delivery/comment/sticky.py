"""One comment a stack: found by its marker, edited in place, never doubled, whoever else writes at the same time.

Two runs that both find none both write one. So whoever has written looks again: of several the oldest stays, gets the
newest text, and the others go; until there is nothing to put right. A run whose plan is older than what is there
leaves it. GitHub cannot edit a comment only if it is still as it was read: of two edits in one moment one wins.
What GitHub has said is written is not written again, whatever its lists say; and who has written it, GitHub says, too:
the token of an app cannot ask.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from delivery.comment import marker
from delivery.github.client import GoneError, UncertainError

if TYPE_CHECKING:
    from datetime import datetime

    from delivery.comment.github import Comment

_TRIES: Final = 6


class Writes(Protocol):
    """What is needed of `delivery.comment.github.Comments`, which says it."""

    def all(self) -> tuple[Comment, ...]:
        """List them, oldest first."""

    def create(self, body: str) -> Comment:
        """Write one."""

    def update(self, comment: Comment, body: str) -> Comment:
        """Write another text into one."""

    def delete(self, comment: Comment) -> None:
        """Delete one."""

    def pause(self, seconds: float) -> None:
        """Wait."""


class Done(StrEnum):
    """What became of a comment."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    NEWER = "left: a newer plan is there"
    SKIPPED = "not needed"


@dataclass(frozen=True)
class Sticky:
    """The comment of one stack.

    Attributes:
        author: who writes it; others' comments are never touched, whatever they say.
        marker: its first line.
        body: what it is to say, which begins with the marker.
        at: when its plan was made.
        only_edit: do not write a new one.
    """

    author: str
    marker: str
    body: str
    at: datetime
    only_edit: bool = False

    def put(self, comments: Writes) -> Done:
        """Have exactly one comment of the pull request say it.

        Raises:
            GitHubError: it could not be done.
        """
        trouble: UncertainError | GoneError | None = None
        done, authors, made = Done.UNCHANGED, {self.author}, False
        for attempt in range(_TRIES):
            mine = [one for one in comments.all() if one.author in authors and marker.is_of(one.body, self.marker)]
            if not mine and self.only_edit:
                return Done.SKIPPED
            try:
                if mine and not self._settle(comments, mine):
                    return Done.NEWER if self._newer(mine) else done
                if not mine and made:
                    comments.pause(2.0**attempt)  # lists lag behind
                elif not mine:
                    authors.add(comments.create(self.body).author or self.author)
                    done, made = Done.CREATED, True
                elif done is Done.UNCHANGED:
                    done = Done.UPDATED
            except (GoneError, UncertainError) as error:
                trouble = error
                comments.pause(2.0**attempt)
        if trouble and not made:
            raise trouble
        return done

    def _newer(self, mine: list[Comment]) -> list[Comment]:
        return [one for one in mine if (there := marker.at(one.body)) is not None and there > self.at]

    def _settle(self, comments: Writes, mine: list[Comment]) -> bool:
        """Have the oldest say it, and the others go; whether anything had to be done, and is to be looked at again."""
        kept, *doubles = mine
        newer = self._newer(mine)
        text = newer[-1].body if newer else self.body
        if edited := kept.body.replace("\r\n", "\n") != text:
            comments.update(kept, text)
        for double in doubles:
            _remove(comments, double)
        return edited or bool(doubles)


def _remove(comments: Writes, double: Comment) -> None:
    with suppress(GoneError):  # by the other run
        comments.delete(double)
