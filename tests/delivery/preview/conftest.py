"""A project with two stacks and an engine that says what a test wants."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from delivery import cli
from tests.support.engine_double import EngineDouble

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True)
class Ran:
    """What the command did."""

    code: int
    out: str
    err: str


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EngineDouble:
    """The engine's double, first on PATH."""
    double = EngineDouble(tmp_path / "bin")
    monkeypatch.setenv("PATH", os.pathsep.join((str(double.folder), os.environ["PATH"])))
    monkeypatch.setenv("GITHUB_ACTOR", "ana")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    return double


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the stacks producao and producao-dr."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: cartorio\nruntime: python\n")
    for stack in ("producao", "producao-dr"):
        (folder / f"Pulumi.{stack}.yaml").write_text("config: {}\n")
    return folder


@pytest.fixture
def run(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run `cartorio preview`, as the installed program would."""

    def preview(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["cartorio", "preview", "--project", str(project), *arguments])
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return preview
