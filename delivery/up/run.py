"""Does an update that has been judged, and compares what was done with what was planned."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from delivery.plan.reduce import reduce
from delivery.plan.values import scrub
from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Callable

    from delivery.plan.model import Plan
    from lab.engine.engine import Engine


@dataclass(frozen=True)
class Result:
    """What came of an update.

    Attributes:
        succeeded: the engine came to its end.
        changed: how many resources it changed.
        unplanned: `operation URN` of what it did and the plan had not.
        told: the engine's errors.
    """

    succeeded: bool
    changed: int
    unplanned: tuple[str, ...]
    told: tuple[str, ...]

    @property
    def well(self) -> bool:
        """Whether what was planned was done, and nothing else."""
        return self.succeeded and not self.unplanned


def update(engine: Engine, plan: Plan, output: Callable[[str], None]) -> Result:
    """Run `pulumi up`.

    Args:
        engine: on the project.
        plan: what is to be done, previewed a moment ago.
        output: gets every line that `pulumi` prints.

    Raises:
        LabError: `pulumi` did not come to the point of changing anything.
    """
    with tempfile.TemporaryDirectory(prefix="cartorio-") as folder:  # mode 0700: events can hold secrets
        log = Path(folder) / "events.jsonl"
        finished = engine.run(
            *("up", "--yes", "--skip-preview", "--non-interactive", "--color", "never", "--event-log", str(log)),
            stack=plan.stack,
            output=lambda line: output(scrub(line)),
            check=False,
        )
        # By this end of a line alone: texts hold others, which `splitlines` would take for one.
        lines = log.read_text("utf-8", "replace").split("\n") if log.is_file() else []
    if not any(lines):
        raise LabError(f"pulumi up failed: {scrub(finished.stderr.strip())[-500:]}", where=f"stack {plan.stack}")
    done = reduce(lines, project=plan.project, stack=plan.stack, origin=plan.origin, exit_code=finished.exit_code)
    planned = {(change.operation, change.urn) for change in plan.changes}
    return Result(
        succeeded=done.complete,
        changed=done.counts.changed,
        unplanned=tuple(
            f"{change.operation} {change.urn}"
            for change in done.changes
            if (change.operation, change.urn) not in planned
        ),
        told=tuple(f"{one.urn.rpartition('::')[2]}: {one.message}".removeprefix(": ") for one in done.failures),
    )
