"""Reads the parts of a `go.mod` that the toolchain needs; it never writes one (that is `go mod tidy`'s work).

Format: https://go.dev/ref/mod#go-mod-file
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_COMMENT = re.compile(r"//.*$")


@dataclass(frozen=True)
class GoMod:
    """One `go.mod`.

    Attributes:
        file: where it was read.
        go: its `go` line, the oldest Go that may build it ("1.26.0").
        versions: module path to the version in effect ("v1.36.3"), replacements applied.
    """

    file: Path
    go: str
    versions: Mapping[str, str]

    def version(self, module: str) -> str:
        """The version in effect of `module`, without its leading "v".

        Raises:
            LabError: the file does not require that module.
        """
        try:
            return self.versions[module].removeprefix("v")
        except KeyError:
            raise LabError(
                f"go.mod does not require {module}",
                where=str(self.file),
                remedy=f"add it in that folder with `go get {module}@VERSION && go mod tidy`",
            ) from None


def read(file: Path) -> GoMod:
    """Read one `go.mod`.

    Raises:
        LabError: the file cannot be read or has no `go` line.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LabError("a toolchain module's go.mod cannot be read", where=str(file), remedy=str(error)) from error
    return parse(text, file)


def parse(text: str, file: Path) -> GoMod:
    """Parse the text of a `go.mod`; `file` is where it came from (for messages)."""
    go = ""
    required: dict[str, str] = {}
    replaced: dict[str, str] = {}
    for directive, words in _directives(text):
        match directive, words:
            case "go", [version]:
                go = version
            case "require", [module, version]:
                required[module] = version
            # A replacement by a folder has no version; such a module keeps the one it was asked for.
            case "replace", [module, *_, version] if version.startswith("v"):
                replaced[module] = version
            case _:
                pass
    if not go:
        raise LabError(
            "a toolchain module's go.mod has no `go` line", where=str(file), remedy="run `go mod tidy` there"
        )
    return GoMod(file, go, required | {module: version for module, version in replaced.items() if module in required})


def _directives(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each statement as (directive, words), with blocks in parentheses unrolled."""
    block = ""
    for raw in text.splitlines():
        words = [word.strip('"`') for word in _COMMENT.sub("", raw).split()]
        if not words:
            continue
        if block:
            if words == [")"]:
                block = ""
            else:
                yield block, words
        elif words[-1] == "(":
            block = words[0]
        else:
            yield words[0], words[1:]
