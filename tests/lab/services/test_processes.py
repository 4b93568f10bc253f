from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

import psutil
import pytest

from lab.services import processes
from lab.services.processes import Identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
)
_WITH_CHILD = (
    "import subprocess, sys, time; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "print(child.pid, flush=True); time.sleep(60)"
)


def _until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    processes.stop((identity for _, identity in processes.of_lab(tmp_path)), root=tmp_path, grace=0)
    assert processes.of_lab(tmp_path) == ()


def _spawn(root: Path, code: str, *, service: str = "one", extra: dict[str, str] | None = None) -> Identity:
    command = (sys.executable, "-c", code)
    return processes.spawn(service, command, root=root, log=root / "logs" / f"{service}.log", extra=extra or {})


def test_a_process_is_found_with_its_service_and_ends_when_told(root: Path) -> None:
    identity = _spawn(root, "import time; time.sleep(60)")
    assert processes.alive(identity)
    _until(lambda: processes.of_lab(root) == (("one", identity),))
    processes.stop([identity], root=root, grace=5)
    assert not processes.alive(identity)
    assert not psutil.pid_exists(identity.pid)  # reaped, no zombie


def test_it_has_a_session_of_its_own_and_no_terminal(root: Path) -> None:
    identity = _spawn(root, "import time; time.sleep(60)")
    assert os.getsid(identity.pid) == identity.pid
    assert psutil.Process(identity.pid).terminal() is None


def test_one_that_ignores_term_is_killed(root: Path) -> None:
    identity = _spawn(root, _STUBBORN)
    _until(lambda: "deaf" in (root / "logs" / "one.log").read_text())
    processes.stop([identity], root=root, grace=0.2)
    assert not psutil.pid_exists(identity.pid)


def test_its_children_end_with_it(root: Path) -> None:
    identity = _spawn(root, _WITH_CHILD)
    log = root / "logs" / "one.log"
    _until(lambda: log.read_text().endswith("\n"))
    child = int(log.read_text())
    processes.stop([identity], root=root, grace=5)
    _until(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE)


def test_a_recycled_pid_is_neither_alive_nor_signalled(root: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True) as stranger:
        created = psutil.Process(stranger.pid).create_time()
        assert not processes.alive(Identity(stranger.pid, created - 3600))
        # Even with the right start time: it does not carry this lab's marks.
        processes.stop([Identity(stranger.pid, created)], root=root, grace=0)
        assert stranger.poll() is None
        stranger.kill()


def test_another_labs_process_is_left_alone(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    identity = _spawn(root, "import time; time.sleep(60)")
    processes.stop([identity], root=other, grace=0)
    assert processes.alive(identity)
    assert processes.of_lab(other) == ()


def test_one_that_has_ended_is_not_alive(root: Path) -> None:
    identity = _spawn(root, "pass")
    _until(lambda: not processes.alive(identity))
    _until(lambda: not psutil.pid_exists(identity.pid))
    processes.stop([identity], root=root, grace=0)


def test_one_killed_by_somebody_else_is_not_alive(root: Path) -> None:
    identity = _spawn(root, "import time; time.sleep(60)")
    os.kill(identity.pid, signal.SIGKILL)
    _until(lambda: not processes.alive(identity))


def test_a_program_that_is_not_there(root: Path) -> None:
    with pytest.raises(FileNotFoundError):
        processes.spawn("one", (str(root / "nothing"),), root=root, log=root / "one.log", extra={})


def test_only_a_few_variables_are_inherited(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid")
    identity = _spawn(root, "import os; print(sorted(os.environ))", extra={"MINE": "1"})
    _until(lambda: not processes.alive(identity))
    names = (root / "logs" / "one.log").read_text()
    assert "MINE" in names
    assert "PATH" in names
    assert "AWS_PROFILE" not in names
    assert "PROXY" not in names


def test_a_long_log_is_set_aside_at_the_next_start(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_LOG_LIMIT", 10)
    log = root / "logs" / "one.log"
    for text in ("first start", "second start"):
        identity = _spawn(root, f"print({text!r})")
        _until(lambda identity=identity: not processes.alive(identity))  # type: ignore[misc]
    assert log.read_text() == "second start\n"
    assert log.with_name("one.log.1").read_text() == "first start\n"


@pytest.mark.parametrize(
    ("content", "lines", "expected"),
    [
        (b"", 3, ()),
        (b"a\nb\nc\n", 2, ("b", "c")),
        (b"a\nb", 5, ("a", "b")),
        (b"a\nb\n", 0, ()),
        (b"\xff\n", 1, ("�",)),
    ],
)
def test_the_end_of_a_log(tmp_path: Path, content: bytes, lines: int, expected: tuple[str, ...]) -> None:
    log = tmp_path / "log"
    log.write_bytes(content)
    assert processes.tail(log, lines) == expected


def test_the_end_of_the_beginning_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"a\nb\nc\n")
    assert processes.tail(log, 1, end=4) == ("b",)


def test_the_end_of_no_log(tmp_path: Path) -> None:
    assert processes.tail(tmp_path / "log", 5) == ()


def test_what_it_leaves_running_draws_no_warning(root: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from lab.services import processes;"
        f"root = Path({str(root)!r});"
        "print(processes.spawn('one', (sys.executable, '-c', 'import time; time.sleep(60)'), root=root,"
        " log=root / 'one.log', extra={}).pid)"
    )
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert answer.stderr == ""
    assert psutil.pid_exists(int(answer.stdout))


def test_engines_of_this_lab_are_killed_and_no_others(tmp_path: Path) -> None:
    program = tmp_path / "pulumi"
    shutil.copy("/bin/sleep", program)
    homes = {name: tmp_path / name for name in ("ours", "others")}
    engines = {name: subprocess.Popen([program, "60"], env={"PULUMI_HOME": str(home)}) for name, home in homes.items()}
    try:
        processes.kill_engines(homes["ours"])
        assert not psutil.pid_exists(engines["ours"].pid)
        assert engines["others"].poll() is None
    finally:
        for engine in engines.values():
            engine.kill()
            engine.wait()


def test_a_pid_that_is_another_s_by_now_leaves_no_child_that_seems_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with subprocess.Popen(["/bin/true"]) as over:
        os.waitpid(over.pid, 0)  # as psutil does
        monkeypatch.setattr(processes, "_children", {over.pid: over})
        monkeypatch.setattr("subprocess.Popen", lambda *_, **__: SimpleNamespace(pid=over.pid))
        processes.spawn("new", ["/bin/true"], root=tmp_path, log=tmp_path / "log", extra={})
        assert over.returncode == 0
        assert processes._children[over.pid] is not over
