"""`make bench`: production's preview against an empty program with the same imports, and its longest chain of steps.

All of it in one run, in a lab of its own that is gone afterwards. It informs and does not judge: a limit that does not
hold is said plainly, and the exit code is 0 all the same, since a busy machine must not fail a build. 3: something of
the lab did not start, or a preview or the update failed.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from lab.bench import chain, previews, timeline
from lab.bench.cases import cases
from lab.console import console_reporter
from lab.errors import LabError
from lab.paths import PROJECT_ROOT, LabPaths
from lab.rehearsal.rehearse import staged

STACK = "producao"


def main() -> int:
    """Measure and print; the exit code."""
    usual = LabPaths.default()
    own = replace(usual, root=usual.root.with_name(f"{usual.root.name}-bench"))
    out = Console(highlight=False, emoji=False)  # a URN has things like ":key:" in it
    try:
        with (
            console_reporter() as report,
            staged(own, PROJECT_ROOT, STACK, report) as stage,
            tempfile.TemporaryDirectory(prefix="cartorio-bench-") as folder,
        ):
            compared = cases(stage.engine, STACK, Path(folder))
            times = previews.measure(compared, lambda text: report.step("preview", text))
            report.step("up", "running")
            stage.charts.define(step.type for step in stage.engine.preview(STACK).steps)
            update = timeline.up(stage.engine, STACK, Path(folder))
            links = chain.longest(update.seconds, stage.engine.state(STACK).resources)
        for part in (*previews.report(times), *chain.report(links, update.total, len(update.seconds))):
            out.print(part)
    except LabError as error:
        message = (
            f"error: {error.what}\n  where: {error.where}\n  do:    {error.remedy or 'cartorio rehearse producao'}"
        )
        Console(stderr=True, highlight=False, emoji=False).print(message, style="red", markup=False, soft_wrap=True)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
