"""Previews of several stacks at once, so many at a time; one that fails does not take the others' results with it."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from delivery.preview.run import preview
from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from delivery.plan.model import Plan
    from lab.engine.engine import Engine
    from lab.report import Reporter


@dataclass(frozen=True)
class Outcome:
    """What came of one stack: a plan, or why there is none."""

    stack: str
    plan: Plan | None = None
    error: LabError | None = None

    @property
    def refused(self) -> bool:
        """Whether a policy refuses the update."""
        return self.plan is not None and bool(self.plan.mandatory)

    @property
    def failed(self) -> bool:
        """Whether there is no whole plan, for another reason."""
        return self.plan is None or not (self.plan.complete or self.plan.mandatory)


def previews(
    engines: Mapping[str, Engine], report: Reporter, *, at_once: int, lab: bool = False, flags: Sequence[str] = ()
) -> tuple[Outcome, ...]:
    """Preview each stack.

    Args:
        engines: by stack.
        report: told the progress.
        at_once: how many at the same time, at least 1.
        lab: they are the lab's.
        flags: more of `pulumi preview`'s.
    """

    def one(stack: str) -> Outcome:
        report.step(stack, "previewing")
        try:
            plan = preview(engines[stack], stack, lab=lab, flags=tuple(flags))
        except LabError as error:
            report.step(stack, "failed: no plan")
            return Outcome(stack, error=error)
        outcome = Outcome(stack, plan)
        report.step(stack, _told(outcome, plan))
        return outcome

    if len(engines) == 1:
        return tuple(map(one, engines))  # in the main thread, where Ctrl-C reaches the engine by itself
    with ThreadPoolExecutor(at_once, thread_name_prefix="preview") as pool:
        try:
            return tuple(pool.map(one, engines))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            _cancel()
            raise


def _told(outcome: Outcome, plan: Plan) -> str:
    if outcome.refused:
        return f"refused: {len(plan.mandatory)} mandatory findings"
    return "failed: not the whole plan" if outcome.failed else f"{plan.counts.changed} to change"


def _cancel() -> None:
    """Ask the engines under way to end, as Ctrl-C does."""
    for child in psutil.Process().children():
        try:
            if child.name() == "pulumi":
                child.send_signal(signal.SIGINT)
        except psutil.Error:
            continue
