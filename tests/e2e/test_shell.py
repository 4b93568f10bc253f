"""`pulumi preview` of the stacks that are not the lab's own, as a person types it in the lab's shell."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.paths import PROJECT_ROOT
from lab.rehearsal.project import copy_project

if TYPE_CHECKING:
    from tests.support.lab import RunningLab

pytestmark = pytest.mark.e2e

_CARTORIO = str(Path(sys.executable).with_name("cartorio"))


@pytest.mark.parametrize("stack", ["producao", "staging"])
def test_a_stack_is_previewed_without_a_violation(stack: str, lab: RunningLab, tmp_path: Path) -> None:
    project = copy_project(PROJECT_ROOT, tmp_path / "project", stack)

    def pulumi(*arguments: str) -> subprocess.CompletedProcess[str]:
        """Run it in the lab's shell; the stack's encryption salt is the copy's own."""
        return subprocess.run(
            [_CARTORIO, "shell", "--", "pulumi", *arguments, "--cwd", project, "--non-interactive", "--color=never"],
            env={**os.environ, "CARTORIO_LAB": str(lab.paths.root)},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    made = pulumi("stack", "init", stack)
    assert made.returncode == 0, made.stderr
    try:
        done = pulumi("preview", "--stack", stack)
    finally:
        assert pulumi("stack", "rm", stack, "--yes").returncode == 0
    assert done.returncode == 0, done.stdout + done.stderr
    # The engine says which packs judged, and marks what they refuse.
    assert "cartorio" in done.stdout.partition("Policies:")[2]
    assert "[mandatory]" not in done.stdout
    assert "to create" in done.stdout
