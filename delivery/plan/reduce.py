"""An engine's event log -> a plan. The log can hold what nobody may see: it is read once, here, and never kept.

Format: one JSON object a line, `EngineEvent` of github.com/pulumi/pulumi/sdk/v3 v3.259.0, go/common/apitype/events.go.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from delivery.plan.changes import changes
from delivery.plan.digest import digest
from delivery.plan.model import SCHEMA, Counts, Plan, Problem
from delivery.plan.policies import PackRecord, findings
from delivery.plan.values import plain, scrub, withheld
from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from delivery.plan.model import Origin

_PROBLEMS: Final = frozenset({"error", "warning"})
_UNCHANGED: Final = frozenset({"same", "refresh", "read"})


def reduce(
    lines: Iterable[str],
    *,
    project: str,
    stack: str,
    origin: Origin,
    exit_code: int = 0,
    record: PackRecord | None = None,
) -> Plan:
    """Reduce a preview's event log. A line that was cut short (the engine was killed) ends it: the plan is incomplete.

    Args:
        lines: of the log.
        project: the project's name.
        stack: the stack's name.
        origin: when, by whom, with what.
        exit_code: of `pulumi`.
        record: what the policy pack told beside its findings.

    Raises:
        LabError: it is a log of another form.
    """
    try:
        return _reduced(lines, project, stack, origin, exit_code, record or PackRecord())
    except (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise LabError(
            f"the engine's log is not of a form that is known ({type(error).__name__})",
            where=f"stack {stack}, Pulumi {origin.engine}",
            remedy="use the version of Pulumi that this checkout pins (`cartorio toolchain` names it)",
        ) from error


def _reduced(
    lines: Iterable[str], project: str, stack: str, origin: Origin, exit_code: int, record: PackRecord
) -> Plan:
    steps: list[Mapping[str, Any]] = []
    said: list[Mapping[str, Any]] = []
    problems: list[Mapping[str, Any]] = []
    outcome: Mapping[str, Any] | None = None
    for event in _events(lines):
        if (found := event.get("resourcePreEvent")) is not None:
            steps.append(found["metadata"])
        elif found := event.get("policyEvent"):
            said.append(found)
        elif (found := event.get("diagnosticEvent")) and found.get("severity") in _PROBLEMS:
            problems.append(found)
        elif (found := event.get("errorEvent")) is not None:
            problems.append({"severity": "error", "message": found["error"]})
        elif found := event.get("summaryEvent"):
            outcome = found
            if exit_code == 0:
                break  # what comes later is of plugins that are being ended
    todo = changes(steps)
    secrets = _withheld(steps)
    told = {_problem(found, secrets) for found in problems}
    return Plan(
        schema_=SCHEMA,
        project=project,
        stack=stack,
        complete=outcome is not None and exit_code == 0,
        digest=digest(project, stack, todo),
        origin=origin,
        counts=Counts.of(todo, _unchanged(outcome)),
        packs=_packs(outcome),
        changes=todo,
        findings=findings(said, record),
        exemptions=record.exemptions,
        images=record.images,
        problems=tuple(sorted(told, key=lambda one: (one.severity, one.urn, one.message))),
    )


def _events(lines: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            return
        yield event


def _problem(event: Mapping[str, Any], secrets: Iterable[str]) -> Problem:
    message = scrub(event["message"].strip(), secrets)
    return Problem(severity=event["severity"], urn=event.get("urn", ""), message=message)


def _withheld(steps: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """What no message may quote, longest first."""
    found: set[str] = set()
    for step in steps:
        for state in filter(None, (step.get("old"), step.get("new"))):
            for part in filter(None, (state.get("inputs"), state.get("outputs"))):
                found.update(withheld(part, plain(step["type"], part)))
    return tuple(sorted(found, key=lambda text: (-len(text), text)))


def _packs(outcome: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Local packs are told as `name|local|folder`: the folder is nobody's business."""
    told: Mapping[str, str] = (outcome or {}).get("PolicyPacks") or {}
    return tuple(sorted(f"{name.partition('|')[0]} {version}".strip() for name, version in told.items()))


def _unchanged(outcome: Mapping[str, Any] | None) -> int:
    told: Mapping[str, int] = (outcome or {}).get("resourceChanges") or {}
    return sum(count for operation, count in told.items() if operation in _UNCHANGED)
