from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from lab.bench.timeline import durations, up
from lab.engine.engine import Engine
from lab.errors import LabError

if TYPE_CHECKING:
    from pathlib import Path


def _pre(urn: str, operation: str = "create") -> str:
    return json.dumps({"resourcePreEvent": {"metadata": {"urn": urn, "op": operation}}})


def _post(urn: str) -> str:
    return json.dumps({"resOutputsEvent": {"metadata": {"urn": urn, "op": "create"}}})


def _engine(folder: Path, *lines: str) -> Engine:
    program = folder / "pulumi"
    program.write_text("\n".join(("#!/bin/sh", *lines, "")))
    program.chmod(0o755)
    return Engine({"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}, folder)


def test_a_step_takes_from_its_first_event_to_its_last() -> None:
    log = [(1.0, _pre("a")), (1.5, _pre("b")), (2.0, _post("b")), (4.0, _post("a")), (5.0, '{"summaryEvent": {}}')]
    assert durations(log) == {"a": 3.0, "b": 0.5}


def test_the_two_halves_of_a_replacement_count_together_and_nothing_done_counts_nothing() -> None:
    log = [(0.0, _pre("a", "create-replacement")), (1.0, _post("a")), (2.0, _pre("a", "delete-replaced"))]
    log += [(2.5, _post("a")), (3.0, _pre("b", "same")), (4.0, _post("b")), (5.0, _pre("cut"))]
    assert durations(log) == {"a": 1.5}


def test_events_are_timed_as_they_are_written(tmp_path: Path) -> None:
    # `--event-log FILE` is the 9th and 10th argument: what it says last, without an end of line, is no event.
    script = ('log="${10}"', f"echo '{_pre('a')}' >> \"$log\"", "sleep 0.3", f"echo '{_post('a')}' >> \"$log\"")
    update = up(_engine(tmp_path, *script, 'printf half >> "$log"'), "s", tmp_path)
    assert 0.2 < update.seconds["a"] < update.total


def test_an_update_that_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"pulumi up failed \(exit 255\):\nerror: no key"):
        up(_engine(tmp_path, "echo 'error: no key' >&2", "exit 255"), "s", tmp_path)
