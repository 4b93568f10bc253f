"""The line of the program that declares a resource, found by reading it: the engine's events do not tell it.

A resource's URN names the component it is in (`cartorio:<area>:<Name>`), a class has that name in `TYPE`, and children
are made there by a call with their name first (`aws.kms.Key(f"{name}-{purpose}", ...)`). One such call that fits the
name and the type is the line; of none or several, it is the class's.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from delivery.plan.model import Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FOLDER: Final = "components"
_PARTS: Final = 4  # of a URN: urn:pulumi:stack, project, types, name


@dataclass(frozen=True)
class _Component:
    file: str
    line: int
    calls: tuple[tuple[str, re.Pattern[str], int], ...]


class Sources:
    """The sources of one project, read when the first line is asked for.

    Args:
        project: the folder of `Pulumi.yaml`.
    """

    def __init__(self, project: Path) -> None:
        self._project = project
        self._known: dict[str, _Component] | None = None

    def line(self, urn: str) -> Source | None:
        """Where a resource is declared; None when nobody knows."""
        parts = urn.split("::", _PARTS - 1)
        if len(parts) != _PARTS:
            return None
        *around, type_ = parts[2].split("$")
        if self._known is None:
            self._known = dict(self._components())
        if type_ in self._known:
            own = self._known[type_]
            return Source(file=own.file, line=own.line)
        component = next((self._known[token] for token in reversed(around) if token in self._known), None)
        if component is None:
            return None
        kind = type_.rpartition(":")[2]
        lines = [line for name, pattern, line in component.calls if name == kind and pattern.fullmatch(parts[3])]
        return Source(file=component.file, line=lines[0] if len(lines) == 1 else component.line)

    def _components(self) -> Iterator[tuple[str, _Component]]:
        for file in sorted((self._project / _FOLDER).rglob("*.py")):
            try:
                text = file.read_text("utf-8")
                tree = ast.parse(text) if "TYPE = " in text else None
            except (OSError, ValueError, SyntaxError):
                continue
            for node in tree.body if tree else ():
                if isinstance(node, ast.ClassDef) and (token := _token(node)):
                    calls = tuple(_calls(tree)) if tree else ()
                    yield token, _Component(str(file.relative_to(self._project)), node.lineno, calls)


def _token(node: ast.ClassDef) -> str | None:
    for inner in node.body:
        if isinstance(inner, ast.Assign) and any(
            isinstance(one, ast.Name) and one.id == "TYPE" for one in inner.targets
        ):
            return str(inner.value.value) if isinstance(inner.value, ast.Constant) else None
    return None


def _calls(tree: ast.Module) -> Iterator[tuple[str, re.Pattern[str], int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0]
            if isinstance(first, ast.JoinedStr):
                parts = (re.escape(str(one.value)) if isinstance(one, ast.Constant) else ".+" for one in first.values)
                yield called, re.compile("".join(parts)), node.lineno
            elif isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield called, re.compile(re.escape(first.value)), node.lineno
