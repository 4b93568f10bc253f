from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from lab.errors import LabError, UsageError
from lab.paths import PROJECT_ROOT, LabPaths
from lab.report import Quiet
from lab.toolchain import Origin, ensure, inspect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lab.toolchain.workshop import ToolStatus
    from tests.support.tinymodule import TinyModule

_PATIENCE = 120.0  # seconds until a test gives a process up
# What `make up` is to the toolchain: a process that ensures all, and can be interrupted.
_CHILD = """
import sys
from pathlib import Path
from lab.console import console_reporter
from lab.paths import LabPaths
from lab.toolchain import ensure
from tests.support.tinymodule import TinyModule

module = TinyModule(Path(sys.argv[1]), mark="")
with console_reporter() as report:
    paths = LabPaths(Path(sys.argv[2]), Path(sys.argv[2]))
    tools = ensure(sys.argv[3:] or None, paths, report, catalogue=module.catalogue())
print(tools.path("alpha"))
"""


class _Steps:
    def __init__(self) -> None:
        self.steps: list[tuple[str, str]] = []

    def step(self, name: str, state: str) -> None:
        self.steps.append((name, state))

    def log(self, message: str) -> None:
        raise AssertionError(message)


@pytest.fixture
def child(tiny: TinyModule, paths: LabPaths) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts processes that ensure everything; those that a test leaves behind end with it."""
    started: list[subprocess.Popen[str]] = []

    def start(*names: str, **environ: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", _CHILD, tiny.root, paths.cache, *names],
            cwd=PROJECT_ROOT,
            env={**os.environ, **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def _status(paths: LabPaths, tiny: TinyModule) -> dict[str, ToolStatus]:
    return {status.name: status for status in inspect(paths, catalogue=tiny.catalogue())}


def _no_leavings(paths: LabPaths) -> bool:
    return not [path for path in (paths.cache / "toolchain").iterdir() if path.name.startswith((".new-", ".old-"))]


def test_all_is_built_then_cached(tiny: TinyModule, paths: LabPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _status(paths, tiny)
    assert {status.origin for name, status in before.items() if name != "go"} == {Origin.MISSING}
    assert not paths.cache.exists()  # looking makes nothing

    steps = _Steps()
    tools = ensure(None, paths, steps, catalogue=tiny.catalogue())
    assert subprocess.run([tools.path("alpha")], check=True, capture_output=True).stderr == b"alpha version v1.2.3\n"
    assert subprocess.run([tools.path("script")], check=True, capture_output=True).stdout == b"data\n"
    assert (tools.path("stages") / "node" / "stage.yaml").is_file()
    assert [file.name for file in tools.path("texts").iterdir()] == ["greeting.txt"], "a folder, even of one file"
    assert tools.version("beta") == "1.2.3"
    assert steps.steps[-1] == ("own", "built: greeter 1.2.3")
    assert _no_leavings(paths)

    after = _status(paths, tiny)
    assert {status.origin for name, status in after.items() if name != "go"} == {Origin.BUILT}
    assert after["alpha"].path == tools.path("alpha")
    assert after["alpha"].note.startswith("built with Go 1.")

    monkeypatch.setenv("PATH", "")  # what is cached needs no Go
    steps = _Steps()
    names = [item.name for item in tiny.catalogue().items]
    again = ensure(names, paths, steps, catalogue=tiny.catalogue())
    assert {name: again.path(name) for name in names} == {name: tools.path(name) for name in names}
    assert steps.steps == [
        ("tiny", "cached: alpha 1.2.3, beta 1.2.3, script 1.2.3, stages 1.2.3, texts 1.2.3"),
        ("own", "cached: greeter 1.2.3"),
    ]


def test_only_what_is_asked_for_is_built(tiny: TinyModule, paths: LabPaths) -> None:
    tools = ensure(["beta"], paths, Quiet(), catalogue=tiny.catalogue())
    status = _status(paths, tiny)
    assert (status["beta"].origin, status["alpha"].origin) == (Origin.BUILT, Origin.MISSING)
    with pytest.raises(LabError, match="the tool alpha was not asked for"):
        tools.path("alpha")


def test_a_sufficient_program_on_path_is_not_built(
    tiny: TinyModule, paths: LabPaths, tmp_path: Path, program: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "old", "alpha", "alpha version 1.2.2")
    good = program(tmp_path / "good", "alpha", "alpha version v1.9.0")
    monkeypatch.setenv("PATH", f"{tmp_path / 'old'}:{tmp_path / 'good'}:{os.environ['PATH']}")
    steps = _Steps()
    tools = ensure(["alpha"], paths, steps, catalogue=tiny.catalogue())
    assert tools.path("alpha") == good
    assert steps.steps == [("tiny", "from PATH: alpha 1.9.0")]
    status = _status(paths, tiny)["alpha"]
    assert (status.origin, status.version) == (Origin.PATH, "1.9.0")
    assert status.note == f"{tmp_path / 'old' / 'alpha'} is 1.2.2, needed is >= 1.2.3, < 2"


def test_a_truncated_program_is_built_again(tiny: TinyModule, paths: LabPaths) -> None:
    program = ensure(["alpha"], paths, Quiet(), catalogue=tiny.catalogue()).path("alpha")
    whole = program.read_bytes()
    program.write_bytes(whole[: len(whole) // 2])
    assert _status(paths, tiny)["alpha"].origin is Origin.MISSING
    assert ensure(["alpha"], paths, Quiet(), catalogue=tiny.catalogue()).path("alpha").read_bytes() == whole
    assert _no_leavings(paths)


def test_another_pin_is_another_entry(tiny: TinyModule, paths: LabPaths) -> None:
    first = ensure(["alpha"], paths, Quiet(), catalogue=tiny.catalogue()).path("alpha")
    mod = tiny.modules / "tiny" / "go.mod"
    mod.write_text(mod.read_text(encoding="utf-8") + "\n// changed\n", encoding="utf-8")
    second = ensure(["alpha"], paths, Quiet(), catalogue=tiny.catalogue()).path("alpha")
    assert first != second
    assert first.exists()  # another checkout may use it


def test_an_unknown_name_is_refused_before_anything_is_done(tiny: TinyModule, paths: LabPaths) -> None:
    with pytest.raises(UsageError, match="no such tool: alpa"):
        ensure(["alpha", "alpa"], paths, Quiet(), catalogue=tiny.catalogue())
    assert not paths.cache.exists()


def test_a_cache_that_cannot_be_used_is_named(tiny: TinyModule, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LabError, match="the cache of tools cannot be used") as caught:
        ensure(["alpha"], LabPaths(tmp_path, tmp_path / "file"), Quiet(), catalogue=tiny.catalogue())
    assert "CARTORIO_CACHE" in str(caught.value.remedy)


def test_go_is_ensured_like_a_tool(tiny: TinyModule, paths: LabPaths) -> None:
    tools = ensure(["go"], paths, Quiet(), catalogue=tiny.catalogue())
    done = subprocess.run([tools.path("go"), "version"], check=True, capture_output=True, text=True)
    assert f"go{tools.version('go')} " in done.stdout


def test_two_at_once_build_once(tiny: TinyModule, paths: LabPaths, child: Callable[..., subprocess.Popen[str]]) -> None:
    children = [child(), child()]
    ends = [process.communicate(timeout=_PATIENCE) for process in children]
    assert [process.returncode for process in children] == [0, 0], ends
    assert ends[0][0] == ends[1][0] != ""
    for group in ("tiny", "own"):
        built = [err for _, err in ends if f"{group}: built: " in err]
        waited = [err for _, err in ends if f"{group}: cached: " in err]
        assert (len(built), len(waited)) == (1, 1), ends
    assert _status(paths, tiny)["alpha"].origin is Origin.BUILT


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_build_leaves_nothing_and_goes_on_where_it_was(
    tiny: TinyModule,
    paths: LabPaths,
    tmp_path: Path,
    child: Callable[..., subprocess.Popen[str]],
    number: signal.Signals,
) -> None:
    cold = {"GOCACHE": str(tmp_path / "gocache")}  # the standard library takes some seconds: time to interrupt
    process = child("alpha", **cold)
    assert process.stderr is not None
    line = ""
    while "compiling" not in line:
        line = process.stderr.readline()
        assert line, "the build ended before it compiled"
    total = int(line.split("/")[1].split()[0])
    _await_compilers(process.pid, 2 + (os.cpu_count() or 1))
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    process.communicate(timeout=_PATIENCE)
    assert process.returncode != 0
    _, alive = psutil.wait_procs(family, timeout=_PATIENCE)
    assert alive == []
    if number is not signal.SIGKILL:  # which leaves no time to tidy up; the next build does that
        assert _no_leavings(paths)
    assert _status(paths, tiny)["alpha"].origin is Origin.MISSING

    again = child("alpha", **cold)
    _, err = again.communicate(timeout=_PATIENCE)
    assert again.returncode == 0, err
    counts = [int(line.split("/")[1].split()[0]) for line in err.splitlines() if "compiling 0/" in line]
    assert counts[0] < total  # what was compiled is kept
    assert _no_leavings(paths)
    assert _status(paths, tiny)["alpha"].origin is Origin.BUILT


def _await_compilers(pid: int, number: int) -> None:
    """Wait until the process has started that many compilers; with more than run at once, one has finished."""
    seen: set[psutil.Process] = set()
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        seen |= {found for found in psutil.Process(pid).children(recursive=True) if _name(found) == "compile"}
        if len(seen) >= number:
            return
        time.sleep(0.005)
    pytest.fail("no compiler was started")


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:
        return ""
