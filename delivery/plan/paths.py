"""Paths of properties: the engine's notation parsed, values looked up, and two states compared leaf by leaf.

Notation: `a.b[0]["c.d"]`, github.com/pulumi/pulumi/sdk/v3 v3.259.0, go/common/resource/property_path.go.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_STEP: Final = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\.?([^.\[\]]+)')
_SIMPLE: Final = re.compile(r"[A-Za-z_$][\w$-]*")

MISSING: Final = object()
"""What there is at a path that leads nowhere."""

Steps = tuple[str | int, ...]


def steps(path: str) -> Steps:
    """The steps of a path; of one that is not in the notation, as many as can be read."""
    found: list[str | int] = []
    for quoted, index, name in _STEP.findall(path):
        if quoted:
            found.append(re.sub(r"\\(.)", r"\1", quoted))
        else:
            found.append(int(index) if index else name)
    return tuple(found)


def written(taken: Steps) -> str:
    """The path with these steps."""
    text = ""
    for step in taken:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _SIMPLE.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f"[{json.dumps(step, ensure_ascii=False)}]"
    return text


def at(content: Any, taken: Steps) -> Any:  # noqa: ANN401 - JSON
    """What is at a path, or `MISSING`."""
    for step in taken:
        if isinstance(content, dict):
            content = content.get(step, MISSING)
        elif isinstance(content, list):
            content = content[step] if isinstance(step, int) and step < len(content) else MISSING
        elif content is None or isinstance(content, (str, int, float)):
            return MISSING
        if content is MISSING:
            return MISSING
    return content  # as a whole, where it is secret or unknown and a step leads into it


def differences(before: Any, after: Any, taken: Steps = ()) -> Iterator[tuple[Steps, Any, Any]]:  # noqa: ANN401 - JSON
    """The leaves in which two states differ, with what each has there or `MISSING`. Empty containers are leaves."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys: list[Any] = sorted(before.keys() | after.keys(), key=str)
    elif isinstance(before, list) and isinstance(after, list):
        keys = list(range(max(len(before), len(after))))
    elif after is MISSING and _members(before):
        keys = _members(before)
    elif before is MISSING and _members(after):
        keys = _members(after)
    else:
        if before is not after and before != after:
            yield taken, before, after
        return
    for key in keys:
        yield from differences(_member(before, key), _member(after, key), (*taken, key))


def _members(content: Any) -> list[Any]:  # noqa: ANN401 - JSON
    if isinstance(content, dict):
        return sorted(content, key=str)
    return list(range(len(content))) if isinstance(content, list) else []


def _member(content: Any, key: Any) -> Any:  # noqa: ANN401 - JSON
    return MISSING if content is MISSING else at(content, (key,))
