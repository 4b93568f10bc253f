from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from delivery.workflows.check import WORKFLOWS
from delivery.workflows.house import faults
from delivery.workflows.model import read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHA = "08c6903cd8c0fde910a37f88322edcfb5dd907a8"
CALL = '.venv/bin/cartorio up "$STACK"'


def _said(file: Path) -> list[str]:
    return [f"{fault.where}: {fault.what}" for fault in faults(read(file))]


def test_a_good_one_is_silent(project: Callable[[str], Path], good: str) -> None:
    assert _said(project(good) / WORKFLOWS / "one.yml") == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  push:\n    branches: [main]", "  pull_request_target:", "starts on pull_request_target"),
        ("  push:\n    branches: [main]", "  workflow_run:\n    workflows: [x]", "starts on workflow_run"),
        ("permissions: {}\n", "", "says no `permissions` of its own"),
        ("permissions: {}\n", "permissions: write-all\n", "lets every job write"),
        ("permissions: {}\n", "permissions:\n  contents: write\n", "lets every job write"),
        ("STACK: staging", "STACK: ${{ secrets.STACK }}", "uses a stored secret"),
        ("STACK: staging", "STACK: ${{ secrets['STACK'] }}", "uses a stored secret"),
        (f"@{SHA}", "@v5", "actions/checkout@v5 is not pinned by a whole commit"),
        (f"@{SHA}", f"@{SHA[:12]}", "is not pinned by a whole commit"),
        (" # v5.0.0", "", "actions/checkout does not say its version"),
        (" # v5.0.0", " # latest", "actions/checkout does not say its version"),
        ("    timeout-minutes: 10\n", "", "deploy: has no timeout-minutes"),
        ("      contents: read\n", "      contents: write\n", "takes a role and may write contents, too"),
        ("    concurrency:\n      group: deploy\n      cancel-in-progress: false\n", "", "without `concurrency`"),
        (
            "    permissions:\n      contents: read\n      id-token: write # takes a role\n",
            "    permissions: write-all\n",
            "has permissions write-all: name each",
        ),
    ],
)
def test_what_is_wrong_is_said(project: Callable[[str], Path], good: str, old: str, new: str, said: str) -> None:
    assert old in good
    assert any(said in one for one in _said(project(good.replace(old, new, 1)) / WORKFLOWS / "one.yml"))


@pytest.mark.parametrize(
    "run",
    [
        "make lint",
        "make test WORKERS=2",
        ".venv/bin/cartorio preview staging --output plan.json",
        '.venv/bin/cartorio preview "$STACK" --output "plan-$STACK.json"',
    ],
)
def test_one_call_that_a_person_can_run(project: Callable[[str], Path], good: str, run: str) -> None:
    assert _said(project(good.replace(CALL, run)) / WORKFLOWS / "one.yml") == []


@pytest.mark.parametrize(
    "run",
    [
        "pulumi up --yes",
        "echo hello",
        "./cartorio up",
        "makeshift",
        "make lint; curl evil",
        "make lint && make test",
        "make lint || true",
        "make lint | tee log",
        "make lint > log",
        "make $TARGET",
        ".venv/bin/cartorio up ${{ github.head_ref }}",
        '.venv/bin/cartorio up "$(whoami)"',
        '.venv/bin/cartorio up "`whoami`"',
        "|\n          make lint\n          curl evil",
    ],
)
def test_scripts_belong_into_make_or_cartorio(project: Callable[[str], Path], good: str, run: str) -> None:
    text = good.replace(f"run: {CALL}", f"run: {run}" if run.startswith("|") else f"run: {run!r}")
    assert any("it has to be one call" in one for one in _said(project(text) / WORKFLOWS / "one.yml"))
