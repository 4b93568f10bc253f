"""From paths to objects: files, folders, kustomizations, charts, exported state and standard input.

A folder with a `Chart.yaml` is a chart and is rendered, one with a kustomization is built; every other folder is
walked, and what its files hold counts. Whatever cannot be read is noted, and the rest is read all the same.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from delivery.policy import kustomizations, state
from delivery.policy.documents import Document, UnreadableError, documents, is_object, opened
from delivery.policy.model import Item, Material, Unread
from guardrails.resources.base import Declared
from guardrails.resources.helm import HelmError, Renderer
from guardrails.resources.reading import Asset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

STANDARD_INPUT: Final = "-"
_SUFFIXES: Final = frozenset({".yaml", ".yml", ".json"})
_ARCHIVES: Final = (".tgz", ".tar.gz")
_CHART: Final = "Chart.yaml"
_OVERLOOKED: Final = frozenset({"node_modules", "__pycache__"})  # and whatever begins with a dot
_LONGEST: Final = 128 * 1024 * 1024
_MOST_FILES: Final = 50_000
_MOST_ITEMS: Final = 500_000
_NO_OBJECTS: Final = ("helm.sh/", "yaml/", "kustomize/", "yaml:", "kustomize:")

_NOT_OBJECT: Final = "Name files of Kubernetes objects (with apiVersion and kind) or what `pulumi stack export` wrote."


class Reader:
    """Reads paths.

    Args:
        values: values files for the charts.
        kubernetes_version: what charts are rendered for.
        tool: where a program is (`helm`, `kubectl`); may raise what the caller knows.
        told: told how many objects there are so far.
    """

    def __init__(
        self,
        values: Sequence[Path],
        kubernetes_version: str,
        tool: Callable[[str], str],
        told: Callable[[int], None] = lambda _count: None,
    ) -> None:
        self._values = tuple(values)
        self._version = kubernetes_version
        self._tool = tool
        self._told = told
        self._material = Material()
        self._seen: set[str] = set()

    def read(self, paths: Sequence[str]) -> Material:
        """Everything that the paths lead to; what two of them lead to counts once."""
        for path in paths:
            if path == STANDARD_INPUT:
                self._attempt(path, lambda: self._text(STANDARD_INPUT, _standard_input(), explicit=True))
            else:
                self._path(Path(path))
        return self._material

    def _path(self, path: Path) -> None:
        if path.is_dir():
            if (path / _CHART).is_file():
                self._chart(path)
            elif kustomizations.file_of(path):
                self._kustomization(path)
            else:
                self._walk(path)
        elif path.name.endswith(_ARCHIVES):
            self._chart(path)
        elif path.name in kustomizations.NAMES and kustomizations.file_of(path.parent) == path:
            self._kustomization(path.parent)
        else:
            self._file(path, explicit=True)

    def _walk(self, folder: Path) -> None:
        built: list[Path] = []
        count = 0
        for at, folders, names in os.walk(folder):
            here = Path(at)
            folders[:] = sorted(name for name in folders if name not in _OVERLOOKED and not name.startswith("."))
            if (here / _CHART).is_file():
                folders.clear()
                self._chart(here)
                continue
            if kustomizations.file_of(here):
                built.append(here)
            if any(here.is_relative_to(one) for one in built):
                continue  # what a kustomization does not take is not applied, and its patches are no objects
            for name in sorted(names):
                if Path(name).suffix in _SUFFIXES and not name.startswith("."):
                    count += 1
                    if count > _MOST_FILES:
                        self._refuse(_shown(folder), 0, f"has more than {_MOST_FILES} files", "Name parts of it.")
                        return
                    self._file(here / name, explicit=False)
        for one in kustomizations.roots(built):
            self._kustomization(one)

    def _file(self, path: Path, *, explicit: bool) -> None:
        if self._again(path):
            return
        self._attempt(_shown(path), lambda: self._text(_shown(path), _content(path), explicit=explicit))

    def _text(self, file: str, content: bytes, *, explicit: bool) -> None:
        as_json = file.endswith(".json") or (file == STANDARD_INPUT and content.lstrip()[:1] == b"{")
        text, found = documents(content, as_json=as_json)
        if not explicit and not any(is_object(one.content) or state.is_state(one.content) for one in found):
            self._material.ignored.append(file)
            return
        items = [item for one in found for item in self._items(one, file)]
        self._material.texts[file] = text
        self._add(items)

    def _items(self, document: Document, file: str) -> Iterator[Item]:
        if state.is_state(document.content):
            yield from state.resources(document.content, file, self._material.secrets)
        elif is_object(document.content):
            yield from (_item(one, file) for one in opened(document))
        else:
            what = f"holds in document {document.number} no object of Kubernetes and no stack's state"
            raise UnreadableError(what, remedy=_NOT_OBJECT)

    def _kustomization(self, folder: Path) -> None:
        if self._again(folder):
            return
        file = _shown(folder)

        def build() -> None:
            _, found = documents(kustomizations.build(folder, self._tool("kubectl")).encode(), as_json=False)
            self._add([_item(part, file) for one in found for part in opened(one)])

        self._attempt(file, build)

    def _chart(self, path: Path) -> None:
        if not self._again(path):
            self._attempt(_shown(path), lambda: self._render(path, _shown(path)))

    def _render(self, path: Path, file: str) -> None:
        self._tool("helm")
        properties: dict[str, Any] = {
            "chart": str(path.resolve()),
            "namespace": "default",
            "valueYamlFiles": [Asset("path", str(one.resolve())) for one in self._values],
        }
        try:
            manifests = Renderer(Path.cwd(), self._version).render(_release(path), properties)
        except HelmError as error:
            raise UnreadableError(f"cannot be rendered: {error.what}", remedy=error.remedy) from error
        parts = [part for number, one in enumerate(manifests, 1) for part in opened(Document(number, "", one))]
        self._add([_item(part, file) for part in parts])

    def _add(self, items: list[Item]) -> None:
        if len(self._material.items) + len(items) > _MOST_ITEMS:
            raise UnreadableError(f"brings the number of objects above {_MOST_ITEMS}")
        self._material.items.extend(items)
        self._told(len(self._material.items))

    def _attempt(self, file: str, read: Callable[[], None]) -> None:
        try:
            read()
        except UnreadableError as error:
            self._refuse(file, error.line, error.what, error.remedy)
        except OSError as error:
            self._refuse(file, 0, f"cannot be read: {error.strerror}", "Name a file or a folder that can be.")

    def _refuse(self, file: str, line: int, what: str, remedy: str) -> None:
        self._material.unread.append(Unread(file, line, what, remedy))

    def _again(self, path: Path) -> bool:
        real = os.path.abspath(path)  # noqa: PTH100 - of thousands of files
        known = real in self._seen
        self._seen.add(real)
        return known


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


def _release(path: Path) -> str:
    name = path.resolve().name
    for suffix in _ARCHIVES:
        name = name.removesuffix(suffix)
    return "".join(letter if letter.isalnum() else "-" for letter in name.lower()).strip("-")[:53] or "release"


def _shown(path: Path) -> str:
    """As a person would write it: relative to where the command runs, when it is below."""
    absolute, here = os.path.abspath(path), f"{os.getcwd()}{os.sep}"  # noqa: PTH100, PTH109 - of thousands of files
    return absolute.removeprefix(here) if absolute.startswith(here) else str(path)


def _content(path: Path) -> bytes:
    with path.open("rb") as stream:
        return _bounded(stream.read(_LONGEST + 1))


def _standard_input() -> bytes:
    return _bounded(sys.stdin.buffer.read(_LONGEST + 1))


def _bounded(content: bytes) -> bytes:
    if len(content) > _LONGEST:
        raise UnreadableError(f"is longer than {_LONGEST >> 20} MiB")
    return content
