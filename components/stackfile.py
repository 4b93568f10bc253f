"""Where a setting stands in `Pulumi.<stack>.yaml`: its line, for error messages. Reads YAML only for positions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

Step = str | int
"""One step of a path: a key of a mapping or an index of a list."""


class StackFile:
    """The text of a stack's file.

    Args:
        name: how messages call it, such as `Pulumi.local.yaml`.
        text: what it holds; empty or not YAML: no setting has a line.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        try:
            self._root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError:
            # The engine has read this file before the program started: what it makes of it is what counts.
            self._root = None

    def line(self, path: Sequence[Step]) -> int:
        """Line, from 1, of `path` under `config:`, or of the innermost part of it that the file has; 0 for neither."""
        node, line = self._root, 0
        for depth, step in enumerate(("config", *path)):
            found = _enter(node, step)
            if found is None:
                return 0 if depth == 1 else line
            node, line = found
        return line


def _enter(node: yaml.Node | None, step: Step) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item, item.start_mark.line + 1
    return None
