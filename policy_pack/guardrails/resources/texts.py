"""Every text in a resource's raw properties, with its place: for rules about what is written, not about what it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEPTH: Final = 64


def texts_in(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """The texts in a value, in no particular order, each with its path; down to 64 levels, as the engine's values."""
    waiting: list[tuple[str, object, int]] = [(path, value, _DEPTH)]
    while waiting:
        at, one, depth = waiting.pop()
        if isinstance(one, str):
            yield at, one
        elif depth == 0:
            continue
        elif isinstance(one, Mapping):
            prefix = f"{at}." if at else ""
            waiting.extend((f"{prefix}{key}", member, depth - 1) for key, member in one.items())
        elif isinstance(one, (list, tuple)):
            waiting.extend((f"{at}[{index}]", member, depth - 1) for index, member in enumerate(one))
