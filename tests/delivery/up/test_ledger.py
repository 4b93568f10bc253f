"""The ledger: only ever added to, and whoever changes it is noticed."""

from __future__ import annotations

import stat
import threading
from typing import TYPE_CHECKING

import pytest

from delivery.up.ledger import Event, Ledger
from lab.errors import LabError
from tests.support.plans import plan, secret, state, step

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_PLAN = plan(step("delete", "gone"), step("create", "new", new=state(inputs={"a": "canary-value", "b": secret()})))


def _written(file: Path, count: int = 3) -> Ledger:
    ledger = Ledger(file)
    for number in range(count):
        ledger.add((Event.BEGUN, Event.DONE)[number % 2], _PLAN, "ana", approved=True)
    return ledger


def test_who_what_when_and_by_which_plan(tmp_path: Path) -> None:
    ledger = _written(tmp_path / "new" / "ledger.jsonl", 1)
    last = ledger.add(Event.FAILED, _PLAN, "bruno", approved=False, told="it broke")
    first, second = ledger.entries()
    assert (first.event, first.by, first.stack, first.digest, first.approved) == (
        "begun", "ana", "producao", _PLAN.digest, True,
    )  # fmt: skip
    assert (first.commit, first.engine) == ("0" * 40, "3.259.0")
    assert first.changes == {"create": 1, "delete": 1, "unchanged": 7}
    assert [urn.rpartition("::")[2] for urn in first.destroyed] == ["gone"]
    assert (second.event, second.told) == ("failed", "it broke")
    assert len(last) == 64


def test_no_value_is_in_it_and_it_is_the_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    _written(file)
    assert "canary" not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [lines[0].replace("ana", "eva"), *lines[1:]],
        lambda lines: lines[1:],
        lambda lines: [lines[0], *lines[2:]],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [*lines, lines[0]],
        lambda lines: [*lines, "{}\n"],
        lambda lines: [*lines[:-1], lines[-1].rstrip("\n")],
        lambda lines: ["no JSON\n", *lines],
    ],
)
def test_a_line_that_was_changed_taken_out_or_put_in_is_noticed(
    tmp_path: Path, change: Callable[[list[str]], list[str]]
) -> None:
    file = tmp_path / "ledger.jsonl"
    ledger = _written(file)
    file.write_text("".join(change(file.read_text().splitlines(keepends=True))))
    before = file.read_bytes()
    with pytest.raises(LabError, match=r"line \d of the ledger does not follow"):
        ledger.add(Event.BEGUN, _PLAN, "ana", approved=True)
    with pytest.raises(LabError, match="does not follow"):
        ledger.entries()
    assert file.read_bytes() == before


def test_two_at_once_follow_each_other(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    writers = [threading.Thread(target=_written, args=(file, 5)) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(Ledger(file).entries()) == 20


def test_what_cannot_be_written_down(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LabError, match="cannot be written down, so it is not done"):
        _written(tmp_path / "file" / "ledger.jsonl")


@pytest.mark.parametrize("odd", ["\u2028", "\x85", "\x0b", "\x1c", "\r", "\n"])
def test_whatever_ends_a_line_elsewhere_is_part_of_one_here(tmp_path: Path, odd: str) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    for _ in range(2):
        ledger.add(Event.FAILED, _PLAN, "ana", approved=True, told=f"it{odd}broke")
    assert [entry.told for entry in ledger.entries()] == [f"it{odd}broke"] * 2
