r"""Anchored regular expressions of `trust.yaml`: which identities, and which values in attestations, are meant.

An expression that is not anchored also covers names that somebody else can get (`your.name@gmail.com` inside
`your.name@gmail.com.attacker.example`), so `^` and `$` are demanded when the policy is loaded, around all of it: in
`^a|b$` neither end is anchored. Only what RE2 (https://github.com/google/re2/wiki/Syntax) reads the same way is
accepted, because the admission objects that are generated from the policy are read by Go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from guardrails.trust.errors import Malformed, quoted

_LONGEST: Final = 512
"""Characters of a value that is compared: bounds the time that an expression of the policy's author may take."""
_REPEATS: Final = "*+?{"
_ESCAPES: Final = "dDwWsS"


@dataclass(frozen=True, slots=True)
class AnchoredPattern:
    """A parsed expression; it covers whole values only."""

    text: str
    _whole: re.Pattern[str] = field(repr=False, compare=False)

    @classmethod
    def parse(cls, text: str) -> AnchoredPattern:
        """Read an expression.

        Raises:
            Malformed: not anchored at both ends, not a regular expression, or one that Go would read differently or
                that could take for ever (a repeated group with repetitions or alternatives in it).
        """
        if not text.startswith("^") or not text.endswith("$") or len(text) < len("^x$"):
            raise Malformed(f"{quoted(text)}: anchor the expression at both ends, ^...$")
        body = text[1:-1]
        fault = _fault(body)
        if fault:
            raise Malformed(f"{quoted(text)}: {fault}")
        try:
            whole = re.compile(body, re.ASCII)
        except (re.error, RecursionError, OverflowError) as error:
            raise Malformed(f"{quoted(text)}: not a regular expression: {error}") from error
        return cls(text, whole)

    def matches(self, value: str) -> bool:
        """Say whether the whole value fits; values of more than 512 characters fit nothing."""
        return len(value) <= _LONGEST and self._whole.fullmatch(value) is not None

    def __str__(self) -> str:
        return self.text


def _fault(body: str) -> str:
    """What is wrong with an expression between its anchors; brackets that don't match are left to `re`."""
    groups = [False]  # for each open group: whether something in it repeats or is an alternative
    position = 0
    while position < len(body):
        character = body[position]
        if character == "\\":
            fault = _escape_fault(body[position + 1 : position + 2])
            position += 1
        elif character == "[":
            end = _end_of_class(body, position)
            fault, position = _class_fault(body[position + 1 : end]), end
        elif character in "()":
            fault = _group_fault(body, position, groups)
            position += 2 * body.startswith("(?:", position)
        else:
            fault = _character_fault(character, groups)
        if fault:
            return fault
        position += 1
    return ""


def _escape_fault(following: str) -> str:
    if not following:
        return "the closing $ is escaped: the expression is not anchored"
    return f"\\{following} is not accepted" if following.isalnum() and following not in _ESCAPES else ""


def _group_fault(body: str, position: int, groups: list[bool]) -> str:
    if body[position] == "(":
        groups.append(False)
        plain = not body.startswith("(?", position) or body.startswith("(?:", position)
        return "" if plain else "groups are ( or (?:, nothing else that begins with (?"
    if len(groups) > 1:
        repeats = groups.pop()
        groups[-1] |= repeats
        if repeats and body[position + 1 : position + 2] in {"*", "+", "{"}:
            return "a repeated group with repetitions or alternatives in it could take for ever"
    return ""


def _character_fault(character: str, groups: list[bool]) -> str:
    if character in "^$":
        return f"{character} stands only at the ends"
    if character == "|" and len(groups) == 1:
        return "alternatives need a group: ^(a|b)$, since in ^a|b$ neither end is anchored"
    if character in _REPEATS or character == "|":
        groups[-1] = True
    return ""


def _class_fault(members: str) -> str:
    # Python means to read these as sets within sets one day; RE2 reads some of them so today (`[[:alpha:]]`).
    odd = next((one for one in ("[", "--", "&&", "~~", "||") if one in members), None)
    return f"{odd} in a class of characters is not accepted" if odd else ""


def _end_of_class(body: str, start: int) -> int:
    """The position of the bracket that closes a class of characters."""
    position = start + 1
    position += body.startswith("^", position)
    position += body.startswith("]", position)
    while position < len(body) and body[position] != "]":
        position += 1 + (body[position] == "\\")
    return position
