"""CloudWatch's filter patterns, judged: which entries of a log one matches.

The part of the syntax that the program uses, written from
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html: comparisons of texts (with `*`)
and numbers, NOT EXISTS, && and ||, parentheses. An entry without the property that is compared never matches, with !=
neither.
"""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 1024
"""Characters that a pattern may have."""
_TOKEN = re.compile(
    r"\s*(?:(?P<sign>&&|\|\||[(){}])|(?P<op>!=|>=|<=|=|>|<|NOT EXISTS)"
    r'|"(?P<text>[^"]*)"|\$\.(?P<path>[\w.]+)|(?P<word>[\w.*-]+))'
)
_ABSENT = object()


class _Pattern:
    """One pattern, read from left to right."""

    def __init__(self, pattern: str) -> None:
        assert len(pattern) <= LONGEST
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while pattern[at:].strip():
            found = _TOKEN.match(pattern, at)
            assert found, f"not understood: {pattern[at:]}"
            kind = str(found.lastgroup)
            self._tokens.append((kind, found[kind]))
            at = found.end()

    def matches(self, entry: Mapping[str, Any]) -> bool:
        self._at = 0
        self._take("{")
        result = self._either(entry)
        self._take("}")
        assert self._at == len(self._tokens), "something follows the pattern"
        return result

    def _either(self, entry: Mapping[str, Any]) -> bool:
        result = self._both(entry)
        while self._next() == "||":
            self._at += 1
            result = self._both(entry) or result
        return result

    def _both(self, entry: Mapping[str, Any]) -> bool:
        result = self._one(entry)
        while self._next() == "&&":
            self._at += 1
            result = self._one(entry) and result
        return result

    def _one(self, entry: Mapping[str, Any]) -> bool:
        if self._next() == "(":
            self._at += 1
            result = self._either(entry)
            self._take(")")
            return result
        kind, path = self._tokens[self._at]
        assert kind == "path", f"a property is expected, not {path}"
        _, operator = self._tokens[self._at + 1]
        value: Any = entry
        for step in path.split("."):
            value = value.get(step, _ABSENT) if isinstance(value, dict) else _ABSENT
        if operator == "NOT EXISTS":
            self._at += 2
            return value is _ABSENT
        wanted = self._tokens[self._at + 2]
        self._at += 3
        return value is not _ABSENT and _compare(value, operator, *wanted)

    def _next(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _take(self, token: str) -> None:
        assert self._next() == token, f"{token} is expected, not {self._next()}"
        self._at += 1


def _compare(value: object, operator: str, kind: str, wanted: str) -> bool:
    if kind == "word" and wanted.isdecimal():
        if not isinstance(value, int):
            return False
        number = int(wanted)
        return {
            "=": value == number,
            "!=": value != number,
            ">": value > number,
            "<": value < number,
            ">=": value >= number,
            "<=": value <= number,
        }[operator]
    same = isinstance(value, str) and fnmatch.fnmatchcase(value, wanted.replace("[", "[[]"))
    return same if operator == "=" else not same


def matches(pattern: str, entry: Mapping[str, Any]) -> bool:
    """Whether the pattern matches the entry."""
    return _Pattern(pattern).matches(entry)
