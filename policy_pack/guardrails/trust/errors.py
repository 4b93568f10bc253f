"""What can go wrong between an image reference and its verdict, and the one way to quote what a stranger wrote.

`TrustPolicyError` is for the people who write `trust.yaml`; the others stay inside the package, where they become an
image's verdict: `Unavailable` ends as "error" (try again), `Malformed` as "refused" (somebody wrote something wrong).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_QUOTED = 120


class TrustError(Exception):
    """The base of this package's errors."""


class TrustPolicyError(TrustError):
    """The trust policy, or the environment it is read in, cannot be used.

    Args:
        problems: every problem at once, each with its place (`trust.yaml:12: profiles.local.rules[0].images: ...`).
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Unavailable(TrustError):  # noqa: N818 -- a state of the world, not a mistake
    """Something verification needs did not answer, or would not let us in.

    Args:
        what: the fault, in a sentence.
        remedy: what an operator does about it.
    """

    def __init__(self, what: str, *, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


class Malformed(TrustError):  # noqa: N818 -- see Unavailable
    """Bytes that are not what they claim to be: wrong digest, wrong type, too large, ambiguous, unparseable."""


def quoted(text: object) -> str:
    """Show a stranger's text so that it can neither flood nor steer a terminal: escaped ASCII, 120 characters."""
    shown = ascii(text if isinstance(text, str) else str(text))
    return shown if len(shown) <= _QUOTED else f"{shown[:_QUOTED]}...'"


def surprise(error: Exception) -> tuple[str, str]:
    """What is said of an error that nobody thought of, and what to do about it."""
    return f"the verifier itself failed: {type(error).__name__}: {quoted(error)}", "report this with the reference"
