"""The command, on a copy of the project that has one chart."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from components import versions
from components.locked import LOCK
from components.sources import VENDORED
from components.vendored import pinned_charts
from delivery.cli import app
from lab.errors import LabError

if TYPE_CHECKING:
    from pathlib import Path


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["charts", *arguments])


def test_what_is_missing_is_a_finding_with_what_to_do(tmp_path: Path) -> None:
    result = _run("list", "--project", str(tmp_path))
    assert result.exit_code == 1
    assert f"{len(pinned_charts())} missing; fetch them: cartorio charts vendor" in result.output


def test_programs_read_what_is_there(tmp_path: Path) -> None:
    pin = pinned_charts()[0]
    file = tmp_path / VENDORED / pin.archive
    file.parent.mkdir(parents=True)
    file.write_bytes(b"chart")
    told = json.loads(_run("list", "--json", "--project", str(tmp_path)).output)
    assert told["schema"] == "cartorio.charts/v1"
    there = {chart["name"]: chart["vendored"] for chart in told["charts"] if chart["vendored"]}
    assert list(there) == [pin.name]


def test_one_that_nothing_holds_is_a_finding(tmp_path: Path) -> None:
    file = tmp_path / VENDORED / versions.VAULT.archive
    file.parent.mkdir(parents=True)
    file.write_bytes(b"chart")
    result = _run("list", "--project", str(tmp_path))
    assert result.exit_code == 1
    assert "CHANGED" in result.output


def test_a_broken_lock_is_told_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / VENDORED).mkdir(parents=True)
    (tmp_path / LOCK).write_text("{}")
    result = _run("list", "--project", str(tmp_path))
    assert isinstance(result.exception, LabError)
    assert "is no lock of charts" in str(result.exception)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [(["vendor", "nothing-like-it"], "no such chart"), (["vendor", "vault", "--stack", "no"], "cannot be read")],
)
def test_bad_usage_is_told(arguments: list[str], what: str, tmp_path: Path) -> None:
    result = _run(*arguments, "--project", str(tmp_path))
    assert result.exit_code == 2
    assert what in result.output
