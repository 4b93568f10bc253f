"""Fields of parsed JSON, each read as what it has to be or refused by name: what the format modules share."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from guardrails.trust import strict_json
from guardrails.trust.errors import Malformed, quoted


def an_object(parent: dict[str, Any], name: str, known: frozenset[str] = frozenset()) -> dict[str, Any]:
    """A field that has to be an object; `known` as for `strict_json.refuse_variants`.

    Raises:
        Malformed: it is missing, something else, or has a case variant of a known key.
    """
    value = parent.get(name)
    if not isinstance(value, dict):
        raise Malformed(f"{name!r} is missing or not an object")
    strict_json.refuse_variants(value, known)
    return value


def objects(parent: dict[str, Any], name: str, most: int) -> tuple[dict[str, Any], ...]:
    """A field that may be missing and otherwise is a list of at most so many objects.

    Raises:
        Malformed: it is something else, or longer.
    """
    values = parent.get(name)
    if values is None:
        return ()
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise Malformed(f"{name!r} is not a list of objects")
    if len(values) > most:
        raise Malformed(f"{len(values)} {name}, more than the {most} that are read")
    return tuple(values)


def text(parent: dict[str, Any], name: str) -> str:
    """A field that has to be text, and not empty.

    Raises:
        Malformed: it is not.
    """
    value = parent.get(name)
    if not isinstance(value, str) or not value:
        raise Malformed(f"{name!r} is missing or not text")
    return value


def number(parent: dict[str, Any], name: str) -> int:
    """A 64-bit field of protocol buffers' JSON: a number, or one in a string; 0 where it is left out.

    Raises:
        Malformed: anything else, or negative.
    """
    value = parent.get(name, 0)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < len(str(2**64)):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise Malformed(f"{name!r} is {quoted(value)}, not a number of 63 bits")
    return value


def data(value: object, what: str) -> bytes:
    """Decode standard base64 with padding; the one text that encodes the result, and no other.

    Raises:
        Malformed: it is missing or another text.
    """
    if not isinstance(value, str) or not value:
        raise Malformed(f"the {what} is missing")
    try:
        decoded = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed(f"the {what} is not base64") from error
    if base64.b64encode(decoded).decode() != value:
        raise Malformed(f"the {what} is not canonical base64")
    return decoded
