"""What an update did, from the engine's event log: counts, steps, policy violations, messages.

Format: one JSON object a line, `EngineEvent` of github.com/pulumi/pulumi/sdk/v3 v3.259.0, go/common/apitype/events.go.
Raw events can hold secrets: only names, URNs and messages are kept here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_NO_CHANGE = frozenset({"same", "read", "read-replacement", "refresh"})
_SHOWN = frozenset({"warning", "error"})


@dataclass(frozen=True)
class Step:
    """One resource and what the engine decided to do with it ("create", "update", "delete", "replace", ...)."""

    operation: str
    urn: str
    type: str


@dataclass(frozen=True)
class Violation:
    """One finding of a policy pack.

    Attributes:
        pack: the pack's name.
        policy: the policy's name.
        urn: the resource, "" for a finding about the whole stack.
        message: what the policy says, its description first.
        mandatory: whether it refuses the update.
    """

    pack: str
    policy: str
    urn: str
    message: str
    mandatory: bool


@dataclass(frozen=True)
class Diagnostic:
    """A warning or an error the engine, a provider or the program showed; `urn` is "" when it is about none."""

    severity: str
    urn: str
    message: str


@dataclass(frozen=True)
class Summary:
    """What one update, preview, refresh or destroy did.

    Attributes:
        exit_code: of `pulumi`.
        finished: whether the engine came to its own end; false when it was killed or never started.
        changes: how many resources by operation, as `pulumi` counts them; "same" included.
        steps: the resources that are to change or have changed, in the engine's order.
        failed: the steps that were tried and failed.
        violations: the policies' findings.
        diagnostics: warnings and errors.
        seconds: how long the engine says it took.
    """

    exit_code: int
    finished: bool = False
    changes: Mapping[str, int] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    failed: tuple[Step, ...] = ()
    violations: tuple[Violation, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    seconds: int = 0

    @property
    def succeeded(self) -> bool:
        """Whether it all worked."""
        return self.exit_code == 0

    @property
    def refused(self) -> bool:
        """Whether a policy refused it."""
        return any(violation.mandatory for violation in self.violations)

    @property
    def changed(self) -> int:
        """How many resources are not as they were."""
        return sum(count for operation, count in self.changes.items() if operation not in _NO_CHANGE)


def summarize(lines: Iterable[str], exit_code: int) -> Summary:
    """Reduce an event log. A line that was cut short (the engine was killed) ends it."""
    steps: dict[tuple[str, str], Step] = {}
    failed: list[Step] = []
    violations: dict[Violation, None] = {}
    diagnostics: dict[Diagnostic, None] = {}
    outcome: Mapping[str, Any] | None = None
    for event in _events(lines):
        if (found := event.get("resourcePreEvent")) and found["metadata"]["op"] not in _NO_CHANGE:
            step = _step(found)
            steps.setdefault((step.operation, step.urn), step)
        elif found := event.get("resOpFailedEvent"):
            failed.append(_step(found))
        elif found := event.get("policyEvent"):
            violations.setdefault(_violation(found))
        elif (found := event.get("diagnosticEvent")) and found.get("severity") in _SHOWN:
            diagnostics.setdefault(Diagnostic(found["severity"], found.get("urn", ""), found["message"].strip()))
        elif found := event.get("summaryEvent"):
            outcome = found
    return Summary(
        exit_code=exit_code,
        finished=outcome is not None,
        changes=dict(outcome.get("resourceChanges") or {}) if outcome else {},
        steps=tuple(steps.values()),
        failed=tuple(failed),
        violations=tuple(violations),
        diagnostics=tuple(diagnostics),
        seconds=outcome.get("durationSeconds", 0) if outcome else 0,
    )


def _events(lines: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    for line in lines:
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            return
        yield event


def _step(event: Mapping[str, Any]) -> Step:
    metadata = event["metadata"]
    return Step(metadata["op"], metadata["urn"], metadata["type"])


def _violation(event: Mapping[str, Any]) -> Violation:
    return Violation(
        pack=event["policyPackName"],
        policy=event["policyName"],
        urn=event.get("resourceUrn", ""),
        message=event["message"].strip(),
        mandatory=event["enforcementLevel"] == "mandatory",
    )
