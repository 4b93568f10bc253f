"""The phases of a rehearsal and what each must show; the first that goes wrong is the last."""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lab.errors import LabError
from lab.rehearsal.project import change_setting, lift_protection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from lab.engine.engine import Engine
    from lab.engine.events import Step, Summary
    from lab.engine.state import StackState
    from lab.report import Reporter

_AREA = re.compile(r"cartorio:([a-z]+):[A-Za-z]+\$")
_ELSEWHERE = "stack"
# A number that one kind of resource depends on, and that kind: changing it must touch nothing else.
_SETTING = ("cartorio:supply", "expireCandidatesDays")
_TOUCHED = "aws:ecr/lifecyclePolicy:LifecyclePolicy"


@dataclass(frozen=True)
class Phase:
    """One step of a rehearsal.

    Attributes:
        name: what was done.
        seconds: how long it took.
        changed: how many resources it changed, or would.
        problems: what was not as it must be; empty is well.
    """

    name: str
    seconds: float
    changed: int
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rehearsal:
    """What a rehearsal showed.

    Attributes:
        stack: the stack.
        phases: what was done, up to the first that went wrong.
        areas: resources by area of the program (`keys`, `network`, ...) and kind (`aws`, `kubernetes`, ...).
        recorded: types of which nothing was made, only the state kept, and why.
        stood_in: charts (`name version`) in whose place an empty one was installed, and why.
        undefined: kinds of the program that the cluster has no definition of: nobody knows whether it would take them.
        imported: third-party images that were signed and are not there, and why.
    """

    stack: str
    phases: tuple[Phase, ...]
    areas: Mapping[str, Mapping[str, int]]
    recorded: Mapping[str, str]
    stood_in: Mapping[str, str] = field(default_factory=dict)
    undefined: tuple[str, ...] = ()
    imported: Mapping[str, str] = field(default_factory=dict)

    @property
    def well(self) -> bool:
        """Whether all of it went as it must."""
        return not any(phase.problems for phase in self.phases)


@dataclass(frozen=True)
class Charts:
    """What the course asks of the charts' mirror.

    Attributes:
        stood_in: of a stack's state, the charts that were stood in for, and why.
        define: given the types of all resources, has their kinds defined, and tells those that cannot be.
    """

    stood_in: Callable[[StackState], Mapping[str, str]]
    define: Callable[[Iterable[str]], tuple[str, ...]]


class Course:
    """The phases for one stack, which an engine knows and which has nothing yet."""

    def __init__(self, engine: Engine, stack: str, report: Reporter, charts: Charts) -> None:
        self._engine, self._stack, self._report = engine, stack, report
        self._charts = charts
        self._phases: list[Phase] = []
        self._areas: Mapping[str, Mapping[str, int]] = {}
        self._recorded: Mapping[str, str] = {}
        self._stood_in: Mapping[str, str] = {}
        self._undefined: tuple[str, ...] = ()

    def run(self) -> Rehearsal:
        """All phases in their order."""
        engine, stack = self._engine, self._stack
        phases: tuple[tuple[str, Callable[[], Summary], Callable[[Summary], tuple[str, ...]]], ...] = (
            ("preview from nothing", lambda: engine.preview(stack), self._defined),
            ("up", lambda: engine.up(stack), self._counted),
            ("preview again", lambda: engine.preview(stack, "--refresh"), _nothing),
            ("one setting changed", self._changed, _only_the_expected),
            ("refresh", lambda: engine.refresh(stack), _nothing),
            ("protection lifted", self._unprotected, _updates_only),
            ("destroy", lambda: engine.destroy(stack), self._emptied),
        )
        for name, act, judge in phases:
            if not self._phase(name, act, judge):
                break
        return Rehearsal(stack, tuple(self._phases), self._areas, self._recorded, self._stood_in, self._undefined)

    def _phase(self, name: str, act: Callable[[], Summary], judge: Callable[[Summary], tuple[str, ...]]) -> bool:
        self._report.step(self._stack, f"{name}: running")
        start = time.monotonic()
        try:
            summary = act()
            problems = (*_failures(summary), *(judge(summary) if summary.succeeded else ()))
            changed = summary.changed
        except LabError as error:
            problems, changed = (error.what,), 0
        self._phases.append(Phase(name, time.monotonic() - start, changed, problems))
        self._report.step(self._stack, f"{name}: {'failed' if problems else f'{changed} changed'}")
        return not problems

    def _defined(self, summary: Summary) -> tuple[str, ...]:
        self._undefined = self._charts.define(step.type for step in summary.steps)
        return _creates_only(summary)

    def _counted(self, summary: Summary) -> tuple[str, ...]:
        self._areas, self._recorded = by_area(summary.steps), only_recorded(summary.steps)
        self._stood_in = self._charts.stood_in(self._engine.state(self._stack))
        return _creates_only(summary)

    def _changed(self) -> Summary:
        change_setting(self._engine.project, self._stack, _SETTING, by=1)
        return self._engine.up(self._stack)

    def _unprotected(self) -> Summary:
        # As a person does it (docs/runbooks/decommission.md): the engine and AWS (a cluster's deletionProtection)
        # then let go of what they keep, and the pack, told so by name, says it instead of refusing it.
        lift_protection(self._engine.project, self._stack)
        relaxed = self._engine.project / "policy_pack" / "decommission.json"
        return self._engine.up(self._stack, "--policy-pack-config", str(relaxed))

    def _emptied(self, _summary: Summary) -> tuple[str, ...]:
        left = self._engine.state(self._stack).resources
        return tuple(f"{resource.urn} is still there" for resource in left)


