from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from delivery.workflows.check import check, files
from lab.errors import LabError, UsageError
from lab.paths import PROJECT_ROOT, LabPaths
from lab.report import Quiet
from lab.toolchain import ensure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}


@pytest.fixture(scope="session")
def actionlint() -> Path:
    return ensure(("actionlint",), LabPaths.default(), Quiet()).path("actionlint")


def test_the_workflows_of_this_repository_are_sound(actionlint: Path) -> None:
    assert check(PROJECT_ROOT, actionlint, ENVIRONMENT) == ()
    names = {file.stem for file in files(PROJECT_ROOT)}
    assert names == {"preview", "policy", "deploy", "drift", "release", "action"}


def test_a_good_one_is_silent(project: Callable[[str], Path], good: str, actionlint: Path) -> None:
    assert check(project(good), actionlint, ENVIRONMENT) == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("runs-on: ubuntu-24.04", "runs-on: ${{ matrix.os }}", "[expression]"),  # actionlint: there is no matrix
        ("timeout-minutes: 10", "timeout-minute: 10", '"timeout-minute"'),
        ("          persist-credentials: false", "          fetch-depth: 1", "artipacked"),  # zizmor, by severity
        ('up "$STACK"', "up ${{ github.event.head_commit.message }}", "template-injection"),
        ("      id-token: write # takes a role", "      id-token: write", "undocumented-permissions"),  # pedantic only
    ],
)
def test_a_bad_one_is_refused(
    project: Callable[[str], Path], good: str, actionlint: Path, old: str, new: str, said: str
) -> None:
    assert old in good
    found = "\n".join(check(project(good.replace(old, new, 1)), actionlint, ENVIRONMENT))
    assert said in found


def test_a_project_without_workflows_is_said(tmp_path: Path, actionlint: Path) -> None:
    with pytest.raises(UsageError, match="there are no workflows here"):
        check(tmp_path, actionlint, ENVIRONMENT)


def test_a_program_that_cannot_run_is_said(project: Callable[[str], Path], good: str, tmp_path: Path) -> None:
    with pytest.raises(LabError, match="nothing-here cannot be run"):
        check(project(good), tmp_path / "nothing-here", ENVIRONMENT)
