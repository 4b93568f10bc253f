"""JSON read so that no other parser could have read it differently.

cosign and the registries are written in Go, whose decoder takes the last of duplicate keys and matches keys without
regard to case; Python's takes the last one and minds case. A document that the two read differently is how a payload
is checked as one thing and used as another, so such documents are refused (RFC 8259, section 4 calls them
"unpredictable").
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, Never

from guardrails.trust.errors import Malformed, quoted

_HALF_RE: Final = re.compile(r"\\u[dD][89a-fA-F]", re.ASCII)
_LOW: Final = "\ud800"
_HIGH: Final = "\udfff"


def loads(data: bytes) -> Any:  # noqa: ANN401 -- a JSON value is any value; callers narrow it
    """Parse one JSON document.

    Args:
        data: UTF-8 without a byte order mark; the caller has bounded its size.

    Raises:
        Malformed: not JSON; not UTF-8; nested too deeply; keys of one object that are equal or differ only by case;
            NaN, infinities, lone surrogates.
    """
    try:
        text = data.decode("utf-8", errors="strict")
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=int)
    except UnicodeDecodeError as error:
        raise Malformed(f"not UTF-8 at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise Malformed(f"not JSON: {error.msg} at character {error.pos}") from error
    except RecursionError as error:
        raise Malformed("JSON nested too deeply") from error
    except ValueError as error:  # a number of more digits than Python converts
        raise Malformed(f"JSON with an unreadable number: {error}") from error
    if _HALF_RE.search(text):  # UTF-8 has no half pairs: only an escape can say one
        _refuse_halves(value)
    return value


def load_object(data: bytes, known: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Parse a document that has to be an object.

    Args:
        data: as for `loads`.
        known: keys this object is read by; a key that differs from one of them only by case is refused, because a Go
            program would read it as that key.

    Raises:
        Malformed: as `loads`, or not an object, or a case variant of a known key.
    """
    value = loads(data)
    if not isinstance(value, dict):
        raise Malformed(f"a JSON object was expected, not {type(value).__name__}")
    refuse_variants(value, known)
    return value


def refuse_variants(value: dict[str, Any], known: frozenset[str]) -> None:
    """Refuse keys that only a parser blind to case takes for one of `known`.

    Raises:
        Malformed: naming the key.
    """
    folded = {name.casefold(): name for name in known}
    for key in value:
        name = folded.get(key.casefold())
        if name is not None and name != key:
            raise Malformed(f"the key {quoted(key)} differs from {name!r} only by case")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    others = [folded for key in found if (folded := key.casefold()) != key]  # mostly none: it costs memory
    if len(found) == len(pairs) and len(set(others)) == len(others) and found.keys().isdisjoint(others):
        return found
    seen: dict[str, str] = {}
    for key, _ in pairs:
        folded = key.casefold()
        if folded in seen:
            how = "twice" if seen[folded] == key else f"also as {quoted(seen[folded])}"
            raise Malformed(f"the key {quoted(key)} appears {how} in one object")
        seen[folded] = key
    raise AssertionError("as many keys as pairs")


def _refuse_halves(value: Any) -> None:  # noqa: ANN401 -- any JSON value
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            left += one
            left += one.values()
        elif isinstance(one, list):
            left += one
        elif isinstance(one, str) and not one.isascii() and any(_LOW <= character <= _HIGH for character in one):
            raise Malformed("a string with half a surrogate pair")


def _constant(name: str) -> Never:
    raise Malformed(f"{name} is not JSON")


def _float(text: str) -> float:
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise Malformed("a number too large for any parser to agree on")
    return number
