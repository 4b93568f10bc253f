from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lab.errors import LabError
from lab.report import Quiet
from lab.toolchain.build import GroupBuild
from lab.toolchain.catalogue import Data, Patch, Tool
from tests.support.tinymodule import MODULE

if TYPE_CHECKING:
    from pathlib import Path

    from lab.toolchain.golang import Go
    from tests.support.tinymodule import TinyModule


class _Steps:
    def __init__(self) -> None:
        self.steps: list[tuple[str, str]] = []

    def step(self, name: str, state: str) -> None:
        self.steps.append((name, state))

    def log(self, message: str) -> None:
        raise AssertionError(message)


@pytest.fixture
def steps() -> _Steps:
    return _Steps()


def _build(tiny: TinyModule, go: Go, folder: Path, steps: _Steps | None = None, group: str = "tiny") -> GroupBuild:
    return GroupBuild(tiny.catalogue(), group, go, os.environ, folder / "logs" / "tiny.log", steps or Quiet())


def _tools(build: GroupBuild) -> list[Tool]:
    return [item for item in build.catalogue.items if isinstance(item, Tool) and item.group == build.group]


def _says(program: Path) -> str:
    return subprocess.run([program], check=True, capture_output=True, text=True).stderr


def test_a_groups_programs_are_built_at_once_with_their_versions(
    tiny: TinyModule, go: Go, tmp_path: Path, steps: _Steps
) -> None:
    build = _build(tiny, go, tmp_path, steps)
    build.programs(_tools(build), tmp_path / "bin")
    assert _says(tmp_path / "bin" / "alpha") == "alpha version v1.2.3\n"
    assert _says(tmp_path / "bin" / "beta") == "beta version v1.2.3\n"  # its package ends in /v2
    assert sorted(path.name for path in (tmp_path / "bin").iterdir()) == ["alpha", "beta"]
    assert {name for name, _ in steps.steps} == {"tiny"}
    states = [state for _, state in steps.steps]
    assert states[0] == "resolving modules"
    assert "downloading modules: 1 (example.test/tiny v1.2.3)" in states
    assert states[-1] == "linking 2 programs"


def test_progress_counts_what_is_compiled_and_nothing_else(
    tiny: TinyModule, go: Go, tmp_path: Path, steps: _Steps
) -> None:
    build = _build(tiny, go, tmp_path, steps)
    build.programs(_tools(build), tmp_path / "bin")
    counts = [state for _, state in steps.steps if state.startswith("compiling ")]
    total = int(counts[0].split("/")[1].split()[0])
    # shared, alpha and beta; the standard library's packages too where this Go has not compiled them before.
    assert total >= 3
    assert counts == [f"compiling {number}/{total} packages" for number in range(total)]
    steps.steps.clear()
    build.programs(_tools(build), tmp_path / "again")
    assert [state for _, state in steps.steps if state.startswith(("compiling", "linking"))] == ["linking 2 programs"]


def test_a_main_of_our_own_embeds_files_of_a_module(tiny: TinyModule, go: Go, tmp_path: Path) -> None:
    build = _build(tiny, go, tmp_path, group="own")
    before = sorted((tiny.modules / "own").iterdir())
    build.programs([tool for tool in _tools(build) if tool.name == "greeter"], tmp_path / "bin")
    assert _says(tmp_path / "bin" / "greeter") == "hello from the module\n"
    assert sorted((tiny.modules / "own").iterdir()) == before


def _with(tool: Tool, *changes: tuple[str, str]) -> Tool:
    return replace(tool, patches=(Patch(MODULE, "shared/shared.go", changes),))


def test_a_defect_of_a_module_is_mended_for_the_tool_that_says_so_and_nowhere_else(
    tiny: TinyModule, go: Go, tmp_path: Path
) -> None:
    build = _build(tiny, go, tmp_path)
    alpha, _ = _tools(build)
    pinned = {file: file.read_bytes() for file in (tiny.modules / "tiny").iterdir()}
    build.programs([_with(alpha, ('const Mark = ""', 'const Mark = " (mended)"'))], tmp_path / "mended")
    assert _says(tmp_path / "mended" / "alpha") == "alpha version v1.2.3 (mended)\n"
    build.programs([alpha], tmp_path / "plain")
    assert _says(tmp_path / "plain" / "alpha") == "alpha version v1.2.3\n"
    assert {file: file.read_bytes() for file in (tiny.modules / "tiny").iterdir()} == pinned


def test_a_tag_leaves_out_what_is_not_wanted(tiny: TinyModule, go: Go, tmp_path: Path) -> None:
    tiny.files["shared/shared.go"] = '//go:build !small\n\npackage shared\n\nconst Mark = " and all clouds"\n'
    tiny.files["shared/small.go"] = '//go:build small\n\npackage shared\n\nconst Mark = ""\n'
    tiny.publish()
    build = _build(tiny, go, tmp_path)
    alpha, _ = _tools(build)
    build.programs([alpha], tmp_path / "all")
    assert _says(tmp_path / "all" / "alpha") == "alpha version v1.2.3 and all clouds\n"
    build.programs([replace(alpha, tags=("small",))], tmp_path / "small")
    assert _says(tmp_path / "small" / "alpha") == "alpha version v1.2.3\n"


