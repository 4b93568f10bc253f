"""A Go module small enough to be compiled in a second, served as a Go proxy serves it, and groups that use it."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING

from lab.toolchain.catalogue import Catalogue, Data, ModuleFile, Probe, Tool

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MODULE = "example.test/tiny"
VERSION = "v1.2.3"
_MAIN = """\
package main

import "{module}/shared"

var version string

func main() {{ println("{name} version " + version + shared.Mark) }}
"""
_OWN = f"""\
package main

import (
	_ "embed"

	"{MODULE}/shared"
)

//go:embed greeting.txt
var text string

func main() {{ println(text + shared.Mark) }}
"""
_PROBE = Probe(("--version",), r"version v?(\S+)")


class TinyModule:
    """The module `example.test/tiny`, served from a folder as a Go proxy serves it, and groups that use it.

    Sums: https://go.dev/ref/mod#go-sum-files; proxy: https://go.dev/ref/mod#goproxy-protocol
    """

    def __init__(self, root: Path, mark: str) -> None:
        self.root = root
        self.proxy = root / "proxy"
        self.modules = root / "modules"
        self.files = {
            "go.mod": f"module {MODULE}\n\ngo 1.21\n",
            "shared/shared.go": f'package shared\n\nconst Mark = ""\n\n// {mark}: no other test has compiled this.\n',
            "alpha/main.go": _MAIN.format(module=MODULE, name="alpha"),
            "beta/v2/main.go": _MAIN.format(module=MODULE, name="beta"),
            "data/run.sh": "#!/bin/sh\necho data\n",
            "data/stage.yaml": "kind: Stage\n",
            "data/greeting.txt": "hello from the module",
        }

    def publish(self) -> None:
        """Write the proxy's files and the groups `tiny` (two programs and data) and `own` (a main of its own)."""
        prefix = f"{MODULE}@{VERSION}/"
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as target:
            for name, text in self.files.items():
                target.writestr(prefix + name, text)
        folder = self.proxy / MODULE / "@v"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{VERSION}.zip").write_bytes(archive.getvalue())
        (folder / f"{VERSION}.mod").write_text(self.files["go.mod"], encoding="utf-8")
        (folder / f"{VERSION}.info").write_text(json.dumps({"Version": VERSION}), encoding="utf-8")
        sums = (
            f"{MODULE} {VERSION} {_sum({prefix + name: text for name, text in self.files.items()})}\n"
            f"{MODULE} {VERSION}/go.mod {_sum({'go.mod': self.files['go.mod']})}\n"
        )
        for group in ("tiny", "own"):
            (self.modules / group).mkdir(parents=True, exist_ok=True)
            text = f"module cartorio/toolchain/{group}\n\ngo 1.21\n\nrequire {MODULE} {VERSION}\n"
            (self.modules / group / "go.mod").write_text(text, encoding="utf-8")
            (self.modules / group / "go.sum").write_text(sums, encoding="utf-8")
        (self.modules / "own" / "main.go").write_text(_OWN, encoding="utf-8")

    def catalogue(self) -> Catalogue:
        return Catalogue(
            items=(
                Tool("alpha", "tiny", MODULE, f"{MODULE}/alpha", _PROBE, variables=(("main.version", "{tag}"),)),
                Tool("beta", "tiny", MODULE, f"{MODULE}/beta/v2", _PROBE),
                Data("script", "tiny", MODULE, (ModuleFile(MODULE, "data/run.sh", "script"),)),
                Data(
                    "stages",
                    "tiny",
                    MODULE,
                    (
                        ModuleFile(MODULE, "data/stage.yaml", "node/stage.yaml"),
                        ModuleFile(MODULE, "data/greeting.txt", "greeting.txt"),
                    ),
                ),
                Data("texts", "tiny", MODULE, (ModuleFile(MODULE, "data/*.txt", "."),)),
                Tool(
                    "greeter",
                    "own",
                    MODULE,
                    ".",
                    _PROBE,
                    embeds=(ModuleFile(MODULE, "data/greeting.txt", "greeting.txt"),),
                ),
            ),
            modules=self.modules,
        )


def _sum(files: Mapping[str, str]) -> str:
    listing = "".join(f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n" for name, text in sorted(files.items()))
    return "h1:" + base64.b64encode(hashlib.sha256(listing.encode()).digest()).decode()
