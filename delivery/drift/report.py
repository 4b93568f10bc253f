"""What an issue says of a stack that drifted. Pure.

A plan that was made with a refresh, although nothing was merged, is the drift: what an update would put back. No value
is told, only which properties differ. Whatever stands in a name is shown as a text: nobody is mentioned by it, and no
table breaks (https://github.github.com/gfm/).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from delivery.comment.markdown import table, text

if TYPE_CHECKING:
    from delivery.plan.model import Change, Plan

_ROOM: Final = 60_000  # bytes of rows: an issue has 65,536
_PROPERTIES: Final = 8
_LONGEST: Final = 160  # characters of a name


@dataclass(frozen=True)
class Report:
    """What is told of one stack.

    Attributes:
        stack: its name.
        marker: what the issue is found by again, in its body and nowhere else.
        title: of the issue.
        body: of the issue, as Markdown; "" when nothing drifted.
    """

    stack: str
    marker: str
    title: str
    body: str


def report(plan: Plan, run: str = "") -> Report:
    """What a plan tells; `run` is the address of the run that made it."""
    drifted = differing(plan)
    marker = f"<!-- cartorio:drift:{plan.stack}: -->"
    body = "\n".join([marker, *_lines(plan, drifted, run)]) if drifted else ""
    return Report(plan.stack, marker, f"Drift in `{plan.stack}`", body)


def differing(plan: Plan) -> tuple[Change, ...]:
    """What is not as it was applied; groupings and providers are nothing that is there."""
    return tuple(change for change in plan.changes if change.custom and not change.type.startswith("pulumi:"))


def _lines(plan: Plan, drifted: tuple[Change, ...], run: str) -> list[str]:
    many = "1 resource is" if len(drifted) == 1 else f"{len(drifted)} resources are"
    made = f"{plan.origin.at:%Y-%m-%d %H:%M} UTC"
    rows, room = [], _ROOM
    for row in map(_row, drifted):
        room -= sum(len(cell.encode("utf-8", "replace")) + 3 for cell in row)
        if room < 0:
            break
        rows.append(row)
    lines = [
        f"{many} not as applied, seen {made} with commit {text(plan.origin.commit[:12] or 'unknown')}.",
        "`docs/runbooks/drift.md` says what to do. This issue is kept up to date, and closed when all is as applied.",
        "",
        table(("an update would", "resource", "type", "properties"), rows),
    ]
    if len(drifted) > len(rows):
        lines += ["", f"{len(drifted) - len(rows)} more are in the plan of the run."]
    lines += ["", f"Plan `{plan.digest}`" + (f", made by {run}" if run else "")]
    return lines


def _row(change: Change) -> tuple[str, ...]:
    names = [_name(one.path) for one in change.properties[:_PROPERTIES]]
    if len(change.properties) > _PROPERTIES:
        names.append(f"and {len(change.properties) - _PROPERTIES} more")
    return f"**{change.operation.value}**", _name(change.name), _name(change.type), ", ".join(names)


def _name(name: str) -> str:
    return text(name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…")
