"""Where paths lead: to files, charts and kustomizations, in the order in which they are read; nothing is read here.

A folder with a `Chart.yaml` is a chart, one with a kustomization is built; every other folder is walked. What two
paths lead to counts once, and what cannot be looked into is told.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from delivery.policy import kustomizations
from delivery.policy.model import Unread
from lab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_STANDARD_INPUT: Final = "-"
ARCHIVES: Final = (".tgz", ".tar.gz")
_SUFFIXES: Final = (".yaml", ".yml", ".json")
_CHART: Final = "Chart.yaml"
_OVERLOOKED: Final = frozenset({"node_modules", "__pycache__"})  # and whatever begins with a dot
_MOST_FILES: Final = 50_000
NO_OBJECTS: Final = "Name files of Kubernetes objects (with apiVersion and kind) or what `pulumi stack export` wrote."
"""What to do where there is nothing to judge: that nothing was found wrong there must not be heard as a verdict."""


class Kind(StrEnum):
    """What is at a place."""

    FILE = "file"
    CHART = "chart"
    KUSTOMIZATION = "kustomization"
    INPUT = "standard input"


@dataclass(frozen=True, slots=True)
class Place:
    """Something to read.

    Attributes:
        kind: what it is.
        path: where it is.
        shown: the same as a person would write it.
        folder: the folder that a person named and that it was found in; empty where a person named the place itself.
    """

    kind: Kind
    path: str
    shown: str
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """All that some paths lead to.

    Attributes:
        everything: in the order in which it is read.
        unread: what could not be looked into.
    """

    everything: tuple[Place, ...]
    unread: tuple[Unread, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """The paths of the files."""
        return tuple(place.path for place in self.everything if place.kind is Kind.FILE)


def find(paths: Sequence[str]) -> Places:
    """Everything that paths lead to; `-` is standard input.

    Raises:
        UsageError: a path is empty.
    """
    if "" in paths:
        raise UsageError("a path is empty", remedy="Name a file or a folder; a variable of the shell may be unset.")
    search = _Search()
    return Places(tuple(search.follow(paths)), tuple(search.unread))


class _Search:
    def __init__(self) -> None:
        self.unread: list[Unread] = []
        self._bare: set[str] = set()  # folders in which nothing was found yet
        self._seen: set[str] = set()
        self._below = f"{os.getcwd()}{os.sep}"  # noqa: PTH109 - texts, as there may be thousands of files

    def follow(self, paths: Sequence[str]) -> Iterator[Place]:
        for path in paths:
            if path == _STANDARD_INPUT:
                yield Place(Kind.INPUT, path, path)
            else:
                yield from self._path(str(Path(path)))
        what = f"holds no {', '.join(_SUFFIXES)}, no chart and no kustomization"
        self.unread += [Unread(folder, 0, what, NO_OBJECTS) for folder in sorted(self._bare)]

    def _path(self, path: str) -> Iterator[Place]:
        folder, name = os.path.split(path)
        if os.path.isdir(path):  # noqa: PTH112 - says no where nobody may look
            if os.path.isfile(os.path.join(path, _CHART)):  # noqa: PTH113, PTH118
                yield from self._place(Kind.CHART, path)
            elif kustomizations.file_of(Path(path)):
                yield from self._place(Kind.KUSTOMIZATION, path)
            else:
                yield from self._walk(path)
        elif name.endswith(ARCHIVES) and os.path.exists(path):  # noqa: PTH110
            yield from self._place(Kind.CHART, path)
        elif name in kustomizations.NAMES and kustomizations.file_of(Path(folder)) == Path(path):
            yield from self._place(Kind.KUSTOMIZATION, folder or ".")
        else:
            yield from self._place(Kind.FILE, path)

    def _walk(self, top: str) -> Iterator[Place]:
        built: list[str] = []
        shown, count = self._shown(top), 0
        self._bare.add(shown)
        for at, folders, names in os.walk(top, onerror=self._unlisted):
            folders[:] = sorted(name for name in folders if name not in _OVERLOOKED and not name.startswith("."))
            if _CHART in names and os.path.isfile(os.path.join(at, _CHART)):  # noqa: PTH113, PTH118
                folders.clear()
                yield from self._place(Kind.CHART, at, shown)
                continue
            if kustomizations.file_of(Path(at)):
                built.append(at)
            if any(at == one or at.startswith(os.path.join(one, "")) for one in built):  # noqa: PTH118
                continue  # what a kustomization does not take is not applied, and its patches are no objects
            for name in sorted(names):
                if name.endswith(_SUFFIXES) and not name.startswith("."):
                    count += 1
                    if count > _MOST_FILES:
                        remedy = "Name parts of it."
                        self.unread.append(Unread(shown, 0, f"has more than {_MOST_FILES} files", remedy))
                        return
                    yield from self._place(Kind.FILE, os.path.join(at, name), shown)  # noqa: PTH118
        for root in kustomizations.roots(Path(one) for one in built):
            yield from self._place(Kind.KUSTOMIZATION, str(root), shown)

    def _place(self, kind: Kind, path: str, folder: str = "") -> Iterator[Place]:
        self._bare.discard(folder)
        real = os.path.abspath(path)  # noqa: PTH100
        if real not in self._seen:
            self._seen.add(real)
            yield Place(kind, path, self._shown(path), folder)

    def _shown(self, path: str) -> str:
        """As a person would write it: relative to where the command runs, when it is below."""
        absolute = os.path.abspath(path)  # noqa: PTH100
        return absolute.removeprefix(self._below) if absolute.startswith(self._below) else path

    def _unlisted(self, error: OSError) -> None:
        what = f"cannot be looked into: {error.strerror}"
        self.unread.append(Unread(self._shown(str(error.filename)), 0, what, "Name a folder that can be."))
