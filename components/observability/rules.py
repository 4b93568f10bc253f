"""Rules of Prometheus as values: https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from components.sections.observability import Severity


@dataclass(frozen=True)
class Recording:
    """A series that is computed from others."""

    record: str
    expr: str
    labels: tuple[tuple[str, str], ...] = ()

    def rendered(self) -> dict[str, Any]:
        """As Prometheus reads it."""
        rule: dict[str, Any] = {"record": self.record, "expr": self.expr}
        if self.labels:
            rule["labels"] = dict(self.labels)
        return rule


@dataclass(frozen=True)
class Alert:
    """Something that somebody is told of.

    Attributes:
        name: of the alert.
        expr: it fires for every series that this yields.
        severity: whom it concerns; None: nobody, as of the watchdog.
        summary: what is wrong, in a sentence.
        description: what it means and what to look at.
        minutes: for how long it has to be so.
        labels: further ones.
    """

    name: str
    expr: str
    severity: Severity | None
    summary: str
    description: str
    minutes: int = 0
    labels: tuple[tuple[str, str], ...] = ()

    def rendered(self) -> dict[str, Any]:
        """As Prometheus reads it."""
        rule: dict[str, Any] = {
            "alert": self.name,
            "expr": self.expr,
            "labels": {"severity": self.severity.value if self.severity else "none", **dict(self.labels)},
            "annotations": {"summary": self.summary, "description": self.description},
        }
        if self.minutes:
            rule["for"] = f"{self.minutes}m"
        return rule


@dataclass(frozen=True)
class Group:
    """Rules that are evaluated one after the other, every `seconds`."""

    name: str
    rules: tuple[Recording | Alert, ...]
    seconds: int = 30

    def rendered(self) -> dict[str, Any]:
        """As Prometheus reads it."""
        return {
            "name": self.name,
            "interval": f"{self.seconds}s",
            "rules": [rule.rendered() for rule in self.rules],
        }


def rendered(groups: tuple[Group, ...]) -> dict[str, Any]:
    """The `spec` of a PrometheusRule, which is also the content of a file of rules."""
    return {"groups": [group.rendered() for group in groups]}
