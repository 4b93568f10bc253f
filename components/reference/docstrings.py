"""Reads docstrings in the house's form: a purpose, prose, and the section `Attributes:`. Pure.

Format: https://google.github.io/styleguide/pyguide.html#38-comments-and-docstrings
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECTION: Final = "Attributes:"
_ENTRY = re.compile(r"^ {4}(\w+): (.*)$")
_CONTINUED: Final = " " * 8


@dataclass(frozen=True)
class Docstring:
    """What a docstring says.

    Attributes:
        purpose: its first sentence or sentences, up to the first empty line.
        prose: its other paragraphs, in their own lines.
        attributes: what each attribute means, in one line.
    """

    purpose: str
    prose: str
    attributes: Mapping[str, str]


def parse(text: str | None) -> Docstring:
    """Read a docstring; without one, everything is empty."""
    clean = inspect.cleandoc(text or "")
    before, _, section = clean.partition(f"{_SECTION}\n")
    purpose, _, prose = before.strip().partition("\n\n")
    return Docstring(_joined(purpose), prose.strip(), _attributes(section))


def _attributes(section: str) -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    for line in section.splitlines():
        entry = _ENTRY.match(line)
        if entry:
            name = entry[1]
            found[name] = entry[2].strip()
        elif name and line.startswith(_CONTINUED):
            found[name] += f" {line.strip()}"
        elif line:
            break  # the next section
    return found


def _joined(paragraph: str) -> str:
    return " ".join(line.strip() for line in paragraph.splitlines())
