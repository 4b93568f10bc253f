"""Findings of plans as SARIF 2.1.0, for code scanning: one run, with the line of the program where it is known.

Format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; what GitHub reads of it:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from delivery.plan.model import Enforcement
from delivery.plan.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delivery.plan.model import Finding, Plan

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_MOST: Final = 5_000  # GitHub takes 25,000 results a run and shows 5,000
_SEVERITIES: Final = {"low": "2.0", "medium": "5.0", "high": "8.0", "critical": "9.5", "unknown": "5.0"}


def sarif(plans: Sequence[Plan]) -> str:
    """The document. What has no line of its own is about its stack's file, as GitHub shows nothing without a file."""
    found = [(plan, finding) for plan in plans for finding in plan.findings][:_MOST]
    rules = {finding.rule: finding for _, finding in found}
    index = {rule: number for number, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "cartorio-preview",
                "rules": [
                    {
                        "id": rule,
                        "shortDescription": {"text": rule},
                        "properties": {"security-severity": _SEVERITIES[finding.severity], "tags": ["security"]},
                    }
                    for rule, finding in rules.items()
                ],
            }
        },
        "columnKind": "unicodeCodePoints",
        "automationDetails": {"id": "cartorio-preview/"},
        "results": [_result(plan, finding, index[finding.rule]) for plan, finding in found],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False) + "\n"


def _result(plan: Plan, finding: Finding, number: int) -> dict[str, Any]:
    named = (plan.stack, finding.rule, finding.urn, finding.resource, finding.path)
    place = f" ({printable(finding.path)})" if finding.path else ""
    told = f"{printable(finding.resource)}: {printable(finding.message)}{place}. {printable(finding.remedy)}"
    file = finding.source.file if finding.source else f"Pulumi.{plan.stack}.yaml"
    return {
        "ruleId": finding.rule,
        "ruleIndex": number,
        "level": "error" if finding.enforcement is Enforcement.MANDATORY else "warning",
        "message": {"text": f"{printable(plan.stack)}: {told}".strip()},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(file)},
                    "region": {"startLine": finding.source.line if finding.source else 1},
                },
                "logicalLocations": [{"fullyQualifiedName": printable(finding.urn) or "the stack", "kind": "resource"}],
            }
        ],
        "partialFingerprints": {"cartorioFinding/v1": hashlib.sha256(json.dumps(named).encode()).hexdigest()},
    }
