"""A plan for people at a terminal: what is destructive first, then findings, counts, and where the rest is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from delivery.plan.model import Operation
from delivery.plan.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from delivery.plan.model import Change, Finding, Plan


def lines(plan: Plan) -> Iterator[Text]:
    """The lines, one after the other."""
    counts = plan.counts
    yield Text.assemble(
        (printable(plan.stack), "bold"),
        f": {counts.create} to create, {counts.update} to update, {counts.replace} to replace, ",
        f"{counts.delete} to delete, {counts.imported} to import, {counts.unchanged} unchanged",
    )
    if plan.origin.lab:
        yield Text("  in the lab, from nothing: what the program is, not what would change of what is there", "dim")
    if not plan.complete:
        yield Text("  the preview did not come to its end: more might change than is told here", "bold red")
    if not plan.judged:
        yield Text("  no policy pack has judged this: nobody knows whether it may be done", "bold red")
    for change in plan.destructive:
        kept = " PROTECTED, so the engine refuses it" if change.protected else ""
        yield Text(f"  {change.operation.value.upper()} {printable(change.urn)}{why(change)}{kept}", "bold red")
    for change in plan.unprotected:
        yield Text(f"  PROTECTION LIFTED of {printable(change.urn)}", "bold red")
    for finding in plan.findings:
        yield from _finding(finding)
    for problem in plan.problems:
        style = "red" if problem.severity == "error" else "yellow"
        about = f" {printable(problem.urn)}:" if problem.urn else ""
        yield Text(f"  {problem.severity}:{about} {printable(problem.message)}", style)
    for used in plan.exemptions:
        until = f"until {printable(used.expires)} ({printable(used.ticket)})"
        yield Text(f"  exempt: {printable(used.rule)}: {printable(used.resource)} {until}", "dim")
    for image in plan.images:
        by = f" by {', '.join(map(printable, image.signers))}" if image.signers else ""
        yield Text(f"  image {image.outcome}{by}: {printable(image.reference)}", "dim")
    yield Text(f"  digest {plan.digest}", "dim")


def why(change: Change) -> str:
    """Why a resource is replaced, in brackets; nothing for another operation."""
    if change.operation is not Operation.REPLACE:
        return ""
    if change.replace_keys:
        return f" (because of {', '.join(map(printable, change.replace_keys))})"
    return " (because of what it depends on)"


def _finding(finding: Finding) -> Iterator[Text]:
    style = "red" if finding.enforcement == "mandatory" else "yellow"
    path = f" ({printable(finding.path)})" if finding.path else ""
    yield Text(
        f"  {finding.enforcement}: {printable(finding.rule)}: {printable(finding.resource)}: "
        f"{printable(finding.message)}{path}",
        style,
    )
    if finding.remedy:
        yield Text(f"    do: {printable(finding.remedy)}")
    if finding.source:
        yield Text(f"    at: {printable(finding.source.file)}:{finding.source.line}", "dim")
