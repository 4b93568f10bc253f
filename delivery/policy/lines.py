"""The line of a property in a file, for people and for annotations of a pull request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

_STEP: Final = re.compile(r"\.?(?:\[(\d+)\]|([^.\[\]]+))")
_LONGEST: Final = 4 * 1024 * 1024
_LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # where things are, and not what they mean


class Lines:
    """Looks lines up; a file is parsed for its lines when the first of them is asked for.

    Args:
        texts: the files' contents.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._known: dict[str, tuple[yaml.Node | None, ...]] = {}

    def line(self, file: str, document: int, within: str, path: str) -> int:
        """The line, from 1, of a property, or of the nearest object around it that is there; 0 when nobody knows.

        Args:
            file: the file.
            document: its number in it, from 1.
            within: the object's place in the document.
            path: the property's place in the object; a key with a dot in it is found as far as the key before.
        """
        roots = self._roots(file)
        if not 0 < document <= len(roots):
            return 0
        node = roots[document - 1]
        if node is None:
            return 0
        line = node.start_mark.line
        for index, key in _STEP.findall(f"{within}.{path}" if within else path):
            found = _member(node, index, key)
            if found is None:
                break
            line, node = found
        return int(line) + 1

    def _roots(self, file: str) -> tuple[yaml.Node | None, ...]:
        if file not in self._known:
            text = self._texts.get(file, "")
            try:
                # JSON is YAML but for tabs.
                self._known[file] = (
                    tuple(yaml.compose_all(text.replace("\t", " "), Loader=_LOADER)) if len(text) < _LONGEST else ()
                )
            except (yaml.YAMLError, RecursionError):
                self._known[file] = ()
        return self._known[file]


def _member(node: yaml.Node, index: str, key: str) -> tuple[int, yaml.Node] | None:
    if index:
        if isinstance(node, yaml.SequenceNode) and int(index) < len(node.value):
            member = node.value[int(index)]
            return member.start_mark.line, member
    elif isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if isinstance(name, yaml.ScalarNode) and name.value == key:
                return name.start_mark.line, value
    return None
