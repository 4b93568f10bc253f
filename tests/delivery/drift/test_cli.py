from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from delivery.cli import app
from delivery.plan import file
from lab.errors import UsageError
from tests.support.github_content import REPOSITORY
from tests.support.plans import ORIGIN, plan, step

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.github_double import GitHubDouble

RUNNER = CliRunner()


@pytest.fixture
def plans(tmp_path: Path) -> Path:
    file.write(plan(step("delete")), tmp_path / "plan-producao.json")
    file.write(plan(stack="staging"), tmp_path / "plan-staging.json")
    return tmp_path


def test_drift_is_exit_code_one_and_its_resources(plans: Path) -> None:
    done = RUNNER.invoke(app, ["drift", str(plans)])
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "producao: 1 not as applied",
        "  delete aws:s3/bucket:Bucket evidence",
        "staging: as applied",
    ]
    assert RUNNER.invoke(app, ["drift", str(plans / "plan-staging.json")]).exit_code == 0


def test_a_name_moves_no_cursor_and_commands_no_runner(tmp_path: Path) -> None:
    file.write(plan(step("delete", "a\n::error::x\x1b[2J")), tmp_path / "plan.json")
    done = RUNNER.invoke(app, ["drift", str(tmp_path / "plan.json")])
    assert done.exit_code == 1
    assert "\x1b" not in done.stdout
    assert not [line for line in done.stdout.splitlines() if line.startswith("::")]


def test_in_a_workflow_the_issue_says_it(plans: Path, github: GitHubDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "API_URL": github.url,
        "SERVER_URL": "https://github.example",
        "REPOSITORY": REPOSITORY,
        "TOKEN": "run-token",
        "RUN_ID": "7",
    }.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    done = RUNNER.invoke(app, ["drift", str(plans), "--issue"])
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-2:] == ["producao: issue #1 opened", "staging: issue left alone"]
    assert f"https://github.example/{REPOSITORY}/actions/runs/7" in github.issues[1]["body"]


def test_without_a_token_nothing_is_asked(plans: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_REPOSITORY", "org/repo")
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    monkeypatch.delenv("GH_TOKEN", raising=False)
    done = RUNNER.invoke(app, ["drift", str(plans), "--issue"])
    assert isinstance(done.exception, UsageError)
    assert "no token for GitHub" in str(done.exception)


def test_wrong_plans_are_said(plans: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    file.write(plan(stack="staging", origin=ORIGIN.model_copy(update={"lab": True})), tmp_path / "lab.json")
    for arguments, said in (
        ([str(empty)], "there are no plans there"),
        ([str(plans / "plan-staging.json")] * 2, "several plans are of the stack staging"),
        ([str(tmp_path / "lab.json")], "made in the lab"),
    ):
        done = RUNNER.invoke(app, ["drift", *arguments])
        assert isinstance(done.exception, UsageError)
        assert said in str(done.exception)
