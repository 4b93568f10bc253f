from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from lab.paths import PROJECT_ROOT
from lab.services import processes
from tests.support import lab as support

if TYPE_CHECKING:
    from pathlib import Path

# One worker dies, with the lab up; another waits until the session is interrupted.
_SESSION = """
import os, time
from pathlib import Path

def test_dies(lab):
    os._exit(1)

def test_waits(lab):
    Path(os.environ["ROOTS"], str(lab.paths.root.parent.name)).write_text(str(lab.paths.root))
    time.sleep(60)
"""


@pytest.mark.timeout(120)
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_a_session_ends_its_lab_when_a_worker_dies_and_it_is_interrupted(tmp_path: Path, end: signal.Signals) -> None:
    roots = tmp_path / "roots"
    roots.mkdir()
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "test_session.py").write_text(_SESSION)
    arguments = ("-n", "2", "-p", "tests.conftest", "--rootdir", str(PROJECT_ROOT), "-c", "pyproject.toml", str(tests))
    with subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=PROJECT_ROOT,
        env={**{name: value for name, value in os.environ.items() if "PYTEST" not in name}, "ROOTS": str(roots)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as session:
        deadline = time.monotonic() + 60
        while not list(roots.iterdir()) and session.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        session.send_signal(end)
        output, _ = session.communicate(timeout=60)
    assert list(roots.iterdir()), output
    root = next(roots.iterdir())
    lab = type(root)(root.read_text())
    assert processes.of_lab(lab) == (), output
    assert not lab.parent.exists(), output


def test_a_folder_whose_owner_was_killed_is_cleaned_up_by_the_next_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    environment: dict[str, str] = {}
    abandoned = support.open_session(environment)
    left = processes.spawn(
        "one",
        (sys.executable, "-c", "import time; time.sleep(60)"),
        root=_made(abandoned / "shared"),
        log=abandoned / "shared" / "one.log",
        extra={},
    )
    (abandoned / "owner.json").write_text(json.dumps({"pid": os.getpid(), "created": 1.0}))  # another's pid by now
    living = support.open_session(environment)
    assert not abandoned.exists()
    assert not psutil.pid_exists(left.pid)
    third = support.open_session(environment)  # the owner of the second one, this process, lives
    assert living.exists()
    assert environment["CARTORIO_LAB"] == str(third / "shared")
    for home in (living, third):
        support.close_session(home)
    assert list(tmp_path.iterdir()) == []


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
