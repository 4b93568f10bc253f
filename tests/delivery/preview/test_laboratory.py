"""`cartorio preview --lab`, as a person types it: no credentials, no stack, nothing running."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from delivery.plan import file
from lab.paths import LabPaths

pytestmark = pytest.mark.e2e

_CARTORIO = str(Path(sys.executable).with_name("cartorio"))


@pytest.mark.usefixtures("toolchain")
def test_from_a_clean_shell(tmp_path: Path) -> None:
    lab = tmp_path / "lab"
    left = tmp_path / f"lab-preview-{2**22 + 1}"  # of a process that there is not
    left.mkdir()
    shell = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "CARTORIO_LAB": str(lab),
        "CARTORIO_CACHE": str(LabPaths.default().cache),
    }
    for name in ("GOPROXY", "GOFLAGS", "no_proxy", "NO_PROXY"):
        if name in os.environ:
            shell[name] = os.environ[name]
    done = subprocess.run(
        [_CARTORIO, "preview", "--lab", "local", "--format", "json", "--output", str(tmp_path / "plan.json")],
        env=shell, capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)["plans"]
    plan = file.read(tmp_path / "plan.json")
    assert told["digest"] == plan.digest
    assert plan.origin.lab
    assert plan.complete
    assert plan.counts.create > 30
    assert plan.packs[0].startswith("cartorio-guardrails ")
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith("lab")] == []
