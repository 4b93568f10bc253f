"""Findings as annotations of a workflow's run, by commands on its standard output.

Format: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands. GitHub shows ten of each
kind a step; the last says how many more there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from delivery.plan.model import Enforcement
from delivery.plan.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from delivery.plan.model import Finding, Plan

_SHOWN: Final = 10


def commands(plans: Sequence[Plan]) -> Iterator[str]:
    """The commands, a line each."""
    for command, enforcement in (("error", Enforcement.MANDATORY), ("warning", Enforcement.ADVISORY)):
        found = [(plan.stack, one) for plan in plans for one in plan.findings if one.enforcement is enforcement]
        shown = found if len(found) <= _SHOWN else found[: _SHOWN - 1]
        for stack, finding in shown:
            yield _command(command, stack, finding)
        if len(found) > len(shown):
            yield f"::{command} title=policy::{len(found) - len(shown)} more findings: see the plan"


def _command(command: str, stack: str, finding: Finding) -> str:
    place = f"file={_property(finding.source.file)},line={finding.source.line}," if finding.source else ""
    path = f" ({finding.path})" if finding.path else ""
    told = f"{finding.resource}: {finding.message}{path}. {finding.remedy}".strip()
    return f"::{command} {place}title={_property(f'{stack}: {finding.rule}')}::{_data(told)}"


def _data(words: str) -> str:
    return printable(words).replace("%", "%25")


def _property(words: str) -> str:
    return _data(words).replace(":", "%3A").replace(",", "%2C")
