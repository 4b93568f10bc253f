"""Decides for each tool where it comes from (PATH, the cache, a build now), and has the missing ones made."""

from __future__ import annotations

import errno
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from lab.errors import LabError
from lab.report import Quiet
from lab.toolchain import discover, golang, store
from lab.toolchain.build import GroupBuild
from lab.toolchain.catalogue import GO, Data, Tool
from lab.toolchain.pins import CATALOGUE
from lab.toolchain.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lab.paths import LabPaths
    from lab.report import Reporter
    from lab.toolchain.catalogue import Catalogue, Item

_KEEP_DAYS = 30.0
_LAYOUT = "1"  # of an entry; another number makes all be built anew


class Origin(StrEnum):
    """Where a tool comes from."""

    PATH = "PATH"  # this machine has it (on PATH; a plugin perhaps in ~/.pulumi/plugins)
    BUILT = "built"  # the cache has it, made from the pins
    MISSING = "missing"


@dataclass(frozen=True)
class ToolStatus:
    """How one tool stands.

    Attributes:
        name: as in the catalogue.
        version: its own when it is there, the pinned one when it is missing.
        origin: where it comes from.
        path: the program; for data its file, or its folder when it has several. None when missing.
        note: why those on PATH will not do, or what it was built with.
    """

    name: str
    version: str
    origin: Origin
    path: Path | None
    note: str = ""


@dataclass(frozen=True)
class Toolchain:
    """The tools that `ensure` was asked for, all there."""

    tools: Mapping[str, ToolStatus]

    def path(self, name: str) -> Path:
        """The program (for data the file, or the folder of several).

        Raises:
            LabError: `ensure` was not asked for it.
        """
        status = self.tools.get(name)
        if status is None or status.path is None:
            raise LabError(f"the tool {name} was not asked for", remedy="name it where the toolchain is ensured")
        return status.path

    def version(self, name: str) -> str:
        """The version of a tool, as in "1.36.3"."""
        self.path(name)
        return self.tools[name].version


def ensure(
    names: Iterable[str] | None, paths: LabPaths, report: Reporter, *, catalogue: Catalogue = CATALOGUE
) -> Toolchain:
    """Have these tools (None: all but those on demand), building what is neither on PATH nor in the cache.

    Safe to call from several processes at once: one builds, the others wait for it.

    Args:
        names: of the catalogue.
        paths: the cache is what is used of it.
        report: told the progress, a step a group.
        catalogue: the pins.

    Raises:
        UsageError: an unknown name.
        LabError: a tool cannot be had; says why, and where the log is.
    """
    wanted = None if names is None else frozenset(names)
    items = catalogue.select(wanted)
    workshop = _Workshop(catalogue, paths.cache / "toolchain", report)
    try:
        tools = {status.name: status for status in workshop.ensure(items)}
        if wanted is None or GO in wanted:
            go = golang.ensure(catalogue, workshop.store, os.environ, report)
            tools = {GO: _go_status(go, "")} | tools
        workshop.store.prune(days=_KEEP_DAYS, in_use=_running)
    except OSError as error:
        raise _explained(error, workshop.store.folder) from error
    return Toolchain(tools)


def inspect(paths: LabPaths, *, catalogue: Catalogue = CATALOGUE) -> tuple[ToolStatus, ...]:
    """How every tool stands; builds and installs nothing."""
    workshop = _Workshop(catalogue, paths.cache / "toolchain", Quiet())
    search = golang.find(catalogue, workshop.store, os.environ)
    note = "; ".join(search.refused)
    if search.found:
        go = _go_status(search.found, note)
    else:
        go = ToolStatus(GO, golang.pinned_version(catalogue), Origin.MISSING, None, note)
    return (go, *workshop.look(catalogue.items))


