"""Total reading of raw properties: each value is typed, `UNKNOWN`, absent, or a `MalformedError` that says where.

Raw properties are plain data (dict, list, str, bool, int, float, None) plus two kinds of leaves: `UNKNOWN`, a value
that a preview cannot know yet, and `Asset`, a file or text that Pulumi hands over by reference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, Literal

_TYPE_NAMES: Final = {dict: "object", list: "list", str: "text", bool: "boolean", int: "number", float: "number"}


class Unknown(Enum):
    """The type of `UNKNOWN`; an enumeration, so that type checkers narrow it."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN
"""A value that is not known before the update."""

UNKNOWN_TEXTS: Final = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
"""What the engine writes for a value that is not known, by its type; nobody else writes these texts.

https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/resource/plugin/rpc.go
"""

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Asset:
    """A Pulumi asset: a file's path, a text, or a URL."""

    kind: Literal["path", "text", "uri"]
    value: str


class MalformedError(Exception):
    """A property has another type than its API allows. Never quotes the value: it may be secret."""

    def __init__(self, path: str, expected: str, found: object) -> None:
        super().__init__(path, expected)
        self.path = path
        self.what = f"expected {expected}, found {_TYPE_NAMES.get(type(found), 'something else')}"


def join(path: str, key: str | int) -> str:
    """The path of a member: `join("spec", "template")`, `join("containers", 0)`."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else key


def text(raw: Mapping[str, Any], key: str, path: str) -> str | Unknown | None:
    """A string, or None when absent."""
    value = raw.get(key)
    if value is None or isinstance(value, (str, Unknown)):
        return value
    raise MalformedError(join(path, key), "text", value)


def flag(raw: Mapping[str, Any], key: str, path: str) -> bool | Unknown | None:
    """A boolean, or None when absent."""
    value = raw.get(key)
    if value is None or isinstance(value, (bool, Unknown)):
        return value
    raise MalformedError(join(path, key), "a boolean", value)


def integer(raw: Mapping[str, Any], key: str, path: str) -> int | Unknown | None:
    """A whole number, or None when absent. Pulumi hands every number over as a float."""
    value = raw.get(key)
    if value is None or isinstance(value, Unknown):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value // 1:
        raise MalformedError(join(path, key), "a whole number", value)
    return int(value)


def texts(raw: Mapping[str, Any], key: str, path: str) -> tuple[str | Unknown, ...] | Unknown:
    """A list of strings; empty when absent."""
    members = sequence(raw, key, path)
    if isinstance(members, Unknown):
        return members
    for index, member in enumerate(members):
        if not isinstance(member, (str, Unknown)):
            raise MalformedError(join(join(path, key), index), "text", member)
    return tuple(members)


def mapping(raw: Mapping[str, Any], key: str, path: str) -> Mapping[str, Any] | Unknown:
    """An object; empty when absent."""
    value = raw.get(key)
    if value is None:
        return NOTHING
    if isinstance(value, Unknown):
        return value
    return as_mapping(value, join(path, key))


def as_mapping(value: object, path: str) -> Mapping[str, Any]:
    """The value as an object with text keys."""
    if not isinstance(value, (dict, Mapping)):  # nearly all are dict, and the other question takes ten times as long
        raise MalformedError(path, "an object", value)
    for key in value:
        if not isinstance(key, str):
            raise MalformedError(path, "an object with text keys", value)
    return value


def sequence(raw: Mapping[str, Any], key: str, path: str) -> Sequence[Any] | Unknown:
    """A list; empty when absent."""
    value = raw.get(key)
    if value is None:
        return ()
    if isinstance(value, (Unknown, list, tuple)):
        return value
    raise MalformedError(join(path, key), "a list", value)


def scalars(raw: Mapping[str, Any], key: str, path: str) -> Mapping[str, str | Unknown] | Unknown:
    """An object of texts and numbers (resource quantities), numbers as text; entries of null are absent."""
    members = mapping(raw, key, path)
    if isinstance(members, Unknown):
        return members
    result: dict[str, str | Unknown] = {}
    for name, value in members.items():
        if value is None:
            continue
        if isinstance(value, (str, Unknown)):
            result[name] = value
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            result[name] = str(value)
        else:
            raise MalformedError(join(join(path, key), name), "a quantity", value)
    return result
