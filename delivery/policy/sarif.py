"""A check's result as SARIF 2.1.0, which code hosts show beside the lines.

Format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; what GitHub reads of it:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from delivery.policy.formats import printable

if TYPE_CHECKING:
    from delivery.policy.model import Found, Result, Unread
    from guardrails.exemptions import Exemption
    from guardrails.model import Policy

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final = {"mandatory": "error", "advisory": "warning", "disabled": "none"}
# GitHub sorts by a number from 0 to 10: over 9 is critical, over 7 high, over 4 medium.
_SEVERITIES: Final = {"low": "2.0", "medium": "5.0", "high": "8.0", "critical": "9.5"}
_STANDARD_INPUT: Final = "-"


def as_sarif(result: Result, version: str) -> str:
    """The document.

    Args:
        result: the check's result.
        version: the pack's.
    """
    index = {policy.id: number for number, policy in enumerate(result.policies)}
    results = [_result(found, index) for found in result.findings]
    results += [{**_result(found, index), "suppressions": [_suppression(of)]} for found, of in result.exempted]
    run = {
        "tool": {
            "driver": {
                "name": "cartorio-guardrails",
                "version": version,
                "semanticVersion": version,
                "rules": [_rule(policy, result) for policy in result.policies],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not result.unread,
                "toolExecutionNotifications": [_notification(one) for one in result.unread],
            }
        ],
        "results": results,
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _rule(policy: Policy, result: Result) -> dict[str, Any]:
    controls = [f"{control.framework} {control.version}, {control.ref}" for control in policy.controls]
    supports = f"\n\nSupports: {'; '.join(controls)}." if controls else ""
    return {
        "id": policy.id,
        "name": "".join(word.capitalize() for word in policy.id.replace("/", "-").split("-")),
        "shortDescription": {"text": f"{policy.title}."},
        "fullDescription": {"text": policy.rationale},
        "help": {
            "text": f"{policy.remediation}{supports}",
            "markdown": f"{policy.rationale}\n\n**Remedy:** {policy.remediation}{supports}",
        },
        "defaultConfiguration": {"level": _LEVELS[policy.enforcement[result.profile].value]},
        "properties": {
            "tags": ["security", policy.id.partition("/")[0]],
            "precision": "very-high",
            "security-severity": _SEVERITIES[policy.severity.value],
        },
    }


def _result(found: Found, index: dict[str, int]) -> dict[str, Any]:
    # Not of the line: what is found stays the same finding when something is written above it.
    print_ = hashlib.sha256(f"{found.rule}\0{found.file}\0{found.resource}\0{found.path}".encode()).hexdigest()
    path = f" ({printable(found.path)})" if found.path else ""
    location: dict[str, Any] = {
        "logicalLocations": [{"fullyQualifiedName": printable(found.resource) or "everything", "kind": "resource"}]
    }
    if found.file:
        location["physicalLocation"] = _physical(found.file, found.line)
    return {
        "ruleId": found.rule,
        "ruleIndex": index[found.rule],
        "level": _LEVELS[found.enforcement.value],
        "message": {
            "text": f"{printable(found.resource)}: {printable(found.message)}{path}. Remedy: {printable(found.remedy)}"
        },
        "locations": [location],
        "partialFingerprints": {"cartorioFinding/v1": print_},
    }


def _suppression(exemption: Exemption) -> dict[str, str]:
    justification = f"{exemption.reason} ({exemption.owner}, {exemption.ticket}, until {exemption.expires})"
    return {"kind": "external", "status": "accepted", "justification": printable(justification)}


def _notification(one: Unread) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": f"{printable(one.what)}. {printable(one.remedy)}"},
        "locations": [{"physicalLocation": _physical(one.file, one.line)}],
    }


def _physical(file: str, line: int) -> dict[str, Any]:
    name = "stdin" if file == _STANDARD_INPUT else Path(file).as_posix()
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(name)}}
    if line:
        place["region"] = {"startLine": line}
    return place
