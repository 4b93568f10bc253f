"""From text to objects: YAML and JSON, several documents a file, lists opened up; bounded, and never a guess.

A document that means to be an object of Kubernetes has `apiVersion` and `kind`
(https://kubernetes.io/docs/concepts/overview/working-with-objects/); one that has neither is something else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from guardrails import strict_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_DEPTH: Final = 64
_NODES: Final = 1_000_000
_LIST_DEPTH: Final = 4
_LONGEST: Final = 128 * 1024 * 1024  # bytes


class UnreadableError(Exception):
    """A text that is not what it should be.

    Args:
        what: what is wrong, without the text itself: it may be secret.
        line: where, from 1; 0 when nobody knows.
        remedy: what to do.
    """

    def __init__(
        self, what: str, line: int = 0, remedy: str = "Correct it; nobody judges what cannot be read."
    ) -> None:
        super().__init__(what)
        self.what = what
        self.line = line
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Document:
    """A document, or an item of a list in one.

    Attributes:
        number: the document's in its file, from 1.
        within: the item's place in it, as `items[0]`; empty for the whole document.
        content: plain data.
    """

    number: int
    within: str
    content: Any


def file_documents(path: str) -> tuple[str, tuple[Document, ...]]:
    """The text of a file and the documents in it; JSON when its name says so.

    Args:
        path: where it is.

    Raises:
        UnreadableError: it cannot be read, or its content cannot.
    """
    try:
        with open(path, "rb") as stream:  # noqa: PTH123 - one of thousands
            content = stream.read(_LONGEST + 1)
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise UnreadableError(what, remedy="Name a file or a folder that can be.") from error
    return documents(content, as_json=path.endswith(".json"))


def input_documents(stream: BinaryIO) -> tuple[str, tuple[Document, ...]]:
    """The text of a stream and the documents in it; JSON when it begins like an object of it.

    Raises:
        UnreadableError: its content cannot be read.
    """
    content = stream.read(_LONGEST + 1)
    return documents(content, as_json=content.lstrip()[:1] == b"{")


def documents(content: bytes, *, as_json: bool) -> tuple[str, tuple[Document, ...]]:
    """The text of a file and the documents in it, empty ones left out.

    Args:
        content: the file's bytes.
        as_json: it must be JSON, one document or several one after the other; else YAML, which JSON is, too.

    Raises:
        UnreadableError: it is neither, or it is nested or repeated beyond all measure.
    """
    if len(content) > _LONGEST:
        raise UnreadableError(f"is longer than {_LONGEST >> 20} MiB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableError("is not text in UTF-8", line) from error
    found = _json(text) if as_json else _yaml(text)
    numbered = [Document(number, "", each) for number, each in enumerate(found, 1)]
    for one in numbered:
        _bound(one)
    return text, tuple(one for one in numbered if one.content is not None)


def opened(document: Document) -> Iterator[Document]:
    """The objects of a document: itself, or the items of a built-in list, whatever is inside those."""
    yield from _opened(document, _LIST_DEPTH)


def is_object(content: object) -> bool:
    """Whether it means to be an object of Kubernetes, right or wrong."""
    return isinstance(content, Mapping) and ("apiVersion" in content or "kind" in content)


def _opened(document: Document, depth: int) -> Iterator[Document]:
    content = document.content
    if depth and _is_list(content):
        prefix = f"{document.within}.items" if document.within else "items"
        for index, item in enumerate(content["items"]):
            yield from _opened(Document(document.number, f"{prefix}[{index}]", item), depth - 1)
    else:
        yield document


def _is_list(content: object) -> bool:
    # Lists of Kubernetes itself only: what else is called so may be an object with more in it than its items.
    return (
        isinstance(content, Mapping)
        and content.get("apiVersion") in ("v1", "apps/v1", "batch/v1")  # no set: it may be no text, and hash to nothing
        and str(content.get("kind")).endswith("List")
        and isinstance(content.get("items"), list)
        and all(isinstance(item, Mapping) for item in content["items"])
    )


def _yaml(text: str) -> list[Any]:
    try:
        return list(strict_yaml.documents(text))
    except strict_yaml.StrictYamlError as error:
        raise UnreadableError(f"is not valid YAML: {error}", error.line) from error


def _json(text: str) -> list[Any]:
    decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse)
    found: list[Any] = []
    at = _skip(text, 0)
    try:
        while at < len(text):
            one, end = decoder.raw_decode(text, at)
            found.append(one)
            at = _skip(text, end)
    except json.JSONDecodeError as error:
        raise UnreadableError(f"is not valid JSON: {error.msg}, column {error.colno}", error.lineno) from error
    except RecursionError as error:
        raise UnreadableError(f"is nested more than {_DEPTH} deep", 1) from error
    except ValueError as error:
        raise UnreadableError(f"is not valid JSON: {error}", _line_of_repetition(text)) from error
    return found


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key appears twice in an object")
    return made


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number in JSON")


def _line_of_repetition(text: str) -> int:
    """Python's parser does not say where; YAML's does, and JSON is YAML but for tabs."""
    try:
        list(strict_yaml.documents(text.replace("\t", " ")))
    except strict_yaml.StrictYamlError as error:
        return error.line
    return 1


def _bound(document: Document) -> None:
    """Refuse what no rule could walk through: nesting without end, and aliases of aliases (each counts anew)."""
    nodes, depth = 0, -1
    level = [document.content]
    while level := [one for one in level if type(one) is dict or type(one) is list]:
        nodes += len(level) + sum(map(len, level))
        if nodes > _NODES:
            raise UnreadableError(f"has more than {_NODES} values in document {document.number}")
        depth += 1
        if depth > _DEPTH:
            raise UnreadableError(f"is nested more than {_DEPTH} deep in document {document.number}")
        level = [member for one in level for member in (one.values() if type(one) is dict else one)]
