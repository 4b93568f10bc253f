"""The bench of the rules, with peers that are scripts of the test's; the pack's own command is the real one."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.bench import manifests, rules
from lab.bench.rules import Timed
from lab.errors import LabError
from tests.support.stackfiles import ROOT

if TYPE_CHECKING:
    from rich.table import Table

OBJECTS = ({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "x", "namespace": "n"}},)


@pytest.fixture(autouse=True)
def _material(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifests, "rendered", lambda _project: OBJECTS)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}/usr/bin:/bin")
    for variable, _ in rules._PEERS.values():
        monkeypatch.delenv(variable, raising=False)


def _peer(folder: Path, body: str) -> str:
    script = folder / "peer"
    script.write_text(f"#!/bin/sh\n{body}\n")
    script.chmod(0o755)
    return str(script)


def test_the_pack_and_its_peers_judge_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = tmp_path / "seen"
    monkeypatch.setenv("CARTORIO_BENCH_CONFTEST", _peer(tmp_path, f'ls "$2" | wc -l > {seen}; exit 1'))
    monkeypatch.setattr(rules, "_RUNS", 1)
    own, conftest, checkov = rules.against_peers(ROOT, 3)
    assert own.seconds > 0
    assert "uv pip install checkov" in checkov.missing
    assert (conftest.rules, conftest.missing, seen.read_text().strip()) == ("15", "", "3")


@pytest.mark.parametrize(
    ("took", "counts", "runs"), [((3.0, 1.0, 2.0, 0.5), 1.0, 3), ((20.0, 1.0), 20.0, 1)], ids=["quick", "slow"]
)
def test_the_quickest_of_a_few_runs_counts_and_one_run_of_what_is_slow(
    took: tuple[float, ...], counts: float, runs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = list(took)
    monkeypatch.setattr(rules, "_run", lambda name, kind, _command: Timed(name, kind, left.pop(0)))
    assert rules._timed("peer", "9", ["peer"]).seconds == counts
    assert len(took) - len(left) == runs


def test_a_peer_that_fails_is_not_fast(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "_RUNS", 1)
    monkeypatch.setenv("CARTORIO_BENCH_CHECKOV", _peer(tmp_path, "echo no such framework >&2; exit 2"))
    with pytest.raises(LabError, match=r"checkov failed .exit 2.: no such framework"):
        rules.against_peers(ROOT, 1)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(LabError, match="not on PATH"):
        rules.against_peers(ROOT, 1)


def test_resources_are_judged_in_memory() -> None:
    assert [size for size, seconds in rules.scaling(ROOT, (3, 6)) if seconds > 0] == [3, 6]


@pytest.mark.parametrize(("growth", "verdict"), [(1.2, "holds (1.20)"), (9.0, "DOES NOT HOLD (9.00)")])
def test_the_report_says_which_limits_hold(growth: float, verdict: str) -> None:
    timed = (Timed("ours", "150", 2.0), Timed("checkov", "89", 30.0), Timed("conftest", "", missing="`go install`"))
    *lines, last = rules.report(timed, ((100, 1e-4), (10_000, growth * 1e-4)))
    texts = [line for line in lines if isinstance(line, str)]
    assert texts == [
        "at least 20 times as fast as checkov: DOES NOT HOLD (15.0)",
        "conftest is not there and was left out; to have it: `go install`",
    ]
    assert str(last).endswith(verdict)
    table: Table = next(line for line in lines if not isinstance(line, str))
    assert table.row_count == 2
