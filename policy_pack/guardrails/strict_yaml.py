"""YAML as Kubernetes' tools read it: duplicate keys are errors, and a date stays the text it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sized

    _Base = yaml.SafeLoader
else:
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser is ten times faster

_TIMESTAMP: Final = "tag:yaml.org,2002:timestamp"
_MERGE: Final = "tag:yaml.org,2002:merge"
_LONGEST_KNOWN: Final = 64  # characters
_MOST_KNOWN: Final = 10_000
_TAGS: Final[dict[str, str]] = {}
"""The types of plain scalars that were seen, by their text."""


class StrictYamlError(Exception):
    """The text is not one reading of YAML; the message has line and column.

    Args:
        message: what is wrong.
        line: where, counted from 1; 0 when nobody knows.
    """

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class _Loader(_Base):
    yaml_implicit_resolvers: Final = {  # type: ignore[misc]  # the class attribute of PyYAML's resolver
        first: [(tag, expression) for tag, expression in resolvers if tag != _TIMESTAMP]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:  # noqa: ANN401 - PyYAML's own
        """PyYAML's own, which tries expressions on every scalar; the same words come again and again in manifests."""
        if kind is not yaml.ScalarNode or not implicit[0]:
            return str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]
        tag = _TAGS.get(value)
        if tag is None:
            tag = str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]
            if len(value) < _LONGEST_KNOWN and len(_TAGS) < _MOST_KNOWN:
                _TAGS[value] = tag
        return tag

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        """PyYAML's own, but refusing a key that appears twice."""
        own = [key for key, _ in node.value if key.tag != _MERGE]
        if len(own) < len(node.value):  # what a merge key brings in may be overridden
            keys: Sized = {self.construct_object(key, deep=True) for key in own}
            result: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        else:
            keys = result = super().construct_mapping(node, deep=deep)
        if len(keys) != len(own):
            raise yaml.constructor.ConstructorError(None, None, "a key appears twice in this object", node.start_mark)
        return result


def documents(text: str) -> Iterator[Any]:
    """The documents of a YAML text.

    Raises:
        StrictYamlError: what is wrong, with line and column.
    """
    try:
        yield from yaml.load_all(text, Loader=_Loader)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise StrictYamlError(_describe(error), _line(error, text)) from error


def document(text: str) -> Any:  # noqa: ANN401 - the caller checks what it got
    """The only document of a YAML text; None for an empty one.

    Raises:
        StrictYamlError: what is wrong, with line and column; also for a second document.
    """
    found = list(documents(text))
    if len(found) > 1:
        raise StrictYamlError("expected a single YAML document")
    return found[0] if found else None


def _describe(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}, column {error.problem_mark.column + 1}: {error.problem}"
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _line(error: Exception, text: str) -> int:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return int(error.problem_mark.line) + 1
    if isinstance(error, yaml.reader.ReaderError) and isinstance(error.position, int):
        return text.count("\n", 0, error.position) + 1
    return 0
