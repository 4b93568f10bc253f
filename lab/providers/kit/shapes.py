"""The shapes that property values may have, and what violates them.

Shapes are made from the official SDK's annotations (`sdk_types`) or written down in a table. A violation names a path
and a reason, never a value: values may be secrets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from lab.providers.kit.values import Path, Secret, Value
from lab.providers.model import Unknown


@dataclass(frozen=True)
class Anything:
    """Value JSON-like value."""

    def __str__(self) -> str:
        return "any value"


@dataclass(frozen=True)
class Scalar:
    """One of `string`, `integer`, `number`, `boolean` (Pulumi's schema names)."""

    name: str

    def __str__(self) -> str:
        return f"{'an' if self.name == 'integer' else 'a'} {self.name}"


@dataclass(frozen=True)
class ListOf:
    """A list of one shape."""

    item: Shape

    def __str__(self) -> str:
        return "a list"


@dataclass(frozen=True)
class MapOf:
    """An object with free keys and values of one shape."""

    item: Shape

    def __str__(self) -> str:
        return "a map"


@dataclass(frozen=True)
class Fields:
    """The properties of a Record, those it must have, and those that exist but that the lab leaves out."""

    shapes: Mapping[str, Shape]
    required: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Record:
    """An object with named properties; `load` is called when they are needed (SDK types may be recursive)."""

    name: str
    load: Callable[[], Fields]

    def __str__(self) -> str:
        return f"an object ({self.name})"


@dataclass(frozen=True)
class OneOf:
    """Value of several shapes."""

    choices: tuple[Shape, ...]

    def __str__(self) -> str:
        return " or ".join(str(choice) for choice in self.choices)


Shape = Anything | Scalar | ListOf | MapOf | Record | OneOf

ANYTHING = Anything()
STRING = Scalar("string")
INTEGER = Scalar("integer")
NUMBER = Scalar("number")
BOOLEAN = Scalar("boolean")


@dataclass(frozen=True)
class Violation:
    """What is wrong at `path`."""

    path: Path
    reason: str


def violations(shape: Shape, value: Value, path: Path) -> Iterator[Violation]:
    """Say where `value` does not fit; an unknown fits everything, null is an absent value and fits too."""
    while isinstance(value, Secret):
        value = value.value
    if value is None or isinstance(value, Unknown) or isinstance(shape, Anything):
        return
    if isinstance(shape, OneOf):
        yield from _one_of(shape, value, path)
    elif not _is_kind(shape, value):
        yield Violation(path, f"expected {shape}, got {kind_of(value)}")
    elif isinstance(shape, ListOf):
        for index, item in enumerate(value):
            yield from violations(shape.item, item, (*path, index))
    elif isinstance(shape, MapOf):
        for key, item in value.items():
            yield from violations(shape.item, item, (*path, key))
    elif isinstance(shape, Record):
        yield from _record(shape, value, path)


def _record(shape: Record, value: Mapping[str, Value], path: Path) -> Iterator[Violation]:
    fields = shape.load()
    for key, item in value.items():
        if key in fields.shapes:
            yield from violations(fields.shapes[key], item, (*path, key))
        elif key in fields.left_out:
            yield Violation((*path, key), f"the lab's provider does not support `{key}` of {shape.name}")
        elif not key.startswith("__"):
            known = ", ".join(sorted(fields.shapes))
            yield Violation((*path, key), f"{shape.name} has no property `{key}`; it has {known}")
    for key in sorted(fields.required):
        if value.get(key) is None:
            yield Violation((*path, key), f"the required property `{key}` of {shape.name} is missing")


def _one_of(shape: OneOf, value: Value, path: Path) -> Iterator[Violation]:
    """Nothing when one choice fits; else what the choice of the value's own kind says, or that no kind fits."""
    attempts = [tuple(violations(choice, value, path)) for choice in shape.choices]
    if not all(attempts):
        return
    inside = [attempt for attempt in attempts if all(violation.path != path for violation in attempt)]
    yield from inside[0] if inside else (Violation(path, f"expected {shape}, got {kind_of(value)}"),)


def _is_kind(shape: Scalar | ListOf | MapOf | Record, value: Value) -> bool:
    """Whether a value is of the shape's own kind, its content aside."""
    if isinstance(shape, ListOf):
        return isinstance(value, list | tuple)
    if not isinstance(shape, Scalar):
        return isinstance(value, Mapping)
    if isinstance(value, bool):
        return shape == BOOLEAN
    if isinstance(value, str):
        return shape == STRING
    return shape == NUMBER if isinstance(value, float) else shape in (INTEGER, NUMBER) and isinstance(value, int)


def kind_of(value: Value) -> str:
    """Name a value's kind, never the value."""
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a string"
    return "an object" if isinstance(value, Mapping) else "a list"
