"""What changes between two sets of inputs, by path, and whether it replaces the resource."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lab.providers.kit.check import DEFAULTS, without_internal
from lab.providers.kit.values import Path, Value, reveal
from lab.providers.model import UNKNOWN, Schema, Unknown

_PATH_PART = re.compile(r'\.?([^.\[\]"]+)|\[(\d+|\*)\]|\["((?:[^"\\]|\\.)*)"\]')


class Kind(StrEnum):
    """What happened at a path."""

    ADD = "add"
    DELETE = "delete"
    UPDATE = "update"


@dataclass(frozen=True)
class Change:
    """One difference; `replaces` says that the resource has to be made anew for it."""

    path: Path
    kind: Kind
    replaces: bool = False


@dataclass(frozen=True)
class Difference:
    """All changes, and whether the old resource must go before the new one comes."""

    changes: tuple[Change, ...]
    delete_before_replace: bool = False

    @property
    def replaces(self) -> tuple[str, ...]:
        """The properties that force a replacement, by name."""
        return tuple(sorted({str(change.path[0]) for change in self.changes if change.replaces}))


def is_empty(value: Value) -> bool:
    """Absent, null, `[]`, `{}` and an object of such are the same to a service: nothing."""
    if isinstance(value, Mapping):
        return all(is_empty(item) for item in value.values())
    return value is None or (isinstance(value, list | tuple) and not value)


def is_absent(schema: Schema, name: str, value: Value) -> bool:
    """Whether a property has nothing in it: an empty object is something where the schema takes it literally."""
    return _absent(value) if name in schema.literal else is_empty(value)


def _absent(value: Value) -> bool:
    return value is None or (isinstance(value, list | tuple) and not value)


def compare(old: Value, new: Value, path: Path = (), *, literal: bool = False) -> Iterator[Change]:
    """Say what differs between two plain values; an unknown differs from everything."""
    nothing = _absent if literal else is_empty
    if nothing(old) and nothing(new):
        return
    if nothing(old):
        yield Change(path, Kind.ADD)
    elif nothing(new):
        yield Change(path, Kind.DELETE)
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(old.keys() | new.keys()):
            if not key.startswith("__"):
                yield from compare(old.get(key), new.get(key), (*path, key), literal=literal)
    elif isinstance(old, list | tuple) and isinstance(new, list | tuple):
        yield from _compare_lists(old, new, path, literal=literal)
    elif isinstance(old, bool) != isinstance(new, bool) or isinstance(new, Unknown) or old != new:
        yield Change(path, Kind.UPDATE)


def _compare_lists(old: Sequence[Value], new: Sequence[Value], path: Path, *, literal: bool) -> Iterator[Change]:
    """By index. An item is there even when it is empty: only its content can differ."""
    for index in range(max(len(old), len(new))):
        here = (*path, index)
        if index >= len(old):
            yield Change(here, Kind.ADD)
        elif index >= len(new):
            yield Change(here, Kind.DELETE)
        elif is_empty(old[index]) != is_empty(new[index]):
            yield Change(here, Kind.UPDATE)
        else:
            yield from compare(old[index], new[index], here, literal=literal)


def same(schema: Schema, name: str, old: Value, new: Value) -> bool:
    """Whether a property's two plain values mean the same to the service."""
    if next(compare(old, new, literal=name in schema.literal), None) is None:
        return True
    equivalent = schema.equivalent.get(name)
    if equivalent is None or is_absent(schema, name, old) or is_absent(schema, name, new) or UNKNOWN in (old, new):
        return False
    return equivalent(old, new)


def difference(
    schema: Schema, old: Mapping[str, Value], new: Mapping[str, Value], ignore: Iterable[str] = ()
) -> Difference:
    """Compare the inputs of the last update with the new ones.

    Args:
        schema: the resource type's.
        old: checked inputs of the last update, or what `read` found since.
        new: checked inputs of this one; unknowns may stand in them.
        ignore: property paths whose changes don't count (`ignoreChanges`); `*` stands for any key or index.
    """
    before, after = without_internal(reveal(old)), without_internal(reveal(new))
    ignored = [parse_path(pattern) for pattern in ignore]
    changes: list[Change] = []
    for name in sorted(before.keys() | after.keys()):
        if name in schema.ignore_unset and is_empty(after.get(name)):
            continue
        if same(schema, name, before.get(name), after.get(name)):
            continue
        replaces = name in schema.force_new
        changes.extend(
            Change(change.path, change.kind, replaces)
            for change in compare(before.get(name), after.get(name), (name,), literal=name in schema.literal)
            if not any(_covers(pattern, change.path) for pattern in ignored)
        )
    return Difference(tuple(changes), _delete_first(schema, old, new, changes))


def _delete_first(schema: Schema, old: Mapping[str, Value], new: Mapping[str, Value], changes: list[Change]) -> bool:
    """A replacement that keeps a chosen physical name can't be created while the old one has it."""
    if not any(change.replaces for change in changes):
        return False
    name = schema.autoname
    chosen = name is not None and name not in (reveal(new.get(DEFAULTS)) or ())
    keeps = name is not None and reveal(old.get(name)) == reveal(new.get(name))
    return schema.delete_before_replace or (chosen and keeps)


def parse_path(text: str) -> Path:
    """Read a property path: `a.b[0]["c.d"]`; `*` stands for any key or index."""
    parts: list[str | int] = []
    for match in _PATH_PART.finditer(text):
        plain, index, quoted = match.groups()
        if plain is not None:
            parts.append(plain)
        elif index is not None:
            parts.append(index if index == "*" else int(index))
        else:
            parts.append(re.sub(r"\\(.)", r"\1", quoted))
    return tuple(parts)


def _covers(pattern: Path, path: Path) -> bool:
    return len(pattern) <= len(path) and all(wanted in ("*", part) for wanted, part in zip(pattern, path, strict=False))
