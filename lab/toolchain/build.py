"""Runs Go's commands for one group: its modules fetched, its programs built, with honest progress.

How far a build is comes from Go itself: `go list` tells which packages of the graph are not in Go's build cache
(`Stale`), and `go build -v` names each as it starts on it. What is compiled stays in Go's cache whatever happens
later, so an interrupted build goes on where it was.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from lab.errors import LabError
from lab.toolchain.catalogue import ModuleFile
from lab.toolchain.diagnose import diagnose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from lab.report import Reporter
    from lab.toolchain.catalogue import Catalogue, Patch, Tool
    from lab.toolchain.golang import Go

_GRACE = 5.0  # seconds between asking the compiler to end and making it
_LIST = "{{if .Stale}}stale{{else}}kept{{end}} {{.ImportPath}}"


@dataclass
class GroupBuild:
    """Builds things of one group.

    Args:
        catalogue: the pins.
        group: the folder under its modules.
        go: the Go to use.
        environ: the environment to start from.
        log: file that gets every command and its output; begun anew.
        report: told the progress, under the group's name.
    """

    catalogue: Catalogue
    group: str
    go: Go
    environ: Mapping[str, str]
    log: Path
    report: Reporter
    _module: Path = field(init=False)

    def __post_init__(self) -> None:
        self._module = self.catalogue.modules / self.group
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.write_text("", encoding="utf-8")

    def programs(self, tools: Sequence[Tool], target: Path) -> None:
        """Build these tools of the group into the folder `target`, in one go: they share one graph.

        Raises:
            LabError: a module cannot be had, or the compiler failed.
        """
        with tempfile.TemporaryDirectory(prefix="cartorio-overlay-") as folder:
            flags = ["-trimpath", f"-ldflags={self.catalogue.link_flags(self.group)}"]
            if tags := sorted({tag for tool in tools for tag in tool.tags}):
                flags.append(f"-tags={','.join(tags)}")
            if embeds := [embed for tool in tools for embed in tool.embeds]:
                flags.append(f"-overlay={self._overlay(embeds, Path(folder))}")
            if patches := [patch for tool in tools for patch in tool.patches]:
                flags.append(f"-modfile={self._patched(patches, Path(folder))}")
            packages = [tool.package for tool in tools]
            stale = self._stale([*flags, *packages])
            self._compile(flags, packages, stale, target)
        for tool in tools:
            self._name(tool, target)

    def data(self, files: Iterable[ModuleFile], target: Path) -> list[Path]:
        """Copy files of Go modules, checked against go.sum, into the folder `target`.

        Returns:
            the copies.
        """
        copies = []
        for file in files:
            for source in self._sources(file):
                copy = target / file.target / source.name if file.several else target / file.target
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, copy)
                # Go's module cache is read-only and keeps no modes; scripts are told by their first bytes.
                copy.chmod(0o755 if copy.read_bytes()[:2] == b"#!" else 0o644)
                copies.append(copy)
        return copies

    def _stale(self, arguments: Sequence[str]) -> frozenset[str]:
        """The packages that are not in Go's build cache yet; fetches the modules on the way."""
        fetched = 0

        def progress(line: str) -> bool:
            nonlocal fetched
            if not line.startswith("go: downloading "):
                return False
            fetched += 1
            self.report.step(self.group, f"downloading modules: {fetched} ({line.removeprefix('go: downloading ')})")
            return True

        self.report.step(self.group, "resolving modules")
        listed = self._run(["list", "-deps", f"-f={_LIST}", *arguments], progress)
        return frozenset(line.removeprefix("stale ") for line in listed.splitlines() if line.startswith("stale "))

    def _compile(self, flags: Sequence[str], packages: Sequence[str], stale: frozenset[str], target: Path) -> None:
        started: set[str] = set()

        def tell() -> None:
            # The programs themselves are always stale; once only they are left, the rest is the linker's work.
            if len(stale) in (len(started), len(packages)):
                self.report.step(self.group, f"linking {len(packages)} program{'s' * (len(packages) > 1)}")
            else:
                self.report.step(self.group, f"compiling {len(started)}/{len(stale)} packages")

        def progress(line: str) -> bool:
            if line not in stale:
                return line.startswith("go: downloading ")
            started.add(line)
            tell()
            return True

        tell()
        target.mkdir(parents=True, exist_ok=True)
        self._run(["build", "-v", *flags, "-o", f"{target}{os.sep}", *packages], progress)

    def _name(self, tool: Tool, target: Path) -> None:
        """Give the program the tool's name: Go names it after its package (and leaves out a "v3" at the end)."""
        wanted = target / tool.name
        if wanted.exists():
            return
        parts = [part for part in tool.package.split("/") if not (part.startswith("v") and part[1:].isdigit())]
        # A group's own main ("." as its package) is named after the module's last element: the group.
        made = target / (parts[-1] if parts[-1] != "." else self.group)
        if not made.is_file():
            raise LabError(
                f"building {self.group} left no program for {tool.name}", where=str(self.log), remedy="read the log"
            )
        made.rename(wanted)

    def _overlay(self, embeds: Iterable[ModuleFile], folder: Path) -> Path:
        """The description for `go build -overlay` (https://pkg.go.dev/cmd/go#hdr-Compile_packages_and_dependencies)."""
        replace = {str(self._module / embed.target): str(self._source(embed)) for embed in embeds}
        overlay = folder / "overlay.json"
        overlay.write_text(json.dumps({"Replace": replace}), encoding="utf-8")
        return overlay

    def _patched(self, patches: Iterable[Patch], folder: Path) -> Path:
        """A go.mod like the group's, but with mended copies in the place of the modules to patch.

        An overlay will not do: Go refuses one for files of its module cache.
        """
        for name in ("go.mod", "go.sum"):
            shutil.copyfile(self._module / name, folder / name)
        for patch in patches:
            copy = folder / patch.module.replace("/", "-")
            if not copy.exists():
                # The content only, not the modes: the module cache is read-only.
                source = self._source(ModuleFile(patch.module, patch.source, ""))
                root = source.parents[len(Path(patch.source).parts) - 1]
                shutil.copytree(root, copy, copy_function=shutil.copyfile)
                for part in (copy, *copy.rglob("*")):
                    part.chmod(0o755 if part.is_dir() else 0o644)
                with (folder / "go.mod").open("a", encoding="utf-8") as gomod:
                    gomod.write(f"\nreplace {patch.module} => {copy}\n")
            file = copy / patch.source
            file.write_text(_mended(file.read_text(encoding="utf-8"), patch), encoding="utf-8")
        return folder / "go.mod"

    def _source(self, file: ModuleFile) -> Path:
        """Where the Go module cache has a file of a module; the module is fetched first if need be."""
        (source,) = self._sources(file)
        return source

    def _sources(self, file: ModuleFile) -> list[Path]:
        """The same for all that a pin names: one file, or those of its glob."""
        version = self.catalogue.gomod(self.group).versions.get(file.module, "")
        pinned = (self._module / "go.sum").read_text(encoding="utf-8")
        if f"{file.module} {version} h1:" not in pinned:  # or `go mod download` would take whatever it is given
            raise LabError(
                f"go.sum has no checksum for {file.module} {version}",
                where=str(self._module / "go.sum"),
                remedy="run `go mod tidy` in that folder and review what it changed",
            )
        self.report.step(self.group, f"fetching {file.module} {version}")
        # With its version, or Go would load the whole graph of the group first: groups of data have none.
        told = json.loads(self._run(["mod", "download", "-json", f"{file.module}@{version}"], lambda _: False))
        folder = Path(told["Dir"])
        sources = sorted(folder.glob(file.source)) if file.several else [folder / file.source]
        if not sources or not all(source.is_file() for source in sources):
            raise LabError(
                f"{file.module} {version} has no file {file.source}", where=told["Dir"], remedy="mend the pin"
            )
        return sources

    def _run(self, arguments: Sequence[str], progress: Callable[[str], bool]) -> str:
        """Run a Go command in the group's folder and return what it printed.

        Args:
            arguments: of `go`.
            progress: given each line of standard error; whether it was progress (True) or is part of the result.
        """
        other: list[str] = []
        with self.log.open("a", encoding="utf-8") as log, tempfile.TemporaryFile("w+", encoding="utf-8") as output:
            print(f"$ cd {self._module} && go {shlex.join(arguments)}", file=log, flush=True)
            with self._start(arguments, output) as process, _ended_with(process):
                for line in process.stderr or ():
                    log.write(line)
                    log.flush()
                    if not progress(line.rstrip()):
                        other.append(line.rstrip())
                code = process.wait()
            if code:
                self._fail(other, log)
            output.seek(0)
            return output.read()

    def _start(self, arguments: Sequence[str], output: IO[str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.go.executable, *arguments],
            cwd=self._module,
            env=self.go.environment(self.environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            process_group=0,  # so that the compilers it starts can be ended with it
        )

    def _fail(self, output: list[str], log: IO[str]) -> None:
        diagnosis = diagnose(output)
        lines = [*diagnosis.lines, *(_free(self.go, self.environ, self.log.parent) if diagnosis.disk else ())]
        for line in lines:
            print(line, file=log)
        raise LabError(
            "\n  ".join([f"building {self.group} failed: {diagnosis.what}", *lines]),
            where=f"log: {self.log}",
            remedy=diagnosis.remedy,
        )


def _free(go: Go, environ: Mapping[str, str], cache: Path) -> list[str]:
    """How much room each folder has that a build writes to."""
    folders = {"our cache": cache, "temporary files": Path(tempfile.gettempdir())}
    with contextlib.suppress(OSError, subprocess.SubprocessError, ValueError):
        names = ["GOCACHE", "GOMODCACHE", "GOTMPDIR"]
        told = subprocess.run(
            [go.executable, "env", "-json", *names], check=True, capture_output=True, env=go.environment(environ)
        ).stdout
        folders |= {name: Path(folder) for name, folder in json.loads(told).items() if folder}
    lines = []
    for name, folder in folders.items():
        with contextlib.suppress(OSError):
            lines.append(f"free for {name} ({folder}): {shutil.disk_usage(folder).free // 2**20} MiB")
    return lines


@contextlib.contextmanager
def _ended_with(process: subprocess.Popen[str]) -> Iterator[None]:
    """End the process and all it started when the body is left early, by Ctrl-C above all."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        raise


def _mended(text: str, patch: Patch) -> str:
    for old, new in patch.changes:
        if text.count(old) != 1:
            raise LabError(
                f"a patch no longer fits {patch.module}: {old.strip()!r} stands there {text.count(old)} times",
                where=patch.source,
                remedy="see whether this version still has the defect that lab/toolchain/pins.py describes",
            )
        text = text.replace(old, new)
    return text
