from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from delivery.workflows.check import WORKFLOWS
from delivery.workflows.model import read
from lab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_what_the_checks_look_at(project: Callable[[str], Path], good: str) -> None:
    found = read(project(good) / WORKFLOWS / "one.yml")
    assert found.events == ("push",)
    assert found.permissions == {}
    (job,) = found.jobs
    assert (job.environment, job.minutes, job.concurrent) == ("staging", 10, "deploy")
    assert job.permissions == {"contents": "read", "id-token": "write"}
    checkout, call = found.steps
    assert checkout.uses.startswith("actions/checkout@")
    assert checkout.arguments == {"persist-credentials": "false"}
    assert call.run == '.venv/bin/cartorio up "$STACK"'


@pytest.mark.parametrize(
    ("matrix", "stacks"),
    [
        ("stack: [staging, producao]", ("staging", "producao")),
        ("include: [{stack: staging, account: x}, {stack: producao}]", ("staging", "producao")),
        ("python: ['3.11']", ()),
    ],
)
def test_the_stacks_of_a_matrix(
    project: Callable[[str], Path], good: str, matrix: str, stacks: tuple[str, ...]
) -> None:
    text = good.replace("    steps:", f"    strategy:\n      matrix: {{{matrix}}}\n    steps:")
    assert read(project(text) / WORKFLOWS / "one.yml").jobs[0].stacks == stacks


@pytest.mark.parametrize("text", ["", "[]", "a: b", "jobs: [", "\ttabs: no"])
def test_what_is_no_workflow_is_said(project: Callable[[str], Path], text: str) -> None:
    with pytest.raises(UsageError, match="workflow"):
        read(project(text) / WORKFLOWS / "one.yml")


def test_a_composite_action_has_steps_and_no_jobs(project: Callable[[str], Path]) -> None:
    text = "name: a\nruns:\n  using: composite\n  steps:\n    - run: make venv\n      shell: bash\n"
    found = read(project(text) / WORKFLOWS / "one.yml")
    assert found.jobs == ()
    assert [step.run for step in found.steps] == ["make venv"]
