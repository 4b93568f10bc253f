"""Takes a stack's file, unchanged, from nothing to up, changed, refreshed and destroyed, in a lab of its own.

The engine, the policy pack and the cluster are the real ones; the cloud is moto. What such a rehearsal cannot show is
what moto takes and AWS would refuse (permissions, quotas, names that are taken), and what a chart installs whose source
cannot be reached: an empty one stands in for it, and the definitions of its custom resources come from elsewhere.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from lab.charts import definitions, mirror, pins, source
from lab.engine.engine import Engine
from lab.engine.environment import environment
from lab.rehearsal.course import Charts, Course, Rehearsal
from lab.rehearsal.project import copy_project, ensure_release, stack_file
from lab.services import Lab
from lab.toolchain import ensure

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from lab.paths import LabPaths
    from lab.report import Reporter


def rehearse(paths: LabPaths, project: Path, stack: str, report: Reporter) -> Rehearsal:
    """Rehearse `stack` in a lab that is there for this alone, and gone afterwards.

    Args:
        paths: that lab; whatever is at its root is removed first (a rehearsal that was killed leaves it).
        project: the folder of `Pulumi.yaml`; nothing in it is changed.
        stack: the stack.
        report: told the progress.

    Raises:
        UsageError: there is no such stack.
        LabError: something could not be had or started.
    """
    stack_file(project, stack)
    toolchain = ensure(None, paths, report)
    lab = Lab(paths, toolchain)
    lab.down(report)
    try:
        endpoints = lab.up(report)
        copy = copy_project(project, paths.root / "project", stack)
        ensure_release(copy, stack)
        variables = environment(paths, toolchain, endpoints)
        report.step(stack, "fetching charts")
        charts = source.collect(pins.ask(copy), toolchain.path("helm"), variables)
        with mirror.serve(charts, paths.root / "charts.json") as served:

            def define(types: Iterable[str]) -> tuple[str, ...]:
                kinds = definitions.needed(types, copy / "charts")
                return tuple(map(str, definitions.define(lab.api(), toolchain, served.missing, kinds)))

            engine = Engine(
                {**variables, **served.environment, "PULUMI_OPTION_POLICY_PACK": str(copy / "policy_pack")}, copy
            )
            report.step(stack, "selecting")
            engine.select_or_init(stack)
            return Course(engine, stack, report, Charts(served.stood_in, define)).run()
    finally:
        lab.down(report)
        shutil.rmtree(paths.root, ignore_errors=True)
