"""What verification says: a verdict for the pack and the command line, and the tree of reasons behind it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Outcome(StrEnum):
    """The three ends of a verification; only `TRUSTED` lets an image through."""

    TRUSTED = "trusted"
    REFUSED = "refused"
    ERROR = "error"
    """Not decided, because a registry or key service did not answer; the image is not let through either."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One statement of an explanation, with the statements it rests on.

    Attributes:
        text: a sentence without a full stop; anything a stranger wrote in it is escaped.
        holds: whether the statement speaks for the image.
        because: what it follows from.
    """

    text: str
    holds: bool
    because: tuple[Reason, ...] = ()

    def failures(self, above: tuple[str, ...] = ()) -> Iterator[str]:
        """Yield the path to every deepest statement that speaks against the image, as `cause: deeper cause`."""
        if self.holds:
            return
        path = (*above, self.text)
        against = [reason for reason in self.because if not reason.holds]
        if not against:
            yield ": ".join(path)
        for reason in against:
            yield from reason.failures(path)

    def draw(self, indent: str = "") -> Iterator[str]:
        """Yield the whole tree, one line a statement, `+` for those that hold and `-` for the others."""
        yield f"{indent}{'+' if self.holds else '-'} {self.text}"
        for reason in self.because:
            yield from reason.draw(indent + "  ")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of one image.

    Attributes:
        reference: the reference as it was given.
        digest: `sha256:...` of the image that the verdict is about; None if the reference names none.
        outcome: see `Outcome`.
        rule: the rule of `trust.yaml` that decided (`profile/name`); None when none covers the image.
        authorities: those whose keys signed the digest, sorted; also filled when they are too few.
        reasons: why it is not trusted, most general cause first; for a trusted image, what it rests on.
        remedy: what to do about it; empty when trusted.
    """

    reference: str
    digest: str | None
    outcome: Outcome
    rule: str | None
    authorities: tuple[str, ...]
    reasons: tuple[str, ...]
    remedy: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with the whole tree it was flattened from, for whoever asks why."""

    verdict: Verdict
    reason: Reason
