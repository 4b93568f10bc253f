"""Engines of the lab for some stacks: no credential of a cloud is within their reach, nothing outside is asked.

One lab of its own for all of them, gone afterwards; each stack has a copy of the program in it.
"""

from __future__ import annotations

import os
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
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

_INFIX: Final = "-preview-"
_TOOLS: Final = (
    *("pulumi", "kubectl", "helm", "cosign", "crane", "pulumi-resource-kubernetes", "pulumi-language-python-exec"),
    *("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok", "kwok-stages"),
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
    lab = Lab(paths, toolchain)
    try:
        # The program is asked, and what it names is fetched, while the services start: most of that is waiting.
        with ThreadPoolExecutor(thread_name_prefix="asked") as pool:
            asked_charts = pool.submit(pins.ask, project)
            asked_images = pool.submit(imports.ask, project, [stack_file(project, stack) for stack in stacks])
            copies = {stack: copy_project(project, paths.root / f"project-{stack}", stack) for stack in stacks}
            endpoints = lab.up(report)
            variables = environment(paths, toolchain, endpoints)
            fetched = pool.submit(source.collect, asked_charts.result(), toolchain.path("helm"), variables)
            signed = imports.sign(asked_images.result(), paths.root, toolchain, endpoints, variables, report)
            charts = fetched.result()
        report.step("charts", f"served: {len(charts)}")
        with mirror.serve(charts, paths.root / "charts.json") as served:
            variables |= {**signed.environment, **served.environment}
            made = {}
            for stack, copy in copies.items():
                ensure_release(copy, stack)
                pack = {"PULUMI_OPTION_POLICY_PACK": str(copy / "policy_pack")}
                made[stack] = Engine({**variables, **pack}, copy)
                made[stack].select_or_init(stack)
            yield made
    finally:
        lab.down(report)
        shutil.rmtree(paths.root, ignore_errors=True)


def _sweep(usual: LabPaths, report: Reporter) -> None:
    """Take down what a preview that was killed has left."""
    own = re.compile(f"{re.escape(usual.root.name + _INFIX)}(\\d+)")
    for folder in usual.root.parent.glob(f"{usual.root.name}{_INFIX}*"):
        found = own.fullmatch(folder.name)
        if found and not psutil.pid_exists(int(found[1])):
            left = replace(usual, root=folder)
            Lab(left, NoTools()).down(report)
            shutil.rmtree(folder, ignore_errors=True)
