"""Findings as SARIF 2.1.0, which code hosts show beside the lines: one run, whoever found them.

Format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; what GitHub reads of it:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from delivery.plan.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from guardrails.model import Policy

LEVELS: Final = {"mandatory": "error", "advisory": "warning", "disabled": "none"}
MOST: Final = 5_000
"""Results that GitHub shows of a run; it refuses one with more than 25,000."""
_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
# GitHub sorts by a number from 0 to 10: over 9 is critical, over 7 high, over 4 medium.
_SEVERITIES: Final = {"low": "2.0", "medium": "5.0", "high": "8.0", "critical": "9.5"}
_UNKNOWN: Final = "5.0"


@dataclass(frozen=True)
class Rule:
    """A rule that was applied.

    Attributes:
        id: its id.
        severity: how bad a violation is; "" or another word when nobody says.
        level: of its findings, when it is one for all of them.
        policy: all about it, where it is one of the catalogue.
    """

    id: str
    severity: str = ""
    level: str = ""
    policy: Policy | None = None


@dataclass(frozen=True)
class Place:
    """A line of a file; `line` is 0 where it is the file as a whole, `file` "" where there is none."""

    file: str
    line: int = 0


@dataclass(frozen=True)
class Result:
    """Something that was found.

    Attributes:
        rule: the rule's id.
        level: error, warning or none.
        resource: what a person calls it.
        message: why.
        remedy: what to do.
        place: where.
        identity: what makes it the same finding the next time; not its line, above which something may be written.
        name: the resource's whole name, as in a URN; the resource if not given.
        suppressed: why it is exempt; "" when it is not.
    """

    rule: str
    level: str
    resource: str
    message: str
    remedy: str
    place: Place
    identity: tuple[str, ...]
    name: str = ""
    suppressed: str = ""


@dataclass(frozen=True)
class Notice:
    """Something that the tool could not do, and where."""

    message: str
    place: Place


def document(
    name: str, version: str, rules: Sequence[Rule], results: Sequence[Result], notices: Sequence[Notice] = ()
) -> str:
    """The document.

    Args:
        name: of the tool; results of one name replace each other.
        version: of what judged; "" when nobody knows.
        rules: every rule that a result names, and others that were applied.
        results: in order, those that matter most first.
        notices: what was not done.
    """
    index = {rule.id: number for number, rule in enumerate(rules)}
    left = len(results) - MOST
    more = (Notice(f"{left} more findings are left out: GitHub shows {MOST}", Place("")),) if left > 0 else ()
    driver = {"name": name, "rules": [_rule(rule) for rule in rules]}
    run = {
        "tool": {"driver": driver | ({"version": version, "semanticVersion": version} if version else {})},
        "columnKind": "unicodeCodePoints",
        "automationDetails": {"id": f"{name}/"},
        "invocations": [
            {
                "executionSuccessful": not notices,
                "toolExecutionNotifications": [_notification(one) for one in (*notices, *more)],
            }
        ],
        "results": [_result(one, index[one.rule]) for one in results[:MOST]],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False)


def _rule(rule: Rule) -> dict[str, Any]:
    properties = {"tags": ["security"], "security-severity": _SEVERITIES.get(rule.severity, _UNKNOWN)}
    if (policy := rule.policy) is None:
        return {"id": rule.id, "shortDescription": {"text": rule.id}, "properties": properties}
    controls = [f"{control.framework} {control.version}, {control.ref}" for control in policy.controls]
    supports = f"\n\nSupports: {'; '.join(controls)}." if controls else ""
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.replace("/", "-").split("-")),
        "shortDescription": {"text": f"{policy.title}."},
        "fullDescription": {"text": policy.rationale},
        "help": {
            "text": f"{policy.remediation}{supports}",
            "markdown": f"{policy.rationale}\n\n**Remedy:** {policy.remediation}{supports}",
        },
        "properties": {**properties, "tags": ["security", rule.id.partition("/")[0]], "precision": "very-high"},
    } | ({"defaultConfiguration": {"level": rule.level}} if rule.level else {})


def _result(one: Result, number: int) -> dict[str, Any]:
    remedy = f". Remedy: {printable(one.remedy)}" if one.remedy else ""
    named = printable(one.name or one.resource) or "everything"
    suppression = {"kind": "external", "status": "accepted", "justification": printable(one.suppressed)}
    return {
        "ruleId": one.rule,
        "ruleIndex": number,
        "level": one.level,
        "message": {"text": f"{printable(one.resource)}: {printable(one.message)}{remedy}"},
        "locations": [{"logicalLocations": [{"fullyQualifiedName": named, "kind": "resource"}]} | _physical(one.place)],
        "partialFingerprints": {
            "cartorioFinding/v1": hashlib.sha256("\0".join(one.identity).encode("utf-8", "replace")).hexdigest()
        },
    } | ({"suppressions": [suppression]} if one.suppressed else {})


def _notification(one: Notice) -> dict[str, Any]:
    where = _physical(one.place)
    return {"level": "error", "message": {"text": printable(one.message)}} | ({"locations": [where]} if where else {})


def _physical(place: Place) -> dict[str, Any]:
    if not place.file:
        return {}
    region = {"region": {"startLine": place.line}} if place.line else {}
    return {"physicalLocation": {"artifactLocation": {"uri": quote(place.file, errors="replace")}} | region}
