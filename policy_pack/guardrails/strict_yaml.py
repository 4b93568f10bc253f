"""YAML as Kubernetes' tools read it: duplicate keys are errors, and a date or a `=` stays the text it was.

A text without anchors and tags, as nearly all manifests are, is put together from the parser's events: that takes half
the time of PyYAML's own way, by nodes. All else, and whatever looks wrong, is read that way, and so has its errors.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sized

    _Base = yaml.SafeLoader
else:
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser is ten times faster

_UNREAD: Final = frozenset({"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value"})
"""What YAML 1.1 makes of dates and of `=`, which definitions of custom resources list among operators."""

_MERGE: Final = "tag:yaml.org,2002:merge"
_DEPTH: Final = 64
_DEEPEST: Final = 1000  # libyaml's composer calls itself for each level, and ends the process where its stack does
_LONGEST_KNOWN: Final = 64  # characters
_MOST_KNOWN: Final = 10_000
_PLAIN: Final = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("bool", "float", "int", "null"))


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
        first: [(tag, expression) for tag, expression in resolvers if tag not in _UNREAD]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

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


class _UnusualError(Exception):
    """A text with more in it than objects, lists and scalars without anchors and tags."""


_NOTHING: Final = object()
_ALONE: Final = _Loader("")
_scalars: Final[dict[str, Any]] = {}
"""What plain scalars mean, by their text: the same words come again and again in manifests."""


def documents(text: str) -> Iterator[Any]:
    """The documents of a YAML text.

    Raises:
        StrictYamlError: what is wrong, with line and column.
    """
    try:
        found = _quickly(text)
    except (_UnusualError, yaml.YAMLError, ValueError, TypeError):
        yield from _thoroughly(text)
    else:
        yield from found


def _thoroughly(text: str) -> Iterator[Any]:
    try:
        _refuse_depth(text)
        yield from yaml.load_all(text, Loader=_Loader)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise StrictYamlError(_describe(error), _line(error, text)) from error


def _refuse_depth(text: str) -> None:
    get: Callable[[], Any] = _Loader(text).get_event
    depth = 0
    event: Any = None
    # What is wrong otherwise is told by whoever reads it: the composer comes no further than this.
    with contextlib.suppress(yaml.YAMLError, ValueError):
        while depth <= _DEEPEST and not isinstance(event, yaml.StreamEndEvent):
            event = get()
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
    if depth > _DEEPEST:
        raise yaml.MarkedYAMLError(problem=f"nested more than {_DEEPEST} deep", problem_mark=event.start_mark)


def _quickly(text: str) -> list[Any]:  # noqa: C901, PLR0912 - a loop over what occurs, and nothing occurs more often
    get: Callable[[], Any] = _Loader(text).get_event
    found: list[Any] = []
    outer: list[tuple[Any, Any]] = []
    holder: Any = found  # what is being filled: a list, or an object of which `key` is the next one's
    key: Any = _NOTHING
    while True:
        event = get()
        kind = type(event)
        if kind is yaml.ScalarEvent:
            if event.anchor is not None or event.tag is not None:
                raise _UnusualError
            value = event.value
            if event.implicit[0]:
                value = _scalars[value] if value in _scalars else _scalar(value)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            if event.anchor is not None or event.tag is not None or len(outer) >= _DEPTH:
                raise _UnusualError
            outer.append((holder, key))
            holder, key = {} if kind is yaml.MappingStartEvent else [], _NOTHING
            continue
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            value = holder
            holder, key = outer.pop()
        elif kind is yaml.AliasEvent:
            raise _UnusualError
        elif kind is yaml.StreamEndEvent:
            return found
        else:  # of documents: what is in one is the next member of `found`
            continue
        if type(holder) is list:
            holder.append(value)
        elif key is not _NOTHING:
            holder[key] = value
            key = _NOTHING
        elif value in holder:
            raise _UnusualError
        else:
            key = value


def _scalar(text: str) -> Any:  # noqa: ANN401 - plain data
    """What a scalar without quotes means."""
    tag = _ALONE.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    value: Any = text
    if tag != _ALONE.DEFAULT_SCALAR_TAG:
        if tag not in _PLAIN:
            raise _UnusualError
        value = _Loader.yaml_constructors[tag](_ALONE, yaml.ScalarNode(tag, text))
    if len(text) < _LONGEST_KNOWN and len(_scalars) < _MOST_KNOWN:
        _scalars[text] = value
    return value


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
