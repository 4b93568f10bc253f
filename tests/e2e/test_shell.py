"""`pulumi preview` of the stacks that are not the lab's own, as a person types it in the lab's shell."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from lab.paths import PROJECT_ROOT
from lab.rehearsal.project import copy_project

if TYPE_CHECKING:
    from tests.support.lab import RunningLab

pytestmark = pytest.mark.e2e

_CARTORIO = str(Path(sys.executable).with_name("cartorio"))

# What is typed: a new stack, its preview, and the stack forgotten again.
_TYPED = """
pulumi stack init $STACK || exit
pulumi preview --stack $STACK --color=never
code=$?
pulumi stack rm $STACK --yes && exit $code
"""


def _preview(project: Path, stack: str, lab: RunningLab) -> subprocess.CompletedProcess[str]:
    """Preview a new stack of the copy in `project`, which keeps the stack's encryption salt."""
    return subprocess.run(
        [_CARTORIO, "shell", "--", "sh", "-c", _TYPED],
        cwd=project,
        env={**os.environ, "CARTORIO_LAB": str(lab.paths.root), "STACK": stack},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def _assert_fine(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout + done.stderr
    # The engine says which packs judged, and marks what they refuse.
    assert "cartorio" in done.stdout.partition("Policies:")[2]
    assert "[mandatory]" not in done.stdout
    assert "to create" in done.stdout


@pytest.mark.parametrize("stack", ["producao", "staging"])
def test_a_stack_is_previewed_without_a_violation(stack: str, lab: RunningLab, tmp_path: Path) -> None:
    _assert_fine(_preview(copy_project(PROJECT_ROOT, tmp_path / "project", stack), stack, lab))


def test_an_environment_is_one_file_more(lab: RunningLab, tmp_path: Path) -> None:
    """`Pulumi.develop.yaml`, made of staging's, with another cluster, and no code for it anywhere."""
    project = copy_project(PROJECT_ROOT, tmp_path / "project", "staging")
    document = yaml.safe_load((project / "Pulumi.staging.yaml").read_text("utf-8"))
    document["config"]["cartorio:cluster"]["identifier"] = "cartorio-develop"
    document["config"]["cartorio:aws"]["costCentre"] = "develop"
    (project / "Pulumi.develop.yaml").write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
    done = _preview(project, "develop", lab)
    _assert_fine(done)
    assert "cartorio-develop" in done.stdout
