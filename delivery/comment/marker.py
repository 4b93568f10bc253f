"""The hidden lines by which a comment is found again: whose it is, exactly, and when its plan was made."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

from delivery.comment.markdown import hidden

if TYPE_CHECKING:
    from delivery.plan.model import Plan

_AT: Final = re.compile(r"<!-- cartorio at (\S+) &#45;&#45;end -->")


def marker(project: str, stack: str) -> str:
    """The first line of the comment of a stack. No other stack's begins with it: names stand between quotes."""
    return hidden(f'cartorio plan "{_quoted(project)}/{_quoted(stack)}"')


def lines(plan: Plan) -> str:
    """The hidden lines of a plan's comment."""
    at = plan.origin.at.isoformat().replace("-", "_")
    return f"{marker(plan.project, plan.stack)}\n{hidden(f'cartorio at {at} --end')}"


def is_of(body: str, wanted: str) -> bool:
    """Whether a comment's first line is that marker, and nothing else."""
    return body.lstrip("\ufeff").split("\n", 1)[0].rstrip("\r") == wanted


def at(body: str) -> datetime | None:
    """When the plan of a comment was made; None when it does not say."""
    if not (found := _AT.search(body)):
        return None
    try:
        return datetime.fromisoformat(found[1].replace("_", "-"))
    except ValueError:
        return None


def _quoted(name: str) -> str:
    return name.replace("&", "&amp;").replace('"', "&quot;")
