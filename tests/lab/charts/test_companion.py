from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from lab.charts.companion import accompany
from lab.charts.mirror import MIRROR, RECORD
from lab.errors import LabError
from lab.paths import PROJECT_ROOT
from lab.services.client import Client, NotReady

if TYPE_CHECKING:
    from pathlib import Path

    from lab.services import Tools

# As a shell does: start the mirror, tell its variables, become something else.
_SHELL = """
import json, os, sys
from pathlib import Path
from lab.charts.companion import accompany
variables = accompany(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), os.environ)
print(json.dumps(dict(variables)), flush=True)
os.execvp("cat", ["cat"])
"""


def test_it_serves_the_programs_charts_for_as_long_as_the_shell_lives(toolchain: Tools, tmp_path: Path) -> None:
    arguments = [str(PROJECT_ROOT), str(tmp_path), str(toolchain.path("helm"))]
    with subprocess.Popen(
        [sys.executable, "-c", _SHELL, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as shell:
        assert shell.stdin is not None
        assert shell.stdout is not None
        variables = json.loads(shell.stdout.readline())
        mirror = Client(int(variables[MIRROR].rpartition(":")[2]), None)
        entries = mirror.read("/index.yaml")["entries"]
        assert "vault" in entries
        record = tmp_path / f"charts-{shell.pid}.json"
        assert variables[RECORD] == str(record)
        (companion,) = psutil.Process(shell.pid).children()
        shell.stdin.close()
    assert shell.wait() == 0
    companion.wait(20)
    with pytest.raises(NotReady):
        mirror.expect("/index.yaml")
    assert not record.exists()


def test_a_program_that_does_not_tell_its_charts_is_an_error(toolchain: Tools, tmp_path: Path) -> None:
    (tmp_path / "components").mkdir()
    (tmp_path / "components/__init__.py").touch()
    (tmp_path / "components/pins.py").write_text("raise SystemExit('no pins today')")
    with pytest.raises(LabError, match="the program does not tell its charts: no pins today") as caught:
        accompany(tmp_path, tmp_path, toolchain.path("helm"), os.environ)
    assert caught.value.where == str(tmp_path)
    assert not list(tmp_path.glob("charts-*"))
