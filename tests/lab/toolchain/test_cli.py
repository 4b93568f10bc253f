from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from lab.paths import PROJECT_ROOT
from lab.toolchain import Origin, cli
from lab.toolchain.pins import CATALOGUE
from lab.toolchain.workshop import ToolStatus

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    """The command alone, on an empty cache and an empty PATH."""
    monkeypatch.setenv("CARTORIO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    root = typer.Typer()
    root.callback()(lambda: None)
    cli.add_commands(root)
    return root


def test_it_lists_every_tool_and_builds_none(app: typer.Typer, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["toolchain"])
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["TOOL", "VERSION", "ORIGIN", "PATH"]
    assert [line.split()[0] for line in lines[1 : len(CATALOGUE.names) + 1]] == list(CATALOGUE.names)
    assert all(line.split()[2:] == ["missing", "-"] for line in lines[1 : len(CATALOGUE.names) + 1])
    assert lines[-1] == "build what is missing: cartorio toolchain --build"
    assert not (tmp_path / "cache").exists()


def test_json_is_for_programs(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, ["toolchain", "--format", "json", "crane", "go"])
    assert result.exit_code == 0
    tools = json.loads(result.stdout)
    assert [tool["name"] for tool in tools] == ["go", "crane"]
    crane = next(item for item in CATALOGUE.items if item.name == "crane")
    assert tools[1] == {
        "name": "crane",
        "version": CATALOGUE.version(crane),
        "origin": "missing",
        "path": None,
        "note": "",
    }


def test_a_tool_that_does_not_suffice_is_explained(app: typer.Typer, tmp_path: Path) -> None:
    kubectl = tmp_path / "empty" / "kubectl"
    kubectl.parent.mkdir()
    kubectl.write_text("#!/bin/sh\necho 'Client Version: v1.32.4-dispatcher'\n", encoding="utf-8")
    kubectl.chmod(0o755)
    result = CliRunner().invoke(app, ["toolchain", "kubectl"])
    assert f"kubectl: {kubectl} is 1.32.4-dispatcher, needed is 1.36.x" in result.stdout.splitlines()


@pytest.mark.parametrize("build", [[], ["--build"]])
def test_an_unknown_name_is_bad_input(tmp_path: Path, build: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from delivery.cli import main; main()", "toolchain", *build, "crain"],
        cwd=PROJECT_ROOT,
        env={**os.environ, "CARTORIO_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "no such tool: crain" in done.stderr
    assert "crane" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_path_below_home_is_shown_short(app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status = ToolStatus("crane", "1.0.0", Origin.BUILT, tmp_path / "home" / "cache" / ("long" * 40), "built with Go 1")
    monkeypatch.setattr(cli, "inspect", lambda _: (status,))
    result = CliRunner().invoke(app, ["toolchain"])
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    assert lines[1] == f"crane  1.0.0    built   ~/cache/{'long' * 40}"
    assert lines[2] == "crane: built with Go 1"
    assert len(lines) == 3