class _Workshop:
    def __init__(self, catalogue: Catalogue, folder: Path, report: Reporter) -> None:
        self.catalogue = catalogue
        self.store = Store(folder)
        self.report = report

    def look(self, items: Sequence[Item]) -> tuple[ToolStatus, ...]:
        # Each program on PATH is started to ask for its version: together they take as long as the slowest.
        with ThreadPoolExecutor(max_workers=8) as pool:
            return tuple(pool.map(self._look, items))

    def ensure(self, items: Sequence[Item]) -> list[ToolStatus]:
        seen = dict(zip(items, self.look(items), strict=True))
        done = []
        for group, members in groupby(items, key=lambda item: item.group):
            here = list(members)
            if any(seen[item].origin is Origin.MISSING for item in here):
                seen |= self._make(group, [item for item in here if seen[item].origin is Origin.MISSING])
            else:
                self.report.step(group, _summary([seen[item] for item in here]))
            done += [seen[item] for item in here]
        return done

    def _look(self, item: Item) -> ToolStatus:
        note = ""
        if isinstance(item, Tool):
            search = discover.search(item, self.catalogue.range(item), os.environ, apart_from=self.store.folder)
            note = "; ".join(search.refused)
            if search.found:
                return ToolStatus(item.name, search.found.version, Origin.PATH, search.found.path, note)
        if cached := self._cached(item):
            return replace(cached, note="; ".join(filter(None, (cached.note, note))))
        return ToolStatus(item.name, self.catalogue.version(item), Origin.MISSING, None, note)

    def _cached(self, item: Item) -> ToolStatus | None:
        entry = self.store.find(item.name, self._key(item))
        if entry is None:
            return None
        several = isinstance(item, Data) and item.several
        path = entry / "files" if several else entry / "files" / item.name
        built_with = self.store.notes(entry).get("go")
        note = f"built with Go {built_with}" if built_with else ""
        return ToolStatus(item.name, self.catalogue.version(item), Origin.BUILT, path, note)

    def _make(self, group: str, items: Sequence[Item]) -> dict[Item, ToolStatus]:
        report = self.report
        go = golang.ensure(self.catalogue, self.store, os.environ, report)
        with self.store.lock(group, lambda who: report.step(group, f"waiting: {who} is building it")):
            # Another process may have made them while this one waited.
            made = {item: status for item in items if (status := self._cached(item))}
            if left := [item for item in items if item not in made]:
                log = self.store.folder / "logs" / f"{group}.log"
                build = GroupBuild(self.catalogue, group, go, os.environ, log, report)
                with self.store.scratch(group) as scratch:
                    self._build(build, left, scratch)
                made |= {item: self._must_have(item) for item in left}
        names = ", ".join(f"{item.name} {made[item].version}" for item in items)
        report.step(group, f"built: {names}" if left else f"cached: {names} (another process built it)")
        return made

    def _build(self, build: GroupBuild, items: Sequence[Item], scratch: Path) -> None:
        tools = [item for item in items if isinstance(item, Tool)]
        for item in items:
            if isinstance(item, Data):
                files = build.data(item.files, scratch / item.name / "files")
                self.store.install(item.name, self._key(item), scratch / item.name, {}, files)
        if tools:
            build.programs(tools, scratch / "bin")
        for tool in tools:
            program = scratch / tool.name / "files" / tool.name
            program.parent.mkdir(parents=True)
            (scratch / "bin" / tool.name).rename(program)
            notes = {"go": build.go.version}
            self.store.install(tool.name, self._key(tool), scratch / tool.name, notes, [program])

    def _must_have(self, item: Item) -> ToolStatus:
        if (status := self._cached(item)) is None:
            raise LabError(
                f"{item.name} was built, but is damaged in the cache",
                where=str(self.store.folder),
                remedy="check that disk, then run the same command again",
            )
        return status

    def _key(self, item: Item) -> str:
        """What an item is made from.

        Not the version of Go: which one it was is noted, but a newer Go on PATH is no reason to build everything
        anew, and a tool that is in the cache needs no Go at all.
        """
        module = self.catalogue.modules / item.group
        made_of = repr((item.package, item.embeds, item.patches) if isinstance(item, Tool) else item.files)
        if isinstance(item, Tool) and item.tags:
            made_of += repr(item.tags)
        parts: list[str | bytes] = [_LAYOUT, store.PLATFORM, made_of, self.catalogue.link_flags(item.group)]
        for file in (module / "go.mod", module / "go.sum", *sorted(module.glob("*.go"))):
            parts += [file.name, file.read_bytes()]
        return store.key_of(*parts)


def _go_status(go: golang.Go, note: str) -> ToolStatus:
    return ToolStatus(GO, go.version, Origin.BUILT if go.cached else Origin.PATH, go.executable, note)


def _summary(tools: Sequence[ToolStatus]) -> str:
    """One line for a group that needs no building: "cached: cosign 3.1.3; from PATH: crane 0.22.1"."""
    parts = []
    for origin, word in ((Origin.BUILT, "cached"), (Origin.PATH, "from PATH")):
        if names := [f"{tool.name} {tool.version}" for tool in tools if tool.origin is origin]:
            parts.append(f"{word}: {', '.join(names)}")
    return "; ".join(parts)


def _running() -> list[Path]:
    """The programs that run on this machine now, as far as this user may know them."""
    return [Path(found.info["exe"]) for found in psutil.process_iter(["exe"]) if found.info["exe"]]


def _explained(error: OSError, folder: Path) -> LabError:
    where = str(error.filename or folder)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
        free = shutil.disk_usage(existing).free // 2**20
        return LabError(
            f"the disk is full ({free} MiB left)", where=where, remedy="free some space and run the same command again"
        )
    return LabError(
        f"the cache of tools cannot be used: {error.strerror or error}",
        where=where,
        remedy="make that folder writable, or name another with CARTORIO_CACHE",
    )
