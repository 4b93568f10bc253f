"""`cartorio up`: what it refuses, what it asks, what it writes down; and once through the real engine."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from delivery import cli
from delivery.plan import file
from delivery.up.ledger import Ledger
from tests.support.engine_double import EngineDouble
from tests.support.plans import log, plan, policy, step
from tests.support.tiny_project import STACK, TinyProject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lab.services import Tools

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_CREATE, _DELETE = step("create", "a"), step("delete", "a")


@dataclass(frozen=True)
class Ran:
    """What the command did."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run `cartorio up`, as the installed program would, with a ledger of its own."""
    monkeypatch.setenv("CARTORIO_LEDGER", str(tmp_path / "ledger.jsonl"))
    monkeypatch.setenv("GITHUB_ACTOR", "ana")

    def up(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["cartorio", "up", *arguments])
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Ran(code, _COLOUR.sub("", said.out), _COLOUR.sub("", said.err))

    return up


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EngineDouble:
    """The engine's double, in a folder with the stacks producao and staging."""
    double = EngineDouble(tmp_path / "bin")
    monkeypatch.setenv("PATH", os.pathsep.join((str(double.folder), os.environ["PATH"])))
    (tmp_path / "Pulumi.yaml").write_text("name: cartorio\n")
    for stack in ("producao", "staging"):
        (tmp_path / f"Pulumi.{stack}.yaml").write_text(f"config:\n  cartorio:profile: {stack}\n")
    return double


def _will(double: EngineDouble, stack: str, *steps: dict[str, Any], **more: Any) -> None:  # noqa: ANN401
    double.answers(stack, log(*steps, **more))
    double.answers(stack, log(*steps), command="up")


def _updates(double: EngineDouble) -> int:
    return sum(call[0] == "up" for call in double.calls())


def test_an_approved_plan_is_done_and_written_down(
    pulumi: EngineDouble, run: Callable[..., Ran], tmp_path: Path
) -> None:
    _will(pulumi, "producao", _DELETE)
    approved = plan(_DELETE)
    file.write(approved, tmp_path / "plan.json")
    ran = run("producao", "--project", str(tmp_path), "--plan", str(tmp_path / "plan.json"), "--yes")
    assert ran.code == 0, ran.err
    assert f"producao: 1 changed, by ana, plan {approved.digest}" in ran.out
    begun, done = Ledger(tmp_path / "ledger.jsonl").entries()
    assert (begun.event, done.event, done.by, done.digest, done.approved) == (
        "begun",
        "done",
        "ana",
        approved.digest,
        True,
    )


def test_a_plan_that_changed_since_is_refused(pulumi: EngineDouble, run: Callable[..., Ran], tmp_path: Path) -> None:
    _will(pulumi, "producao", _DELETE, step("delete", "and-more"))
    file.write(plan(_DELETE), tmp_path / "plan.json")
    ran = run("producao", "--project", str(tmp_path), "--plan", str(tmp_path / "plan.json"), "--yes")
    assert ran.code == 1
    assert "the plan has changed since it was approved" in ran.err
    assert "other than approved: and-more" in ran.err
    assert _updates(pulumi) == 0
    assert not (tmp_path / "ledger.jsonl").exists()


@pytest.mark.parametrize(
    ("stack", "steps", "arguments", "why"),
    [
        ("producao", [_CREATE], ("--yes",), "by an approved plan only"),
        ("producao", [_CREATE], ("--yes-destroy",), "by an approved plan only"),
        ("producao", [_CREATE], ("--digest", f"sha256:{'0' * 64}"), "has changed since it was approved"),
        ("staging", [_DELETE], ("--yes",), "--yes-destroy if that is wanted"),
        ("staging", [_CREATE], (), "nobody is there to ask"),
    ],
)
def test_refused_and_nothing_done(
    pulumi: EngineDouble,
    run: Callable[..., Ran],
    tmp_path: Path,
    stack: str,
    steps: list[dict[str, Any]],
    arguments: tuple[str, ...],
    why: str,
) -> None:
    _will(pulumi, stack, *steps)
    ran = run(stack, "--project", str(tmp_path), *arguments)
    assert (ran.code, _updates(pulumi)) == (1, 0), ran.err
    assert why in ran.err
    assert "Traceback" not in ran.err


def test_policies_refuse_even_what_is_approved(pulumi: EngineDouble, run: Callable[..., Ran], tmp_path: Path) -> None:
    _will(pulumi, "staging", _CREATE, policies=(policy(),))
    ran = run("staging", "--project", str(tmp_path), "--yes-destroy", "--digest", plan(_CREATE, stack="staging").digest)
    assert (ran.code, _updates(pulumi)) == (1, 0)
    assert "policies refuse the update" in ran.err


