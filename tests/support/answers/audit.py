"""What AWS computes for what records an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def _recorder(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    return {"name": inputs.get("name", f"{name}-1234567")}


ANSWERS: dict[str, Callable[[str, dict[str, Any]], dict[str, Any]]] = {"aws:cfg/recorder:Recorder": _recorder}
