"""Findings of plans as SARIF (`delivery.sarif`), with the line of the program where it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delivery.sarif import LEVELS, Notice, Place, Result, Rule, document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delivery.plan.model import Finding, Plan


def sarif(plans: Sequence[Plan]) -> str:
    """The document. What has no line of its own is about its stack's file, as GitHub shows nothing without a file."""
    from guardrails.catalogue import CATALOGUE

    known = {policy.id: policy for policy in CATALOGUE}
    found = [(plan, finding) for plan in plans for finding in plan.findings]
    # A plan may be of another pack, or of another version of this one: then only its name is known.
    rules = {one.rule: Rule(one.rule, one.severity.value, policy=known.get(one.rule)) for _, one in found}
    broken = [
        Notice(f"{plan.stack}: the preview did not come to its end", Place(_file(plan)))
        for plan in plans
        if not (plan.complete or plan.mandatory)
    ]
    return document("cartorio-preview", "", [*rules.values()], [_result(*one) for one in found], broken) + "\n"


def _result(plan: Plan, finding: Finding) -> Result:
    path = f" ({finding.path})" if finding.path else ""
    return Result(
        rule=finding.rule,
        level=LEVELS[finding.enforcement.value],
        resource=f"{plan.stack}: {finding.resource}",
        message=f"{finding.message}{path}",
        remedy=finding.remedy,
        place=Place(finding.source.file, finding.source.line) if finding.source else Place(_file(plan), 1),
        identity=(plan.stack, finding.rule, finding.urn, finding.resource, finding.path),
        name=finding.urn or "the stack",
    )


def _file(plan: Plan) -> str:
    return f"Pulumi.{plan.stack}.yaml"
