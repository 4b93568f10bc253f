"""What a rehearsal makes of what the engine says; the engine here says what a test wants it to.

That the real engine and lab go through it all: `tests/e2e/test_rehearsal.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from lab.engine.events import Diagnostic, Step, Summary, Violation
from lab.engine.state import Resource, StackState
from lab.errors import LabError
from lab.rehearsal.course import Charts, Course, by_area, only_recorded
from lab.report import Quiet

if TYPE_CHECKING:
    from lab.engine.engine import Engine
    from lab.rehearsal.course import Rehearsal

HEAD = "urn:pulumi:qa::cartorio::cartorio:keys:KeyRing$"
KEY = Step("create", f"{HEAD}aws:kms/key:Key::keys-envelope", "aws:kms/key:Key")
LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
UPDATED = Step("update", f"urn:pulumi:qa::cartorio::{LIFECYCLE}::registry", LIFECYCLE)
ORDER = ["preview", "up", "preview --refresh", "up", "refresh", "up", "destroy"]
CHARTS = Charts(lambda _state: {"vault 0.32.0": "no such host"}, lambda types: tuple(f"{one}?" for one in types))


def _did(*steps: Step, code: int = 0, **more: object) -> Summary:
    changes = {"create": len(steps)} if steps else {"same": 1}
    return Summary(code, finished=True, changes=changes, steps=steps, **more)  # type: ignore[arg-type]


class _Engine:
    """Answers what it was told to, in order, and writes down what it was asked."""

    def __init__(self, project: Path, answers: list[Summary | LabError], left: StackState) -> None:
        self.project = project
        self.asked: list[str] = []
        self.flags: list[tuple[str, ...]] = []
        self._answers, self._left = answers, left

    def _answer(self, asked: str) -> Summary:
        self.asked.append(asked)
        answer = self._answers.pop(0)
        if isinstance(answer, LabError):
            raise answer
        return answer

    def preview(self, _stack: str, *flags: str) -> Summary:
        return self._answer(" ".join(("preview", *flags)))

    def up(self, _stack: str, *flags: str) -> Summary:
        self.flags.append(tuple(Path(flag).name for flag in flags))
        return self._answer("up")

    def refresh(self, _stack: str) -> Summary:
        return self._answer("refresh")

    def destroy(self, _stack: str) -> Summary:
        return self._answer("destroy")

    def state(self, _stack: str) -> StackState:
        return self._left


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.qa.yaml").write_text("config:\n  cartorio:supply: {expireCandidatesDays: 7}\n")
    return tmp_path


def _well() -> list[Summary | LabError]:
    return [_did(KEY), _did(KEY), _did(), _did(UPDATED), _did(), _did(UPDATED), _did()]


def _run(project: Path, answers: list[Summary | LabError], left: StackState | None = None) -> tuple[_Engine, Rehearsal]:
    engine = _Engine(project, answers, left or StackState())
    return engine, Course(cast("Engine", engine), "qa", Quiet(), CHARTS).run()


def test_all_is_well_when_each_phase_shows_what_it_must(project: Path) -> None:
    engine, done = _run(project, _well())
    assert done.well
    assert engine.asked == ORDER
    assert [phase.changed for phase in done.phases] == [1, 1, 0, 1, 0, 1, 0]
    assert done.areas == {"keys": {"aws": 1}}
    assert done.stood_in == {"vault 0.32.0": "no such host"}
    assert done.undefined == ("aws:kms/key:Key?",)
    file = (project / "Pulumi.qa.yaml").read_text()
    assert "expireCandidatesDays: 8" in file
    assert "cartorio:protect: 'false'" in file
    assert engine.flags == [(), (), ("--policy-pack-config", "decommission.json")]


VIOLATION = Violation("guardrails", "image/signed", f"{HEAD}x:y:Z::pod", "no signature", mandatory=True)
ADVICE = Violation("guardrails", "image/signed", "", "a word", mandatory=False)
ERROR = Diagnostic("error", "", "no such zone")


@pytest.mark.parametrize(
    ("phase", "answer", "said"),
    [
        (0, _did(code=1, violations=(VIOLATION,)), "image/signed: pod: no signature"),
        (0, _did(violations=(VIOLATION,)), "image/signed: pod: no signature"),
        (0, _did(code=1, diagnostics=(ERROR,)), "no such zone"),
        (0, _did(code=1), "exit code 1"),
        (0, LabError("pulumi cannot be started"), "pulumi cannot be started"),
        (1, _did(KEY, UPDATED), "update of"),
        (2, _did(KEY), "unexpected create of"),
        (3, _did(), "changed nothing"),
        (3, _did(UPDATED, KEY), "caused create of"),
        (3, _did(Step("replace", UPDATED.urn, UPDATED.type)), "caused replace of"),
        (4, _did(UPDATED), "unexpected update of"),
        (5, _did(Step("replace", UPDATED.urn, UPDATED.type)), "replace of"),
        (6, _did(code=1, diagnostics=(ERROR,)), "no such zone"),
    ],
)
def test_what_is_not_as_it_must_be_ends_it(project: Path, phase: int, answer: Summary | LabError, said: str) -> None:
    answers = _well()
    answers[phase] = answer
    _, done = _run(project, answers)
    assert not done.well
    assert len(done.phases) == phase + 1
    assert any(said in problem for problem in done.phases[-1].problems), done.phases[-1].problems


def test_advice_is_no_problem(project: Path) -> None:
    assert _run(project, [_did(KEY, violations=(ADVICE,)), *_well()[1:]])[1].well


def test_definitions_that_the_cluster_refuses_end_it(project: Path) -> None:
    def refuse(_types: object) -> tuple[str, ...]:
        raise LabError("the API server refuses the definition x")

    engine = cast("Engine", _Engine(project, _well(), StackState()))
    done = Course(engine, "qa", Quiet(), Charts(lambda _state: {}, refuse)).run()
    assert [phase.problems for phase in done.phases] == [("the API server refuses the definition x",)]


def test_what_destroy_leaves_behind_is_said(project: Path) -> None:
    left = StackState(resources=(Resource(urn=KEY.urn, type=KEY.type, id="1"),))
    _, done = _run(project, _well(), left)
    assert done.phases[-1].problems == (f"{KEY.urn} is still there",)


def test_resources_are_counted_by_the_outermost_component() -> None:
    nested = "urn:pulumi:qa::cartorio::cartorio:tenancy:Tenancy$cartorio:tenancy:Room$kubernetes:core/v1:Namespace::n"
    steps = (
        KEY,
        Step("create", nested, "kubernetes:core/v1:Namespace"),
        Step("create", "urn:pulumi:qa::cartorio::cartorio:keys:KeyRing::keys", "cartorio:keys:KeyRing"),
        Step("create", "urn:pulumi:qa::cartorio::pulumi:providers:aws::aws", "pulumi:providers:aws"),
        Step("create", "urn:pulumi:qa::cartorio::aws:s3/bucket:Bucket::loose", "aws:s3/bucket:Bucket"),
    )
    assert by_area(steps) == {"keys": {"aws": 1}, "stack": {"aws": 1}, "tenancy": {"kubernetes": 1}}


def test_what_is_only_recorded_is_told_with_its_reason() -> None:
    plan = Step("create", "urn:pulumi:qa::cartorio::aws:backup/plan:Plan::p", "aws:backup/plan:Plan")
    found = only_recorded((KEY, plan, plan))
    assert set(found) == {plan.type}
    assert "moto" in found[plan.type]
