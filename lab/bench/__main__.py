"""`make bench`: how long production's preview takes, its longest chain of steps, and how fast the rules are.

The preview is measured against an empty program with the same imports, the rules against other checkers over the same
files; `python -m lab.bench rules` measures the rules alone, `python -m lab.bench images` the verifier of images alone.
All of it in one run, in a lab of its own that is gone afterwards. It informs and does not judge: a limit that does not
hold is said plainly, and the exit code is 0 all the same, since a busy machine must not fail a build. 3: something of
the lab did not start, or a step failed.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from lab.bench import chain, images, previews, rules, timeline
from lab.bench.cases import cases
from lab.console import console_reporter
from lab.errors import LabError
from lab.paths import PROJECT_ROOT, LabPaths
from lab.rehearsal.rehearse import staged
from lab.toolchain import ensure

if TYPE_CHECKING:
    from collections.abc import Sequence

STACK = "producao"
_RULES_ALONE, _IMAGES_ALONE = "rules", "images"


def main(arguments: Sequence[str] = ()) -> int:
    """Measure and print; the exit code."""
    if _IMAGES_ALONE in arguments:
        return images.main()
    out = Console(highlight=False, emoji=False)  # a URN has things like ":key:" in it
    try:
        _rules(out)
        if _RULES_ALONE not in arguments:
            _previews(out)
    except LabError as error:
        message = (
            f"error: {error.what}\n  where: {error.where}\n  do:    {error.remedy or 'cartorio rehearse producao'}"
        )
        Console(stderr=True, highlight=False, emoji=False).print(message, style="red", markup=False, soft_wrap=True)
        return error.exit_code
    return 0


def _rules(out: Console) -> None:
    with console_reporter() as report:
        helm = ensure(["helm"], LabPaths.default(), report).path("helm")
        os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), str(helm.parent), os.environ["PATH"]))
        report.step("rules", f"judging {rules.FILES} files, the pack and its peers")
        timed = rules.against_peers(PROJECT_ROOT)
        report.step("rules", "judging ever more resources")
        scaled = rules.scaling(PROJECT_ROOT)
        report.step("rules", "done")
    for part in rules.report(timed, scaled):
        out.print(part)


def _previews(out: Console) -> None:
    with (
        console_reporter() as report,
        staged(LabPaths.default().beside("bench"), PROJECT_ROOT, STACK, report) as stage,
        tempfile.TemporaryDirectory(prefix="cartorio-bench-") as folder,
    ):
        compared = cases(stage.engine, STACK, Path(folder))
        times = previews.measure(compared, lambda text: report.step("preview", text))
        report.step("up", "running")
        stage.charts.define(step.type for step in stage.engine.preview(STACK).steps)
        update = timeline.up(stage.engine, STACK, Path(folder))
        links = chain.longest(update.seconds, stage.engine.state(STACK).resources)
    told = (*previews.report(times), previews.share(times), previews.command(times))
    for part in (*told, *chain.report(links, update.total, len(update.seconds))):
        out.print(part)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
