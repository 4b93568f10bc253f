"""Texts of others inside GitHub's Markdown, so that they are shown as they are and do nothing.

Markdown: https://github.github.com/gfm/. Characters that mean something there or in HTML are written as entities, which
mean nothing wherever they stand: in tables, headings and HTML. What GitHub makes of the rendered text afterwards
(mentions of people, references to issues) is broken by a space of no width, or does not happen inside `<code>`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from delivery.plan.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SPECIAL: Final = re.compile(r"[\\`*_{}\[\]()#|~<>&!$:\"'@]")
# Within `<code>`: what begins something in Markdown or HTML, or an address that would become a link.
_SPECIAL_IN_CODE: Final = re.compile(r"[\\`*_\[\]|~<>&@]|:(?=//)|(?<=\bwww)\.")
_NO_WIDTH: Final = "\u200b"
# After these, GitHub looks for a person's, a team's or an issue's name.
_LIVELY: Final = re.compile(r"([@#])(?=\w)")
_GH: Final = re.compile(r"(?i)\b(gh)-(?=\d)")
_WWW: Final = re.compile(r"(?i)\b(www)\.")
_RUN: Final = re.compile(r"`+")


def text(words: str) -> str:
    """Words in a paragraph, a list or a table's cell."""
    inert = _GH.sub(rf"\1-{_NO_WIDTH}", _LIVELY.sub(rf"\1{_NO_WIDTH}", printable(words)))
    return _WWW.sub(r"\1&#46;", _SPECIAL.sub(_entity, inert))


def code(name: str) -> str:
    """A name as code, in a paragraph or a table's cell; nothing in it is a mention or a link."""
    shown = printable(name) or " "
    direction = ' dir="ltr"' if any(unicodedata.bidirectional(one) in {"R", "AL"} for one in shown) else ""
    return f"<code{direction}>{_SPECIAL_IN_CODE.sub(_entity, shown)}</code>"


def fence(lines: Iterable[str], language: str = "diff") -> str:
    """Lines as a block of code; the fence is longer than any run of backticks inside."""
    content = [printable(line) for line in lines]
    longest = max((len(run) for line in content for run in _RUN.findall(line)), default=0)
    mark = "`" * max(3, longest + 1)
    return "\n".join((f"{mark}{language}", *content, mark))


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; headings and cells are Markdown already."""
    lines = (headings, ["---"] * len(headings), *rows)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def details(summary: str, content: str) -> str:
    """A block that is closed at first; both are Markdown (the summary: without any but entities and HTML)."""
    return f"<details><summary>{summary}</summary>\n\n{content}\n\n</details>"


def hidden(note: str) -> str:
    """A comment that nobody sees. `--` would end it, so it is written otherwise, always in the same way."""
    return f"<!-- {printable(note).replace('-', '&#45;').replace('>', '&#62;')} -->"


def _entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"
