"""What the bench of signatures says of numbers that a test makes up; `make bench` measures real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.bench import images as module
from lab.bench.image_previews import Previewed
from lab.bench.images import Measured, report
from lab.errors import LabError

if TYPE_CHECKING:
    import pytest

COSIGN = {"each": 20.0, "at_once": 4.0}
GOOD = Measured(
    100, cold=1.0, whole=1.4, warm=0.05, apart=1.5, round_trips=300, previewed=Previewed(6.5, 5.0), **COSIGN
)
BAD = Measured(100, cold=5.0, whole=5.4, warm=0.5, apart=6.0, round_trips=450, previewed=Previewed(11.0, 5.0), **COSIGN)


def test_a_limit_that_does_not_hold_is_said_plainly() -> None:
    assert not any("DOES NOT HOLD" in line for line in report(GOOD)[1])
    table, lines = report(BAD)
    assert table.row_count == 8
    assert [line.partition(": ")[2] for line in lines] == [
        "DOES NOT HOLD (4.00)",
        "DOES NOT HOLD (0.80)",
        "DOES NOT HOLD (5.00)",
        "DOES NOT HOLD (6.00)",
        "4.50; the protocol needs 3",
    ]


def test_of_several_short_runs_the_middle_one_counts() -> None:
    runs = [{"seconds": [seconds, 0.0]} for seconds in (3.0, 1.0, 2.0)]
    assert module._middle(runs) == {"seconds": [2.0, 0.0]}


def test_the_tables_are_the_result_and_a_lab_that_does_not_start_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "measure", lambda *_: GOOD)
    assert module.main() == 0
    assert "round trips an image: 3.00" in capsys.readouterr().out

    def failing(*_: object) -> Measured:
        raise LabError("etcd: [no]", where="here")

    monkeypatch.setattr(module, "measure", failing)
    assert module.main() == 3
    assert capsys.readouterr().err.endswith("error: etcd: [no]\n  where: here\n  do:    cartorio lab status\n")
