"""What a tool is: types of the pins in `lab.toolchain.pins`, and what follows from them and their `go.mod`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from semver import Version

from lab.errors import LabError, UsageError
from lab.toolchain import gomod, versions
from lab.toolchain.versions import Match, Range

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lab.toolchain.gomod import GoMod

_HERE = Path(__file__).resolve().parent
GO = "go"


@dataclass(frozen=True)
class Probe:
    """How a program tells its version: run with `arguments`, its output holds `pattern` (group 1)."""

    arguments: tuple[str, ...]
    pattern: str


@dataclass(frozen=True)
class ModuleFile:
    """A file inside a Go module of the group's go.mod; `target` is where it goes.

    `source` may be a glob of several files of one folder, which then go into the folder `target`.
    """

    module: str
    source: str
    target: str

    @property
    def several(self) -> bool:
        """Whether it is a glob."""
        return "*" in self.source


@dataclass(frozen=True)
class Patch:
    """A defect of a module's source that is mended at build time: the module itself stays as its checksum says.

    Attributes:
        module: Go module of the group's graph.
        source: the file in it.
        changes: texts to replace, each of which must stand there exactly once, and what stands there then.
    """

    module: str
    source: str
    changes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Tool:
    """A program.

    Attributes:
        name: of the program; also its file's.
        group: folder under `modules/`.
        module: Go module whose version in the group's go.mod is the program's.
        package: Go package of its `main`; "." is the group's own.
        probe: how one on PATH tells its version. None: a Pulumi plugin is asked as such (GetPluginInfo); another
            program cannot be asked, and is always taken from here.
        match: how near a version on PATH has to be.
        minimum: oldest version accepted from PATH; None is the pinned one.
        variables: link-time variables (`-X`); `{tag}` is "v1.2.3", `{version}` "1.2.3", `{major}` and `{minor}` its
            parts.
        embeds: files that the group's own main embeds, given to the compiler as an overlay.
        patches: defects of its source that are mended on the way, in a copy.
        tags: build tags, of all of its group: what it leaves out.
        on_demand: had only by those who name it: what few need is not built for everybody.
        plugin: kind of Pulumi plugin it is ("resource-kubernetes"): also looked for in `~/.pulumi/plugins`, and kept
            off the shell's PATH, where the engine would warn about it.
    """

    name: str
    group: str
    module: str
    package: str
    probe: Probe | None
    match: Match = Match.SAME_MAJOR
    minimum: str | None = None
    variables: tuple[tuple[str, str], ...] = ()
    embeds: tuple[ModuleFile, ...] = ()
    patches: tuple[Patch, ...] = ()
    tags: tuple[str, ...] = ()
    on_demand: bool = False
    plugin: str | None = None


@dataclass(frozen=True)
class Data:
    """Files of a Go module that are used as they are. One file is its own path; several live under one folder.

    Attributes:
        name: of the item.
        group: folder under `modules/`.
        module: Go module that holds the files; its version in the group's go.mod is the item's.
        files: paths inside the module and inside the item.
        on_demand: had only by those who name it.
    """

    name: str
    group: str
    module: str
    files: tuple[ModuleFile, ...]
    on_demand: bool = False

    @property
    def several(self) -> bool:
        """Whether it is a folder."""
        return len(self.files) > 1 or any(file.several for file in self.files)


Item = Tool | Data


@dataclass(frozen=True)
class Catalogue:
    """All items, with the folder of their modules and the requirements file that pins Go itself."""

    items: tuple[Item, ...]
    modules: Path = _HERE / "modules"
    go_requirements: Path = _HERE / "go-requirements.txt"
    _read: dict[str, GoMod] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every name, in the order of the catalogue; `go` comes first."""
        return (GO, *(item.name for item in self.items))

    def select(self, names: Iterable[str] | None) -> tuple[Item, ...]:
        """The items of those names (None: all but those on demand), in the catalogue's order; `go` is not an item.

        Raises:
            UsageError: a name that is not in the catalogue.
        """
        if names is None:
            return tuple(item for item in self.items if not item.on_demand)
        wanted = set(names)
        if unknown := wanted - set(self.names):
            raise UsageError(
                f"no such tool: {', '.join(sorted(unknown))}", remedy=f"the tools are: {', '.join(self.names)}"
            )
        return tuple(item for item in self.items if item.name in wanted)

    def gomod(self, group: str) -> GoMod:
        """The go.mod of a group."""
        if group not in self._read:
            self._read[group] = gomod.read(self.modules / group / "go.mod")
        return self._read[group]

    def version(self, item: Item) -> str:
        """The pinned version of an item ("1.36.3")."""
        return self.gomod(item.group).version(item.module)

    def range(self, tool: Tool) -> Range:
        """What will do from PATH."""
        minimum = versions.parse(tool.minimum or self.version(tool))
        if minimum is None:
            raise LabError(
                f"the pin of {tool.name} is not a version: {tool.minimum or self.version(tool)}",
                where=str(self.gomod(tool.group).file),
                remedy=f"pin a release of {tool.module}",
            )
        return Range(minimum, tool.match)

    def oldest_go(self) -> Version:
        """The oldest Go that builds every group."""
        lines = (self.gomod(group).go for group in {item.group for item in self.items})
        return max((versions.parse(line) or Version(0) for line in lines), default=Version(0))

    def link_flags(self, group: str) -> str:
        """`-ldflags` of a group: no symbols, and the version variables of its tools.

        They are the group's, not the tool's, so that one `go build` makes all its programs from one graph; a
        variable of a package that a program does not link is ignored by the linker.
        """
        flags = ["-s", "-w"]
        for item in self.items:
            if isinstance(item, Tool) and item.group == group:
                version = self.version(item)
                major, minor, *_ = version.split(".")
                for variable, value in item.variables:
                    text = value.format(tag=f"v{version}", version=version, major=major, minor=minor)
                    if (flag := f"-X={variable}={text}") not in flags:
                        flags.append(flag)
        return " ".join(flags)
