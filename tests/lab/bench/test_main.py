"""`make bench` as a whole, with parts that stand in for the lab."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from lab.bench import __main__ as module
from lab.bench import images, previews, timeline
from lab.bench.cases import Cost
from lab.bench.timeline import Update
from lab.engine.state import Resource
from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator

URN = "urn::key"


@pytest.fixture(autouse=True)
def _no_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules' own bench has its tests in test_rules.py."""
    monkeypatch.setattr(module, "_rules", lambda out: out.print("the rules"))


def test_the_rules_can_be_measured_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert module.main(["rules"]) == 0
    assert capsys.readouterr().out == "the rules\n"


def test_images_can_be_measured_alone(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(images, "main", lambda: 3)
    assert module.main(["images"]) == 3
    assert capsys.readouterr().out == ""


def test_both_tables_are_the_result(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    defined: list[str] = []
    engine = SimpleNamespace(
        preview=lambda _: SimpleNamespace(steps=(SimpleNamespace(type="aws:kms/key:Key"),)),
        state=lambda _: SimpleNamespace(resources=(Resource(URN, "aws:kms/key:Key", "1"),)),
    )

    @contextmanager
    def staged(paths: object, *_: object) -> Iterator[SimpleNamespace]:
        assert str(getattr(paths, "root", "")).endswith("-bench")  # never the engineer's own lab
        yield SimpleNamespace(engine=engine, charts=SimpleNamespace(define=defined.extend))

    monkeypatch.setattr(module, "staged", staged)
    monkeypatch.setattr(module, "cases", lambda *_: ())
    walls = (("empty", 1.0), ("plain", 8.0), ("producao", 9.0), ("command", 27.0))
    slow = {name: [Cost(wall, wall)] for name, wall in walls}
    monkeypatch.setattr(previews, "measure", lambda *_: slow)
    monkeypatch.setattr(timeline, "up", lambda *_: Update(4.0, {URN: 1.0}))
    assert module.main() == 0  # it informs
    said = capsys.readouterr().out
    assert "limit 2.5 for producao: DOES NOT HOLD (9.00)" in said
    assert "limit 2.0 for command, against the bare preview: DOES NOT HOLD (3.00)" in said
    assert "1 of 1 steps, 1.0 s of the 4.0 s" in said
    assert defined == ["aws:kms/key:Key"]


def test_without_a_lab_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def staged(*_: object) -> object:
        raise LabError("etcd: [no]", where="here", remedy="look")

    monkeypatch.setattr(module, "staged", staged)
    assert module.main() == 3
    said = capsys.readouterr()
    assert said.out == "the rules\n"
    assert said.err == "error: etcd: [no]\n  where: here\n  do:    look\n"
