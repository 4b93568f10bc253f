"""Engines of the lab for some stacks: no credential of a cloud is within their reach, nothing outside is asked.

One lab of its own for all of them, gone afterwards; each stack has a copy of the program in it.
"""

from __future__ import annotations

import os
import re
import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import psutil

from lab.charts import mirror, pins, source
from lab.engine.engine import Engine
from lab.engine.environment import environment
from lab.image import imports
from lab.paths import LabPaths
from lab.rehearsal.project import copy_project, ensure_release, stack_file
from lab.services import Lab, NoTools
from lab.toolchain import ensure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from lab.report import Reporter
    from lab.services import Endpoints

_INFIX: Final = "-preview-"
_TOOLS: Final = (
    *("pulumi", "kubectl", "helm", "cosign", "crane", "pulumi-resource-kubernetes", "pulumi-language-python-exec"),
    *("etcd", "kube-apiserver"),
)


@contextmanager
def engines(project: Path, stacks: Sequence[str], report: Reporter) -> Iterator[Mapping[str, Engine]]:
    """An engine for each stack, which has nothing yet.

    Args:
        project: the folder of `Pulumi.yaml`; nothing in it is changed.
        stacks: the stacks.
        report: told the progress.

    Raises:
        UsageError: there is no such stack.
        LabError: something could not be had or started.
    """
    for stack in stacks:
        stack_file(project, stack)
    usual = LabPaths.default()
    _sweep(usual, report)
    paths = replace(usual, root=usual.root.with_name(f"{usual.root.name}{_INFIX}{os.getpid()}"))
    toolchain = ensure(_TOOLS, paths, report)
    lab = Lab(paths, toolchain, pods=False)
    try:
        variables, charts, copies = _up(lab, project, stacks, report)
        report.step("charts", f"served: {len(charts)}")
        with mirror.serve(charts, paths.root / "charts.json") as served:
            yield {
                stack: Engine(
                    {**variables, **served.environment, "PULUMI_OPTION_POLICY_PACK": str(copy / "policy_pack")}, copy
                )
                for stack, copy in copies.items()
            }
    finally:
        lab.down(report, grace=0)
        shutil.rmtree(paths.root, ignore_errors=True)


def _up(
    lab: Lab, project: Path, stacks: Sequence[str], report: Reporter
) -> tuple[Mapping[str, str], tuple[source.Chart, ...], Mapping[str, Path]]:
    """Start the lab; the environment of its engines, the charts to serve, and the copies, which know their stacks.

    Whatever needs no cluster is done while the API server starts, which is mostly waiting.
    """
    root, tools = lab.paths.root, lab.toolchain
    prepared: Future[tuple[Mapping[str, str], tuple[source.Chart, ...]]] = Future()
    with ThreadPoolExecutor(thread_name_prefix="asked") as pool:
        asked_charts = pool.submit(pins.ask, project)
        asked_images = pool.submit(imports.ask, project, [stack_file(project, stack) for stack in stacks])
        copies = {stack: copy_project(project, root / f"project-{stack}", stack) for stack in stacks}

        def meanwhile(endpoints: Endpoints) -> None:
            variables = environment(lab.paths, tools, endpoints)
            fetched = pool.submit(source.collect, asked_charts.result(), tools.path("helm"), variables)
            selected = [pool.submit(_select, Engine(variables, copy), stack) for stack, copy in copies.items()]
            signed = imports.sign(asked_images.result(), root, tools, endpoints, variables, report)
            for one in selected:
                one.result()
            prepared.set_result(({**variables, **signed.environment}, fetched.result()))

        lab.up(report, meanwhile)
    return *prepared.result(), copies


def _select(engine: Engine, stack: str) -> None:
    ensure_release(engine.project, stack)
    engine.select_or_init(stack)


def _sweep(usual: LabPaths, report: Reporter) -> None:
    """Take down what a preview that was killed has left."""
    own = re.compile(f"{re.escape(usual.root.name + _INFIX)}(\\d+)")
    for folder in usual.root.parent.glob(f"{usual.root.name}{_INFIX}*"):
        found = own.fullmatch(folder.name)
        if found and not psutil.pid_exists(int(found[1])):
            left = replace(usual, root=folder)
            Lab(left, NoTools()).down(report)
            shutil.rmtree(folder, ignore_errors=True)
