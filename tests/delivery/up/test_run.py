"""The update itself: what was done is compared with what was planned. Through the real engine: test_cli.py."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from delivery.up.run import update
from lab.engine.engine import Engine
from lab.errors import LabError
from tests.support.engine_double import EngineDouble
from tests.support.plans import log, plan, step

if TYPE_CHECKING:
    from pathlib import Path

_PLAN = plan(step("create", "a"), step("delete", "b"))


@pytest.fixture
def double(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EngineDouble:
    made = EngineDouble(tmp_path / "bin")
    monkeypatch.setenv("PATH", os.pathsep.join((str(made.folder), os.environ["PATH"])))
    return made


def _engine(folder: Path) -> Engine:
    (folder / "Pulumi.yaml").write_text("name: cartorio\n")
    return Engine(dict(os.environ), folder)


def test_what_was_planned_was_done(double: EngineDouble, tmp_path: Path) -> None:
    said: list[str] = []
    double.answers(
        "producao", log(step("create", "a"), step("delete", "b")), command="up", said="key AKIAIOSFODNN7EXAMPLE"
    )
    result = update(_engine(tmp_path), _PLAN, said.append)
    assert (result.well, result.changed, result.unplanned) == (True, 2, ())
    assert said == ["key [secret]"]
    (call,) = double.calls()
    assert call[:4] == ["up", "--yes", "--skip-preview", "--non-interactive"]


def test_what_ends_a_line_elsewhere_ends_no_event(double: EngineDouble, tmp_path: Path) -> None:
    said = json.dumps({"diagnosticEvent": {"severity": "info", "message": "a\x85b\u2028c"}}, ensure_ascii=False)
    double.answers("producao", [said, *log(step("create", "a"), step("delete", "b"))], command="up")
    assert update(_engine(tmp_path), _PLAN, lambda _: None).well


def test_what_was_not_planned_is_told(double: EngineDouble, tmp_path: Path) -> None:
    double.answers("producao", log(step("create", "a"), step("delete", "other")), command="up")
    result = update(_engine(tmp_path), _PLAN, lambda _: None)
    assert not result.well
    assert [one.rpartition("::")[2] for one in result.unplanned] == ["other"]


def test_an_update_that_fails_says_why(double: EngineDouble, tmp_path: Path) -> None:
    broken = json.dumps({"diagnosticEvent": {"severity": "error", "urn": "urn::x::y::a", "message": "quota"}})
    double.answers("producao", [broken, *log(step("create", "a"))], command="up", code=255)
    result = update(_engine(tmp_path), _PLAN, lambda _: None)
    assert (result.succeeded, result.told) == (False, ("a: quota",))


def test_what_never_began(double: EngineDouble, tmp_path: Path) -> None:
    double.answers("producao", [], command="up", code=255)
    with pytest.raises(LabError, match="pulumi up failed"):
        update(_engine(tmp_path), _PLAN, lambda _: None)
