from __future__ import annotations

import os
import tempfile
import threading
from typing import TYPE_CHECKING

import pytest

from components.judged import judged, refusal
from guardrails import presence

if TYPE_CHECKING:
    from pathlib import Path

ADDRESS = "127.0.0.1:40124"
PROGRAM = ["python", "-u", "exec", "--monitor", "127.0.0.1:1", "--engine", ADDRESS, "."]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_a_pack_of_the_same_engine_judges_the_run_while_it_lives() -> None:
    assert not judged(PROGRAM, patience=0)
    assert presence.announce(["pack", ADDRESS])
    assert judged(PROGRAM, patience=0)
    assert judged(["python", f"--engine={ADDRESS}"], patience=0)
    assert not judged([*PROGRAM[:-2], "127.0.0.1:40125"], patience=0)
    os.close(presence._HELD.pop())
    assert not judged(PROGRAM, patience=0)


def test_a_pack_that_is_still_starting_is_waited_for() -> None:
    late = threading.Timer(0.3, presence.announce, (["pack", ADDRESS],))
    late.start()
    assert judged(PROGRAM, patience=20)
    os.close(presence._HELD.pop())


@pytest.mark.parametrize("arguments", [[], ["python"], ["python", "--engine"], ["python", "--engine", ""]])
def test_a_program_without_an_engine_is_judged_by_nobody(arguments: list[str]) -> None:
    assert not judged(arguments, patience=0)


def test_the_refusal_names_the_line_to_type() -> None:
    assert "pulumi up --stack producao --policy-pack policy_pack" in refusal("producao")
