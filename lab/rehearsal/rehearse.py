"""Takes a stack's file, unchanged, from nothing to up, changed, refreshed and destroyed, in a lab of its own.

The engine, the policy pack and the cluster are the real ones; the cloud is moto. What such a rehearsal cannot show is
what moto takes and AWS would refuse (permissions, quotas, names that are taken), and what a chart installs whose source
cannot be reached: an empty one stands in for it, and the definitions of its custom resources come from elsewhere. Of
third-party images it has the signatures only (`lab.image.imports`).
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lab.charts import definitions, mirror, pins, source
from lab.engine.engine import Engine
from lab.engine.environment import environment
from lab.image import imports
from lab.rehearsal.course import Charts, Course, Rehearsal
from lab.rehearsal.project import copy_project, ensure_release, stack_file
from lab.services import Lab
from lab.services.files import os_errors_explained
from lab.services.lab import expect_a_labs
from lab.services.lock import alone
from lab.toolchain import ensure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from lab.paths import LabPaths
    from lab.report import Reporter

# The engine writes the state once an update, at its end, rather than the whole of it before and after every step: with
# hundreds of resources most of its time. A rehearsal that is killed is not taken up again, so nobody would read those.
# (pkg/v3 v3.259.0, backend/snapshot.go, unsafeServiceLoop)
_UNKEPT = {"PULUMI_SKIP_CHECKPOINTS": "true"}


@dataclass(frozen=True)
class Stage:
    """A lab with a copy of the program: an engine that knows the stack, still empty, its charts and its images."""

    engine: Engine
    charts: Charts
    imported: imports.Imported


@contextmanager
def staged(paths: LabPaths, project: Path, stack: str, report: Reporter) -> Iterator[Stage]:
    """A lab that is there for `stack` alone, and gone afterwards.

    Args:
        paths: that lab; whatever is at its root is removed first (one that was killed leaves it).
        project: the folder of `Pulumi.yaml`; nothing in it is changed.
        stack: the stack.
        report: told the progress.

    Raises:
        UsageError: there is no such stack.
        LabError: something could not be had or started.
    """
    stack_file(project, stack)
    with os_errors_explained(paths.root), alone(paths.root):
        expect_a_labs(paths.root)
        yield from _staged(paths, project, stack, report)


def _staged(paths: LabPaths, project: Path, stack: str, report: Reporter) -> Iterator[Stage]:
    toolchain = ensure(None, paths, report)
    lab = Lab(paths, toolchain)
    lab.down(report, grace=0)
    try:
        endpoints = lab.up(report)
        copy = copy_project(project, paths.root / "project", stack)
        ensure_release(copy, stack)
        variables = environment(paths, toolchain, endpoints)
        images = imports.ask(copy, [stack_file(copy, stack)])
        imported = imports.sign(images, paths.root, toolchain, endpoints, variables, report)
        variables |= imported.environment
        report.step(stack, "fetching charts")
        charts = source.collect(pins.ask(copy), toolchain.path("helm"), variables)
        with mirror.serve(charts, paths.root / "charts.json") as served:

            def define(types: Iterable[str]) -> tuple[str, ...]:
                kinds = definitions.needed(types, copy / "charts")
                return tuple(map(str, definitions.define(lab.api(), toolchain, served.missing, kinds)))

            attached = {"PULUMI_OPTION_POLICY_PACK": str(copy / "policy_pack")}
            engine = Engine({**variables, **served.environment, **_UNKEPT, **attached}, copy)
            report.step(stack, "selecting")
            engine.select_or_init(stack)
            yield Stage(engine, Charts(served.stood_in, define), imported)
    finally:
        lab.down(report, grace=0)
        shutil.rmtree(paths.root, ignore_errors=True)


def rehearse(paths: LabPaths, project: Path, stack: str, report: Reporter) -> Rehearsal:
    """Rehearse `stack` in a lab of its own; arguments and errors are those of `staged`."""
    with staged(paths, project, stack, report) as stage:
        done = Course(stage.engine, stack, report, stage.charts).run()
        return replace(done, imported=stage.imported.recorded)
