"""A check's result as SARIF (`delivery.sarif`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from delivery.sarif import LEVELS, Notice, Place, Rule, document
from delivery.sarif import Result as Entry

if TYPE_CHECKING:
    from delivery.policy.model import Found, Result
    from guardrails.exemptions import Exemption

_STANDARD_INPUT: Final = "-"


def as_sarif(result: Result, version: str) -> str:
    """The document.

    Args:
        result: the check's result.
        version: the pack's.
    """
    rules = [
        Rule(policy.id, policy.severity.value, LEVELS[policy.enforcement[result.profile].value], policy)
        for policy in result.policies
    ]
    entries = [_entry(found) for found in result.findings]
    entries += [_entry(found, exemption) for found, exemption in result.exempted]
    notices = [Notice(f"{one.what}. {one.remedy}", _place(one.file, one.line)) for one in result.unread]
    return document("cartorio-guardrails", version, rules, entries, notices)


def _entry(found: Found, exemption: Exemption | None = None) -> Entry:
    path = f" ({found.path})" if found.path else ""
    why = f"{exemption.reason} ({exemption.owner}, {exemption.ticket}, until {exemption.expires})" if exemption else ""
    return Entry(
        rule=found.rule,
        level=LEVELS[found.enforcement.value],
        resource=found.resource,
        message=f"{found.message}{path}",
        remedy=found.remedy,
        place=_place(found.file, found.line),
        identity=(found.rule, found.file, found.resource, found.path),
        suppressed=why,
    )


def _place(file: str, line: int) -> Place:
    return Place("stdin" if file == _STANDARD_INPUT else Path(file).as_posix() if file else "", line)
