"""What the toolchain's tests share: a tiny module instead of the real ones, and a PATH that has nothing but Go."""

from __future__ import annotations

import os
import shlex
import stat
from typing import TYPE_CHECKING

import pytest

from lab.paths import LabPaths
from lab.report import Quiet
from lab.toolchain import golang
from lab.toolchain.pins import CATALOGUE
from lab.toolchain.store import Store
from tests.support.tinymodule import TinyModule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lab.toolchain.golang import Go


def program_printing(folder: Path, name: str, text: str, *, code: int = 0) -> Path:
    """A real executable that prints `text`, and needs nothing from PATH for it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\nprintf '%s\\n' {shlex.quote(text)}\nexit {code}\n", encoding="utf-8")
    file.chmod(0o755)
    return file


@pytest.fixture(scope="session")
def go() -> Go:
    """The machine's Go, or the pinned one."""
    return golang.ensure(CATALOGUE, Store(LabPaths.default().cache / "toolchain"), os.environ, Quiet())


@pytest.fixture
def paths(tmp_path: Path) -> LabPaths:
    return LabPaths(root=tmp_path / "lab", cache=tmp_path / "cache")


@pytest.fixture
def tiny(go: Go, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TinyModule:
    """The tiny module, published; PATH has nothing but Go, and Go asks nothing but the tiny proxy."""
    module = TinyModule(tmp_path / "tiny", mark=str(tmp_path))
    module.publish()
    links = tmp_path / "go-alone"
    links.mkdir()
    (links / "go").symlink_to(go.executable)
    monkeypatch.setenv("PATH", str(links))
    monkeypatch.setenv("GOPROXY", module.proxy.as_uri())
    monkeypatch.setenv("GOMODCACHE", str(tmp_path / "modcache"))
    return module


@pytest.fixture(autouse=True)
def _removable(tmp_path: Path) -> Iterator[None]:
    """Go's module cache is read-only; let pytest remove its folders."""
    yield
    for folder in (tmp_path / "modcache").rglob("*"):
        if folder.is_dir():
            folder.chmod(folder.stat().st_mode | stat.S_IWUSR)


@pytest.fixture
def program() -> Callable[..., Path]:
    return program_printing
