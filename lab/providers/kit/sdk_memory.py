"""What the SDKs said of a type, kept in the cache: reading it there takes a thousandth of importing the SDK.

A file holds one type's supported properties. Its name is a digest of all that the content depends on: the type, the
supported names, the SDK's version, Python's, and the code that reads and writes. A file that cannot be used is as
none; one that cannot be written changes nothing but the time that the next process takes.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.paths import LabPaths
from lab.providers.kit import shapes
from lab.providers.kit.shapes import Fields, Record, Shape

if TYPE_CHECKING:
    from collections.abc import Callable

_SCALARS = {shape.name: shape for shape in (shapes.STRING, shapes.INTEGER, shapes.NUMBER, shapes.BOOLEAN)}
_CODE = ("sdk_memory.py", "sdk_types.py", "shapes.py")


@dataclass(frozen=True)
class Said:
    """What an SDK says of a type.

    Attributes:
        inputs: its supported inputs.
        outputs: those of its supported properties that only the provider knows.
    """

    inputs: Fields
    outputs: frozenset[str] = frozenset()


def recall(token: str, supported: tuple[str, ...], ask: Callable[[], Said]) -> Said:
    """What the SDK says of `token`, from the cache if it is there, else by `ask`."""
    try:
        file = LabPaths.default().cache / "sdk-shapes" / f"{_digest(token, supported)}.json"
    except PackageNotFoundError:
        return ask()  # which says what is missing
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return _decode(json.loads(file.read_text("utf-8")))
    said = ask()
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_name(f".{file.name}.{os.getpid()}")
        new.write_text(json.dumps(_encode(said)), "utf-8")
        new.replace(file)  # whole or not at all: other processes read it
    return said


def _digest(token: str, supported: tuple[str, ...]) -> str:
    package = token.partition(":")[0]
    depends = [token, sorted(supported), version(f"pulumi-{package}"), version("pulumi"), sys.version, _code()]
    return hashlib.sha256(json.dumps(depends).encode()).hexdigest()[:32]


@functools.cache
def _code() -> str:
    content = b"".join(Path(__file__).with_name(name).read_bytes() for name in _CODE)
    return hashlib.sha256(content).hexdigest()


def _encode(said: Said) -> dict[str, Any]:
    writer = _Writer()
    return {"inputs": writer.fields(said.inputs), "outputs": sorted(said.outputs), "records": writer.records}


class _Writer:
    """Shapes as JSON; records are listed apart, each once, since an SDK's types may hold themselves."""

    def __init__(self) -> None:
        self.records: list[Any] = []
        self._places: dict[object, int] = {}

    def fields(self, fields: Fields) -> Any:  # noqa: ANN401 - JSON
        return [
            {name: self._shape(shape) for name, shape in fields.shapes.items()},
            sorted(fields.required),
            sorted(fields.left_out),
        ]

    def _shape(self, shape: Shape) -> Any:  # noqa: ANN401 - JSON
        match shape:
            case shapes.Scalar():
                return shape.name
            case shapes.ListOf():
                return ["list", self._shape(shape.item)]
            case shapes.MapOf():
                return ["map", self._shape(shape.item)]
            case shapes.OneOf():
                return ["one", *map(self._shape, shape.choices)]
            case Record():
                return ["record", shape.name, self._place(shape)]
            case shapes.Anything():
                return None

    def _place(self, record: Record) -> int:
        # What a class says is the same wherever it is met; what was narrowed is of one place.
        key = record.load.args if isinstance(record.load, functools.partial) else record.load
        if key not in self._places:
            self._places[key] = len(self.records)
            self.records.append(None)
            self.records[self._places[key]] = self.fields(record.load())
        return self._places[key]


def _decode(content: Any) -> Said:  # noqa: ANN401 - JSON
    records = content["records"]

    @functools.cache
    def record(place: int) -> Fields:
        return fields(records[place])

    def fields(written: Any) -> Fields:  # noqa: ANN401 - JSON
        members, required, left_out = written
        return Fields({name: shape(one) for name, one in members.items()}, frozenset(required), frozenset(left_out))

    def shape(written: Any) -> Shape:  # noqa: ANN401 - JSON
        if written is None:
            return shapes.ANYTHING
        if isinstance(written, str):
            return _SCALARS[written]
        kind, *rest = written
        if kind == "record":
            return Record(rest[0], functools.partial(record, rest[1]))
        if kind == "one":
            return shapes.OneOf(tuple(map(shape, rest)))
        return shapes.ListOf(shape(rest[0])) if kind == "list" else shapes.MapOf(shape(rest[0]))

    return Said(fields(content["inputs"]), frozenset(content["outputs"]))