def by_area(steps: tuple[Step, ...]) -> dict[str, dict[str, int]]:
    """How many resources each area of the program has, by the package of their type; components are not counted."""
    counts: dict[str, Counter[str]] = {}
    for step in steps:
        package = step.type.partition(":")[0]
        if package not in {"cartorio", "pulumi"}:
            counts.setdefault(area_of(step.urn), Counter())[package] += 1
    return {area: dict(counts[area]) for area in sorted(counts)}


def only_recorded(steps: tuple[Step, ...]) -> dict[str, str]:
    """The types among `steps` that the lab has no API for, and why."""
    from lab.providers.aws.provider import TYPES  # a second that nobody else pays
    from lab.providers.aws.recorded import Recorded

    reasons = {kind.table.token: kind.reason for kind in TYPES if issubclass(kind, Recorded)}
    return {type_: reasons[type_] for type_ in sorted({step.type for step in steps}) if type_ in reasons}


def area_of(urn: str) -> str:
    """The area of the outermost component around a resource (`cartorio:<area>:<Name>`)."""
    found = _AREA.search(urn)
    return found[1] if found else _ELSEWHERE


def _failures(summary: Summary) -> tuple[str, ...]:
    violations = tuple(
        f"{violation.policy}: {violation.urn.rpartition('::')[2] or 'the stack'}: {violation.message}"
        for violation in summary.violations
        if violation.mandatory
    )
    errors = tuple(
        f"{one.urn.rpartition('::')[2] or 'the stack'}: {one.message}"
        for one in summary.diagnostics
        if one.severity == "error"
    )
    if summary.succeeded or violations or errors:
        return (*violations, *(() if summary.succeeded else errors))
    return (f"pulumi ended with exit code {summary.exit_code} and said no more",)


def _creates_only(summary: Summary) -> tuple[str, ...]:
    return tuple(f"{step.operation} of {step.urn}" for step in summary.steps if step.operation != "create")


def _updates_only(summary: Summary) -> tuple[str, ...]:
    return tuple(f"{step.operation} of {step.urn}" for step in summary.steps if step.operation != "update")


def _nothing(summary: Summary) -> tuple[str, ...]:
    return tuple(f"unexpected {step.operation} of {step.urn}" for step in summary.steps)


def _only_the_expected(summary: Summary) -> tuple[str, ...]:
    if not summary.steps:
        return (f"changing {'.'.join(_SETTING)} changed nothing",)
    return tuple(
        f"changing {'.'.join(_SETTING)} caused {step.operation} of {step.urn}"
        for step in summary.steps
        if (step.operation, step.type) != ("update", _TOUCHED)
    )
