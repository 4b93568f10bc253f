"""The job's summary: the same text as the comments', with more room.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands: at most 1 MiB a step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from delivery.comment.body import SUMMARY, body
from lab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from delivery.comment.wording import Wording
    from delivery.plan.model import Plan


def append(file: Path, plans: Sequence[Plan], say: Wording, link: str) -> None:
    """Add plans to a step's summary, each with its share of the room that is left.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        used = file.stat().st_size if file.exists() else 0
        share = (SUMMARY - used) // max(len(plans), 1) - 2
        with file.open("a", encoding="utf-8", errors="replace") as stream:
            for plan in plans:
                stream.write(body(plan, say, limit=share, link=link, marked=False) + "\n")
    except OSError as error:
        raise UsageError(f"the summary cannot be written: {error.strerror}", where="GITHUB_STEP_SUMMARY") from error
