from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.bench import previews as module
from lab.bench.cases import Case, Cost
from lab.bench.previews import measure, report

if TYPE_CHECKING:
    from pathlib import Path

EMPTY = [Cost(2.0, 1.0), Cost(1.0, 1.5), Cost(30.0, 0.5)]


def test_the_ratios_are_of_medians_to_the_empty_program() -> None:
    judged = [Cost(6.0, 3.0), Cost(4.0, 2.0), Cost(4.5, 4.0)]
    costs = {"empty": EMPTY, "stack": [Cost(3.0, 2.0)], "judged": judged, "command": [Cost(7.0, 5.0)]}
    table, verdict = report(costs)
    rows = list(zip(*(column.cells for column in table.columns), strict=True))
    assert rows == [
        ("empty", "2.00", "1.00", "30.00", "1.00", "1.00", "1.00"),  # one slow round says nothing
        ("stack", "3.00", "3.00", "3.00", "1.50", "2.00", "2.00"),
        ("judged", "4.50", "4.00", "6.00", "2.25", "3.00", "3.00"),
        ("command", "7.00", "7.00", "7.00", "3.50", "5.00", "5.00"),
    ]
    assert verdict == "limit 2.5 for judged: holds (2.25)"


@pytest.mark.parametrize(("wall", "verdict"), [(5.0, "holds (2.50)"), (5.1, "DOES NOT HOLD (2.55)")])
def test_the_limit_is_said_to_hold_or_not(wall: float, verdict: str) -> None:
    costs = {"empty": EMPTY, "judged": [Cost(wall, 1.0)], "command": EMPTY}
    assert report(costs)[1] == f"limit 2.5 for judged: {verdict}"


def test_the_cases_take_turns(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ran: list[str] = []

    def cost(case: Case) -> Cost:
        ran.append(case.name)
        return Cost(float(len(ran)), 0.0)

    monkeypatch.setattr(Case, "cost", cost)
    monkeypatch.setattr(module, "ROUNDS", 2)
    told: list[str] = []
    costs = measure([Case(name, tmp_path, "s", {}) for name in ("a", "b")], told.append)
    assert ran == ["a", "b", "a", "b"]
    assert [one.wall for one in costs["b"]] == [2.0, 4.0]
    assert told == ["measuring: round 1 of 2", "measuring: round 2 of 2"]


@pytest.mark.parametrize(("judged", "verdict"), [(10.0, "holds (10%)"), (18.0, "DOES NOT HOLD (50%)")])
def test_the_packs_share_is_what_the_last_case_has_more(judged: float, verdict: str) -> None:
    costs = {name: [Cost(wall, 0.0)] for name, wall in _walls(judged, 30.0)}
    assert module.share(costs).endswith(verdict)


@pytest.mark.parametrize(("whole", "verdict"), [(20.0, "holds (2.00)"), (20.1, "DOES NOT HOLD (2.01)")])
def test_the_command_is_held_to_the_bare_preview(whole: float, verdict: str) -> None:
    costs = {name: [Cost(wall, 0.0)] for name, wall in _walls(10.0, whole)}
    assert module.command(costs) == f"limit 2.0 for command, against the bare preview: {verdict}"


def _walls(judged: float, command: float) -> tuple[tuple[str, float], ...]:
    return (("empty", 4.0), ("plain", 9.0), ("judged", judged), ("command", command))
