"""`cartorio preview`: what it says, writes and exits with."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from delivery.plan import file
from delivery.preview.run import preview as run_preview
from lab.charts.mirror import MIRROR
from lab.engine.engine import Engine
from tests.support.plans import log, policy, state, step

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.delivery.preview.conftest import Ran
    from tests.support.engine_double import EngineDouble

_DELETED = step("delete", "evidence", old=state(protect=True))
_REPLACED = step("replace", "logs", keys=["bucket"])


def test_what_is_destructive_comes_first_and_says_why(pulumi: EngineDouble, run: Callable[..., Ran]) -> None:
    pulumi.answers("producao", log(step("create", "new"), _DELETED, _REPLACED))
    ran = run("producao")
    assert ran.code == 0, ran.err
    first, second, third, *_ = ran.out.splitlines()
    assert "1 to create, 0 to update, 1 to replace, 1 to delete" in first
    assert second.startswith("  DELETE urn:")
    assert "PROTECTED" in second
    assert third.startswith("  REPLACE urn:")
    assert "(because of bucket)" in third


def test_a_mandatory_finding_refuses_and_the_plan_is_written_all_the_same(
    pulumi: EngineDouble, run: Callable[..., Ran], tmp_path: Path
) -> None:
    pulumi.answers("producao", log(step("create"), policies=(policy(),), result="failed"), code=255)
    ran = run("producao", "--output", str(tmp_path / "plan.json"))
    assert ran.code == 1
    assert "mandatory: aws/s3-public-access: Bucket evidence: it is open" in ran.out
    assert "do: Close it." in ran.out
    plan = file.read(tmp_path / "plan.json")
    assert len(plan.mandatory) == 1
    assert not plan.complete
    assert plan.origin.by == "ana"


def test_a_plan_that_is_not_whole_says_so(pulumi: EngineDouble, run: Callable[..., Ran], tmp_path: Path) -> None:
    broken = json.dumps({"diagnosticEvent": {"severity": "error", "message": "the program broke"}})
    pulumi.answers("producao", [broken, *log(step("create"), result="failed")], code=255)
    ran = run("producao", "-o", str(tmp_path / "plan.json"))
    assert ran.code == 3
    assert "did not come to its end" in ran.out
    assert "error: the program broke" in ran.out
    assert file.read(tmp_path / "plan.json").failures[0].message == "the program broke"


def test_one_stack_that_fails_takes_nothing_of_the_other(
    pulumi: EngineDouble, run: Callable[..., Ran], tmp_path: Path
) -> None:
    pulumi.answers("producao", [], code=255, said="no such stack https://user:hunter2@backend")
    pulumi.answers("producao-dr", log(step("create")))
    ran = run("producao", "producao-dr", "--output", str(tmp_path / "{stack}.json"), "--format", "json")
    assert ran.code == 3
    told = json.loads(ran.out)
    assert [plan["stack"] for plan in told["plans"]] == ["producao-dr"]
    assert [one["stack"] for one in told["failed"]] == ["producao"]
    assert "no such stack [secret]backend" in told["failed"][0]["what"]
    assert sorted(one.name for one in tmp_path.glob("*.json")) == ["producao-dr.json"]


def test_the_pack_is_attached_and_secrets_are_never_asked_for(pulumi: EngineDouble, run: Callable[..., Ran]) -> None:
    pulumi.answers("producao", log())
    assert run("producao", "--refresh").code == 0
    (call,) = [call for call in pulumi.calls() if call[0] == "preview"]
    assert "--refresh" in call
    assert "--show-secrets" not in call


def test_in_a_workflow_the_summary_is_left_to_what_comments(
    pulumi: EngineDouble, run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    pulumi.answers("producao", log(_DELETED))
    assert run("producao").code == 0
    assert not (tmp_path / "summary.md").exists()  # or it would be there twice


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("nonesuch",), "there is no stack nonesuch"),
        (("../producao",), "there is no stack ../producao"),
        (("producao/../producao",), "there is no stack producao/../producao"),
        (("producao", "producao-dr", "--output", "plan.json"), "have {stack} in its name"),
        (("producao", "--jobs", "0"), "--jobs"),
        ((), "STACK..."),
        (("producao", "--format", "xml"), "xml"),
    ],
)
def test_bad_usage(run: Callable[..., Ran], arguments: tuple[str, ...], why: str) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert why in ran.err
    assert "Traceback" not in ran.err


def test_without_pulumi(run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    ran = run("producao")
    assert ran.code == 3
    assert "there is no pulumi on PATH" in ran.err
    assert "cartorio preview --lab" in ran.err


def test_help_has_examples_and_exit_codes(run: Callable[..., Ran]) -> None:
    said = " ".join(run("--help").out.split())
    assert "cartorio preview --lab producao" in said
    assert "1 mandatory findings" in said


@pytest.mark.parametrize("port", [41377, 37929])
def test_the_address_of_a_labs_charts_is_not_in_its_plan(pulumi: EngineDouble, project: Path, port: int) -> None:
    address = f"http://127.0.0.1:{port}"
    release = step("create", "flux", new=state(inputs={"repositoryOpts": {"repo": address}}))
    pulumi.answers("producao", log(release))
    engine = Engine({**os.environ, MIRROR: address}, project)
    (change,) = run_preview(engine, "producao", lab=True).changes
    (repo,) = change.properties
    assert (repo.after and repo.after.text) == '"lab:charts"'