@pytest.mark.parametrize(
    ("steps", "typed", "done"),
    [([_CREATE], "y\n", 1), ([_CREATE], "n\n", 0), ([_DELETE], "staging\n", 1), ([_DELETE], "yes\n", 0)],
)
def test_a_person_is_asked(
    pulumi: EngineDouble,
    run: Callable[..., Ran],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    steps: list[dict[str, Any]],
    typed: str,
    done: int,
) -> None:
    import io

    terminal = io.StringIO(typed)
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stdin", terminal)
    _will(pulumi, "staging", *steps)
    ran = run("staging", "--project", str(tmp_path))
    assert (ran.code, _updates(pulumi)) == (1 - done, done), ran.err


def test_what_cannot_be_written_down_is_not_done(
    pulumi: EngineDouble, run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _will(pulumi, "staging", _CREATE)
    monkeypatch.setenv("CARTORIO_LEDGER", str(tmp_path / "Pulumi.yaml" / "ledger.jsonl"))
    ran = run("staging", "--project", str(tmp_path), "--yes")
    assert (ran.code, _updates(pulumi)) == (3, 0)
    assert "so it is not done" in ran.err


def test_an_update_that_fails_is_written_down_as_such(
    pulumi: EngineDouble, run: Callable[..., Ran], tmp_path: Path
) -> None:
    pulumi.answers("staging", log(_CREATE))
    pulumi.answers("staging", log(_CREATE, result="failed"), command="up", code=255)
    ran = run("staging", "--project", str(tmp_path), "--yes")
    assert ran.code == 3
    assert [entry.event for entry in Ledger(tmp_path / "ledger.jsonl").entries()] == ["begun", "failed"]


def test_more_than_was_planned_is_an_error(pulumi: EngineDouble, run: Callable[..., Ran], tmp_path: Path) -> None:
    pulumi.answers("staging", log(_CREATE))
    pulumi.answers("staging", log(_CREATE, step("delete", "other")), command="up")
    ran = run("staging", "--project", str(tmp_path), "--yes")
    assert ran.code == 1
    assert "not as planned: delete urn" in ran.err
    assert "unplanned: delete" in Ledger(tmp_path / "ledger.jsonl").entries()[-1].told


def test_nothing_to_do(pulumi: EngineDouble, run: Callable[..., Ran], tmp_path: Path) -> None:
    pulumi.answers("staging", log())
    ran = run("staging", "--project", str(tmp_path))
    assert (ran.code, _updates(pulumi)) == (0, 0)
    assert "staging: nothing to do" in ran.out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("nonesuch",), "there is no stack nonesuch"),
        (("staging", "--digest", "abc"), "no digest of a plan"),
        (("staging", "--plan", "nonesuch.json"), "cannot be read"),
    ],
)
def test_bad_usage(
    pulumi: EngineDouble, run: Callable[..., Ran], tmp_path: Path, arguments: tuple[str, ...], why: str
) -> None:
    ran = run(*arguments, "--project", str(tmp_path))
    assert (ran.code, pulumi.calls()) == (2, [])
    assert why in ran.err


def test_help_has_examples_and_exit_codes(run: Callable[..., Ran]) -> None:
    said = " ".join(run("--help").out.split())
    assert "cartorio up producao --plan plan.json" in said
    assert "1 refused (nothing was changed)" in said


@pytest.fixture
def tiny(toolchain: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TinyProject]:
    """A project of the real engine, whose environment is this process's for a while."""
    project = TinyProject.make(tmp_path, toolchain)
    project.program(
        """
        import pulumi, pulumi_random as random
        random.RandomPassword("key", length=pulumi.Config().require_int("length"))
        """
    )
    project.pack(
        """
        from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy
        judge = ResourceValidationPolicy(name="judge", description="Judged.", validate=lambda args, report: None)
        PolicyPack("tinypack", enforcement_level=EnforcementLevel.MANDATORY, policies=[judge])
        """
    )
    for name, value in project.variables.items():
        monkeypatch.setenv(name, value)
    yield project
    project.end()


def test_through_the_real_engine(tiny: TinyProject, run: Callable[..., Ran], tmp_path: Path) -> None:
    """No profile: production. Its plan is approved by its digest; another one is refused; nothing secret is said."""
    tiny.configure(length="16")
    at = ("--project", str(tiny.root))
    refused = run(STACK, *at)
    assert refused.code == 1
    (digest,) = re.findall(r"digest (sha256:\w+)", refused.out)
    done = run(STACK, *at, "--digest", digest)
    assert done.code == 0, done.err
    assert [one.urn for one in tiny.engine.export(STACK).resources if one.urn.endswith("RandomPassword::key")]
    tiny.configure(length="17")
    assert run(STACK, *at, "--digest", digest).code == 1
    again = run(STACK, *at)
    assert "REPLACE" in again.out
    assert "(because of length)" in again.out
    assert [entry.event for entry in Ledger(tmp_path / "ledger.jsonl").entries()] == ["begun", "done"]
