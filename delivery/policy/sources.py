"""From paths to objects: files, folders, kustomizations, charts, exported state and standard input.

Whatever cannot be read is noted, and the rest is read all the same.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from delivery.policy import kustomizations, state
from delivery.policy.ahead import EndedError
from delivery.policy.documents import Document, UnreadableError, documents, input_documents, is_object, opened
from delivery.policy.model import Item, Material, Unread
from delivery.policy.places import ARCHIVES, NO_OBJECTS, Kind
from guardrails.resources.base import Declared
from guardrails.resources.helm import HelmError, Renderer
from guardrails.resources.reading import Asset
from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from delivery.policy.ahead import Read
    from delivery.policy.places import Place, Places

_MOST_ITEMS: Final = 500_000
_NO_OBJECTS: Final = ("helm.sh/", "yaml/", "kustomize/", "yaml:", "kustomize:")


class Reader:
    """Reads what is at places.

    Args:
        places: the places.
        contents: what is in each file of them, in their order.
        values: values files for the charts.
        kubernetes_version: what charts are rendered for.
        tool: where a program is (`helm`, `kubectl`); may raise what the caller knows.

    Attributes:
        material: what there is beside the objects; complete when they all are read.
    """

    def __init__(
        self,
        places: Places,
        contents: Iterator[Read | UnreadableError],
        values: Sequence[Path],
        kubernetes_version: str,
        tool: Callable[[str], str],
    ) -> None:
        self.material = Material(unread=list(places.unread))
        self._places = places
        self._contents = contents
        self._values = tuple(values)
        self._version = kubernetes_version
        self._tool = tool
        self._count = 0

    def items(self) -> Iterator[Item]:
        """Every object, as it is read.

        Raises:
            LabError: the process that reads ahead was ended.
        """
        for place in self._places.everything:
            try:
                yield from self._items(place)
            except UnreadableError as error:
                self.material.unread.append(Unread(place.shown, error.line, error.what, error.remedy))
            except EndedError as error:
                remedy = "Give it more memory, or name fewer files at once: nothing is judged in part."
                raise LabError(str(error), remedy=remedy) from error
        if self.material.ignored and not self._count and not self.material.unread:
            what = "holds no object of Kubernetes"
            folders = sorted({place.folder for place in self._places.everything if place.folder})
            self.material.unread += [Unread(folder, 0, what, NO_OBJECTS) for folder in folders]

    def _items(self, place: Place) -> list[Item]:
        match place.kind:
            case Kind.CHART:
                items = self._rendered(place)
            case Kind.KUSTOMIZATION:
                items = self._built(place)
            case Kind.FILE:
                items = self._content(place, next(self._contents))
            case Kind.INPUT:
                items = self._content(place, _given())
        self._count += len(items)
        if self._count > _MOST_ITEMS:
            self._count -= len(items)
            raise UnreadableError(f"brings the number of objects above {_MOST_ITEMS}")
        return items

    def _content(self, place: Place, content: Read | UnreadableError) -> list[Item]:
        if isinstance(content, UnreadableError):
            raise content
        text, found = content
        if not any(is_object(one.content) or state.is_state(one.content) for one in found):
            if place.folder:
                self.material.ignored.append(place.shown)
                return []
            if not found:
                raise UnreadableError("holds nothing", remedy=NO_OBJECTS)
        items = [item for one in found for item in self._in_document(one, place.shown)]
        self.material.texts[place.shown] = text
        return items

    def _in_document(self, document: Document, file: str) -> Iterable[Item]:
        if state.is_state(document.content):
            return state.resources(document.content, file, self.material.secrets)
        if is_object(document.content):
            return [_item(one, file) for one in opened(document)]
        what = f"holds in document {document.number} no object of Kubernetes and no stack's state"
        raise UnreadableError(what, remedy=NO_OBJECTS)

    def _built(self, place: Place) -> list[Item]:
        _, found = documents(kustomizations.build(Path(place.path), self._tool("kubectl")).encode(), as_json=False)
        return [_item(part, place.shown) for one in found for part in opened(one)]

    def _rendered(self, place: Place) -> list[Item]:
        self._tool("helm")
        chart = Path(place.path).resolve()
        properties: dict[str, Any] = {
            "chart": str(chart),
            "namespace": "default",
            "valueYamlFiles": [Asset("path", str(one.resolve())) for one in self._values],
        }
        try:
            manifests = Renderer(Path.cwd(), self._version).render(_release(chart.name), properties)
        except HelmError as error:
            raise UnreadableError(f"cannot be rendered: {error.what}", remedy=error.remedy) from error
        parts = [part for number, one in enumerate(manifests, 1) for part in opened(Document(number, "", one))]
        return [_item(part, place.shown) for part in parts]


def _given() -> Read:
    if sys.stdin is None:
        raise UnreadableError("is closed", remedy="Give it something to read.")
    return input_documents(sys.stdin.buffer)


def _item(document: Document, file: str) -> Item:
    content = document.content
    version, kind = _word(content, "apiVersion"), _word(content, "kind")
    metadata = content.get("metadata")
    name = _word(metadata, "name") or _word(metadata, "generateName")
    namespace = _word(metadata, "namespace")
    identity = f"{kind or '?'}/{f'{namespace}/' if namespace else ''}{name or '?'}"
    declared = Declared(
        type=_token(version, kind),
        name=name or f"document {document.number}",
        address=f"file:{file}#{identity}",
        properties=content,
    )
    return Item(declared, file, document.number, document.within)


def _token(version: str, kind: str) -> str:
    """Pulumi's type of an object; what would name one of its own types that are no objects gets a neutral one."""
    if not version or not kind or version.startswith(_NO_OBJECTS):
        return "kubernetes:object"
    return f"kubernetes:{version if '/' in version else f'core/{version}'}:{kind}"


def _word(content: object, key: str) -> str:
    value = content.get(key) if isinstance(content, dict) else None
    return value if isinstance(value, str) else ""


def _release(name: str) -> str:
    for suffix in ARCHIVES:
        name = name.removesuffix(suffix)
    return "".join(letter if letter.isalnum() else "-" for letter in name.lower()).strip("-")[:53] or "release"
