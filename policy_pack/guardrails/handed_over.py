"""What CrossGuard hands over, as plain data, and back: unknowns, secrets and assets are the SDK's own until here.

With `adapter.py` the only place that knows `pulumi_policy` (its `proxy.py` and `secret.py`, 1.21).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import pulumi
from pulumi_policy import Secret, proxy

from guardrails.resources.reading import UNKNOWN, Asset

if TYPE_CHECKING:
    from guardrails.model import Fix

DEPTH: Final = 64
"""How deep properties may be nested."""

_UNKNOWN_VALUES: Final = frozenset(value for name, value in vars(proxy).items() if name.startswith("UNKNOWN_"))


def plain(value: object, depth: int = DEPTH) -> Any:  # noqa: ANN401 - plain data
    """A copy without Pulumi's proxies: an unknown becomes `UNKNOWN`, an asset an `Asset`."""
    if depth == 0:
        raise RecursionError("properties are nested too deeply")
    if isinstance(value, (str, bool, int, float)) or value is None:
        return UNKNOWN if value in _UNKNOWN_VALUES else value
    if isinstance(value, Secret):
        return plain(value.value, depth - 1)
    if isinstance(value, Mapping):
        return {key: _member(value, key, depth) for key in value}
    if isinstance(value, Sequence):
        return [_member(value, index, depth) for index in range(len(value))]
    return _asset(value)


def _asset(value: object) -> Asset:
    if isinstance(value, pulumi.FileAsset):
        return Asset("path", str(value.path))
    if isinstance(value, pulumi.StringAsset):
        return Asset("text", value.text)
    return Asset("uri", type(value).__name__)  # remote assets and archives: no rule opens them


def _member(container: Any, key: object, depth: int) -> Any:  # noqa: ANN401 - plain data
    try:
        return plain(container[key], depth - 1)
    except proxy.UnknownValueError:
        return UNKNOWN


def remedied(properties: Mapping[str, Any], fixes: Iterable[Fix]) -> Mapping[str, Any]:
    """The properties with values put in; secrets and unknowns stay as the SDK marks them."""
    for fix in fixes:
        properties = _with(properties, fix.path, fix.value)
    return properties


def _with(value: Any, path: tuple[str, ...], new: object) -> Any:  # noqa: ANN401 - the SDK's proxies
    if not path:
        return new
    if isinstance(value, Secret):
        return Secret(_with(value.value, path, new))
    if value is None:
        value = {}
    if not isinstance(value, Mapping):
        raise TypeError(f"no object at {path[0]}")
    inside = value if isinstance(value, dict) else value["__target"]
    return {**inside, path[0]: _with(inside.get(path[0]), path[1:], new)}


def secrets_in(value: Any, depth: int = DEPTH, *, secret: bool = False) -> Iterable[str]:  # noqa: ANN401 - the SDK's proxies
    """The texts in a value that are marked secret."""
    if depth == 0:
        return
    if isinstance(value, Secret):
        yield from secrets_in(value.value, depth - 1, secret=True)
    elif isinstance(value, str):
        if secret:
            yield value
    elif isinstance(value, Mapping):
        # The SDK's proxy unwraps secrets on access; its target has them marked.
        members = value if isinstance(value, dict) else value["__target"]
        for member in members.values():
            yield from secrets_in(member, depth - 1, secret=secret)
    elif isinstance(value, Sequence):
        for member in value if isinstance(value, list) else value["__target"]:  # type: ignore[call-overload]
            yield from secrets_in(member, depth - 1, secret=secret)
