"""Texts of others, made safe to print: nothing in them moves the cursor, recolours or turns the line around."""

from __future__ import annotations

import unicodedata
from typing import Final

# Controls, formats (among them what turns the direction of text around), halves of surrogate pairs, line separators.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def printable(text: str) -> str:
    """The text in one line; what cannot be seen is written as its number, a line's end as a space."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_written(character) for character in " ".join(text.splitlines()))


def _written(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN:
        return character
    return " " if character in "\t\n" else f"\\u{{{ord(character):x}}}"
