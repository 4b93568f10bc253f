from __future__ import annotations

from typing import TYPE_CHECKING

from typer.testing import CliRunner

from delivery.cli import app
from lab.errors import UsageError
from tests.delivery.release.conftest import REFERENCE

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

RUNNER = CliRunner()


def test_a_release_is_written_and_said(tmp_path: Path) -> None:
    file = tmp_path / "release.json"
    images = ["--api", REFERENCE, "--workers", REFERENCE]
    done = RUNNER.invoke(
        app, ["release", "build", "--stack", "staging", "--version", "1.4.0", *images, "--output", str(file)]
    )
    assert (done.exit_code, done.stdout) == (0, f"release 1.4.0 for staging: {file}\n")


def test_bad_questions_ask_nobody(release_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_REPOSITORY", "org/repo")
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    for arguments, said in (
        (["scan", str(release_file), "--stack", "staging", "--severity", "BAD"], "there is no severity BAD"),
        (["publish", str(release_file), "--stack", "staging"], "there is no token for GitHub"),
        (["sign", str(release_file), "--stack", "nowhere"], "there is no stack nowhere"),
        (["sign", str(release_file.with_name("none.json")), "--stack", "staging"], "this is no release"),
    ):
        done = RUNNER.invoke(app, ["release", *arguments])
        assert isinstance(done.exception, UsageError), done.output
        assert said in str(done.exception)
