from __future__ import annotations

from typing import TYPE_CHECKING

from typer.testing import CliRunner

from delivery.cli import app

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RUNNER = CliRunner()


def test_a_bad_workflow_is_exit_code_one_and_says_where(project: Callable[[str], Path], good: str) -> None:
    root = project(good.replace("permissions: {}\n", "permissions: write-all\n"))
    done = RUNNER.invoke(app, ["workflows", "check", "--project", str(root)])
    assert done.exit_code == 1
    assert "one.yml: lets every job write" in done.stdout


def test_a_good_one_is_counted(project: Callable[[str], Path], good: str) -> None:
    done = RUNNER.invoke(app, ["workflows", "check", "--project", str(project(good))])
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "1 workflow or action: nothing found")
