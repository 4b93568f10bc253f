"""Measures previews in turns, and says what production's costs in terms of the empty program's.

They take turns so that a machine that slows down slows all of them; medians are compared. On a busy machine the clock
says more of the others than of the preview: the processors' time, which is printed too, does not.
"""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Final

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lab.bench.cases import Case, Cost

ROUNDS: Final = 5
SHARE: Final = 0.15
"""How much of production's preview may be the policy pack's."""
LIMIT: Final = 2.5
"""How much longer production's preview may take than the empty program's."""
COMMAND: Final = 2.0
"""How much longer `cartorio preview --lab` may take than the bare `pulumi preview` in a lab that is up already."""


def measure(cases: Sequence[Case], told: Callable[[str], None]) -> dict[str, list[Cost]]:
    """Every case `ROUNDS` times, in turns."""
    costs: dict[str, list[Cost]] = {case.name: [] for case in cases}
    for number in range(1, ROUNDS + 1):
        told(f"measuring: round {number} of {ROUNDS}")
        for case in cases:
            costs[case.name].append(case.cost())
    return costs


def report(costs: Mapping[str, Sequence[Cost]]) -> tuple[Table, str]:
    """The table, and whether the limit holds for the judged stack, against the empty program."""
    wall = {name: statistics.median(cost.wall for cost in of_one) for name, of_one in costs.items()}
    cpu = {name: statistics.median(cost.cpu for cost in of_one) for name, of_one in costs.items()}
    base, *_, judged, _ = costs
    rounds = len(costs[base])
    table = Table(title=f"pulumi preview, {rounds} rounds taking turns")
    for heading in ("", "median s", "fastest s", "slowest s", "ratio", "processors s", "ratio of those"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, of_one in costs.items():
        seconds = [cost.wall for cost in of_one]
        row = (wall[name], min(seconds), max(seconds), wall[name] / wall[base], cpu[name], cpu[name] / cpu[base])
        table.add_row(name, *(f"{number:.2f}" for number in row))
    return table, _held(judged, LIMIT, wall[judged] / wall[base])


def share(costs: Mapping[str, Sequence[Cost]]) -> str:
    """How much of the judged stack's time is what it has more than the one without: the policy pack's share."""
    *_, without, judged, _ = (statistics.median(cost.wall for cost in of_one) for of_one in costs.values())
    part = (judged - without) / judged
    return f"the policy pack's share, at most {SHARE:.0%}: {'holds' if part <= SHARE else 'DOES NOT HOLD'} ({part:.0%})"


def command(costs: Mapping[str, Sequence[Cost]]) -> str:
    """Whether the limit of the command, lab and all, holds against the bare preview, which finds a lab."""
    *_, bare, whole = (statistics.median(cost.wall for cost in of_one) for of_one in costs.values())
    return _held(f"{list(costs)[-1]}, against the bare preview", COMMAND, whole / bare)


def _held(name: str, limit: float, ratio: float) -> str:
    return f"limit {limit} for {name}: {'holds' if ratio <= limit else 'DOES NOT HOLD'} ({ratio:.2f})"
