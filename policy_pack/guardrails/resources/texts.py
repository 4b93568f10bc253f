"""Every text in a resource's raw properties, with its place: for rules about what is written, not about what it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    _Trail = tuple["_Trail", object, bool] | None
    """How a value is reached: what leads to its holder, its key or index there, whether the holder is a list."""

_DEPTH: Final = 64
_LEAVES: Final = frozenset({int, float, bool, type(None)})


def texts_in(value: object, path: str = "", wanted: Callable[[str], object] | None = None) -> Iterator[tuple[str, str]]:
    """The texts in a value, in no particular order, each with its path; down to 64 levels, as the engine's values.

    Args:
        value: plain data.
        path: where it is.
        wanted: says which texts; the others cost next to nothing, as no path is made for them.
    """
    if isinstance(value, str):
        if wanted is None or wanted(value):
            yield path, value
        return
    waiting: list[tuple[Any, _Trail, int]] = [(value, None, _DEPTH)]
    while waiting:
        holder, trail, depth = waiting.pop()
        listed = not isinstance(holder, (dict, Mapping))
        if listed and not isinstance(holder, (list, tuple)):
            continue
        for key, member in enumerate(holder) if listed else holder.items():
            kind = type(member)
            if kind is str or isinstance(member, str):
                if wanted is None or wanted(member):
                    yield _path(path, (trail, key, listed)), member
            elif depth > 1 and kind not in _LEAVES:
                waiting.append((member, (trail, key, listed), depth - 1))


def _path(path: str, trail: _Trail) -> str:
    steps: list[tuple[object, bool]] = []
    while trail is not None:
        trail, key, listed = trail
        steps.append((key, listed))
    for key, listed in reversed(steps):
        path = f"{path}[{key}]" if listed else f"{path}.{key}" if path else str(key)
    return path