def test_a_patch_that_no_longer_fits_is_an_error(tiny: TinyModule, go: Go, tmp_path: Path) -> None:
    build = _build(tiny, go, tmp_path)
    with pytest.raises(LabError, match="'const Other' stands there 0 times"):
        build.programs([_with(_tools(build)[0], ("const Other", ""))], tmp_path / "bin")
    assert not (tmp_path / "bin").exists()


def test_data_is_copied_from_the_module(tiny: TinyModule, go: Go, tmp_path: Path) -> None:
    build = _build(tiny, go, tmp_path)
    files = [file for item in build.catalogue.items if isinstance(item, Data) for file in item.files]
    copies = build.data(files, tmp_path / "data")
    assert [str(copy.relative_to(tmp_path / "data")) for copy in copies] == [
        "script",
        "node/stage.yaml",
        "greeting.txt",
        "greeting.txt",
    ]
    assert subprocess.run([copies[0]], check=True, capture_output=True, text=True).stdout == "data\n"
    assert copies[1].stat().st_mode & 0o111 == 0
    assert copies[1].read_text(encoding="utf-8") == "kind: Stage\n"


def test_a_compile_error_is_shown_with_the_log(tiny: TinyModule, go: Go, tmp_path: Path) -> None:
    tiny.files["alpha/main.go"] = "package main\n\nfunc main() { nonsense() }\n"
    tiny.publish()
    build = _build(tiny, go, tmp_path)
    with pytest.raises(LabError, match=r"building tiny failed: the compiler gave up[^$]*undefined: nonsense") as caught:
        build.programs(_tools(build), tmp_path / "bin")
    assert caught.value.where == f"log: {build.log}"
    log = build.log.read_text(encoding="utf-8")
    assert "undefined: nonsense" in log
    assert "go build -v -trimpath" in log


def test_a_module_with_other_content_is_refused(tiny: TinyModule, go: Go, tmp_path: Path) -> None:
    sums = {group: (tiny.modules / group / "go.sum").read_text(encoding="utf-8") for group in ("tiny", "own")}
    tiny.files["shared/shared.go"] = 'package shared\n\nconst Mark = " (forged)"\n'
    tiny.publish()
    for group, text in sums.items():
        (tiny.modules / group / "go.sum").write_text(text, encoding="utf-8")
    build = _build(tiny, go, tmp_path)
    with pytest.raises(LabError, match=r"a downloaded module is not the one that go\.sum pins"):
        build.programs(_tools(build), tmp_path / "bin")
    assert not (tmp_path / "bin").exists()


@pytest.mark.parametrize(
    "variables", [{}, {"GONOSUMDB": "*", "GOSUMDB": "off", "GOFLAGS": "-mod=mod", "GOINSECURE": "*"}]
)
def test_a_module_without_checksum_is_refused_whatever_the_user_has_set(
    tiny: TinyModule, go: Go, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    (tiny.modules / "tiny" / "go.sum").write_text("", encoding="utf-8")
    build = _build(tiny, go, tmp_path)
    with pytest.raises(LabError, match=r"go\.mod and go\.sum do not belong together"):
        build.programs(_tools(build), tmp_path / "bin")
    with pytest.raises(LabError, match=r"go\.sum has no checksum for example\.test/tiny v1\.2\.3"):
        build.data([file for item in build.catalogue.items if isinstance(item, Data) for file in item.files], tmp_path)
    assert (tiny.modules / "tiny" / "go.sum").read_text(encoding="utf-8") == ""


def test_a_proxy_that_is_away_is_told_apart(
    tiny: TinyModule, go: Go, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOPROXY", "http://127.0.0.1:9")  # the discard port: nobody listens
    build = _build(tiny, go, tmp_path)
    with pytest.raises(LabError, match="the network is in the way of the module proxy") as caught:
        build.programs(_tools(build), tmp_path / "bin")
    assert "GOPROXY" in str(caught.value.remedy)


def test_a_full_disk_is_told_apart(tiny: TinyModule, go: Go, tmp_path: Path) -> None:
    # A Go that fails as the real one does when its work folder is full.
    full = tmp_path / "full"
    full.write_text(
        "#!/bin/sh\necho 'go: example' >&2\n"
        "echo 'open /tmp/go-build1/b001/importcfg: no space left on device' >&2\nexit 1\n",
        encoding="utf-8",
    )
    full.chmod(0o755)
    build = _build(tiny, type(go)(full, go.version, go.cached, go.platform), tmp_path)
    with pytest.raises(LabError, match="building tiny failed: the disk is full") as caught:
        build.programs(_tools(build), tmp_path / "bin")
    assert "free some space" in str(caught.value.remedy)
    assert f"free for our cache ({build.log.parent}): " in caught.value.what
    assert f"free for temporary files ({tempfile.gettempdir()}): " in caught.value.what


def test_a_pin_that_names_a_missing_file_is_an_error(tiny: TinyModule, go: Go, tmp_path: Path) -> None:
    del tiny.files["data/run.sh"]
    tiny.publish()
    build = _build(tiny, go, tmp_path)
    with pytest.raises(LabError, match=r"example\.test/tiny v1\.2\.3 has no file data/run\.sh"):
        build.data([file for item in build.catalogue.items if isinstance(item, Data) for file in item.files], tmp_path)
