"""`cartorio comment`: what it tells whom, and that a result is never lost."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from delivery import cli
from delivery.plan import file
from tests.support.github_content import REPOSITORY
from tests.support.github_double import Fault
from tests.support.plans import plan, policy, step

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.github_double import GitHubDouble


_COLOUR = re.compile(r"\x1b\[[0-9;]*m")  # help has it in a workflow, terminal or not


@dataclass(frozen=True)
class Ran:
    """What the command did."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(
    github: GitHubDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    """Run `cartorio comment` as a job does, on the plans producao.json and dr.json of a folder."""
    for stack in ("producao", "producao-dr"):
        made = plan(step("delete"), policies=(policy(),), stack=stack)
        file.write(made, tmp_path / f"{stack}.json")
    for name, value in {
        "GITHUB_ACTIONS": "true",
        "GITHUB_TOKEN": "a-token",
        "GITHUB_API_URL": github.url,
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_SERVER_URL": "https://github.example",
        "GITHUB_RUN_ID": "77",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    def comment(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["cartorio", "comment", *arguments])
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Ran(code, _COLOUR.sub("", said.out), _COLOUR.sub("", said.err))

    return comment


def test_all_that_a_job_tells(github: GitHubDouble, run: Callable[..., Ran], tmp_path: Path) -> None:
    told = run("--pr", "7", "--plan", "producao.json", "--plan", "producao-dr.json", "--sarif", "out/findings.sarif")
    assert told.code == 0, told.err
    assert len(github.bodies()) == 2
    assert all(f"https://github.example/{REPOSITORY}/actions/runs/77" in body for body in github.bodies())
    assert "producao: created\nproducao-dr: created\n" in told.out
    assert told.out.count("::error ") == 2
    assert (tmp_path / "summary.md").read_text().count("### ") == 2
    assert len(json.loads((tmp_path / "out" / "findings.sarif").read_text())["runs"][0]["results"]) == 2
    assert "producao: unchanged" in run("--pr", "7", "--plan", "producao.json").out


def test_in_portuguese(github: GitHubDouble, run: Callable[..., Ran]) -> None:
    assert run("--pr", "7", "--plan", "producao.json", "--lang", "pt-BR").code == 0
    assert "recusado por política" in github.bodies()[0]


def test_without_permission_the_result_is_not_lost(
    github: GitHubDouble, run: Callable[..., Ran], tmp_path: Path
) -> None:
    github.fails("POST", Fault(403, message="Resource not accessible by integration"))
    told = run("--pr", "7", "--plan", "producao.json", "--sarif", "findings.sarif")
    assert told.code == 3
    assert "this token may not comment: Resource not accessible by integration" in told.err
    assert "pull-requests: write" in told.err
    assert "Traceback" not in told.err
    assert "refused by policy" in (tmp_path / "summary.md").read_text()
    assert (tmp_path / "findings.sarif").is_file()


def test_a_dry_run_asks_nobody(github: GitHubDouble, run: Callable[..., Ran], tmp_path: Path) -> None:
    told = run("--pr", "7", "--plan", "producao.json", "--dry-run")
    assert told.code == 0
    assert "[!CAUTION]" in told.out
    assert github.requests == []
    assert not (tmp_path / "summary.md").exists()


def test_a_persons_token_edits_that_persons_comment(
    github: GitHubDouble, run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS")
    github.login = "ana"
    for _ in range(2):
        assert run("--pr", "7", "--plan", "producao.json").code == 0
    assert len(github.bodies("ana")) == 1


def test_no_pull_request_no_question(github: GitHubDouble, run: Callable[..., Ran]) -> None:
    assert run("--plan", "producao.json").code == 0
    assert github.requests == []


@pytest.mark.parametrize(
    ("arguments", "variables", "why"),
    [
        (("--pr", "7", "--plan", "nonesuch.json"), {}, "cannot be read"),
        (("--pr", "7", "--plan", "producao.json", "--plan", "producao.json"), {}, "two plans are of the same stack"),
        (("--pr", "7", "--plan", "producao.json", "--repo", "noslash"), {}, "OWNER/NAME"),
        (("--pr", "7", "--plan", "producao.json"), {"GITHUB_TOKEN": ""}, "there is no token for GitHub"),
        (("--pr", "0", "--plan", "producao.json"), {}, "--pr"),
        (("--pr", "7"), {}, "--plan"),
        (("--plan", "producao.json", "--sarif", "producao.json/x"), {}, "findings cannot be written"),
    ],
)
def test_bad_usage(
    run: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    variables: dict[str, str],
    why: str,
) -> None:
    monkeypatch.delenv("GH_TOKEN", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    told = run(*arguments)
    assert told.code == 2
    assert why in told.err
    assert "Traceback" not in told.err


def test_help_has_examples_and_exit_codes(run: Callable[..., Ran]) -> None:
    said = " ".join(run("--help").out.split())
    assert "cartorio comment --pr 7 --plan plan.json" in said
    assert "3 GitHub could not be told" in said
