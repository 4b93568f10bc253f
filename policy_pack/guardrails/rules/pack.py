"""What the pack says about itself: resources it could not read, releases it could not render, its own exemptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Example, Finding, Policy, Problem, Severity
from guardrails.resources.base import Malformed, Stack
from guardrails.resources.helm import HelmRelease

if TYPE_CHECKING:
    from guardrails.model import Context


def _well_formed(resource: Malformed, _context: Context) -> tuple[Finding, ...]:
    return (Finding(resource.path, resource.problem),)


def _rendered(release: HelmRelease, _context: Context) -> tuple[Finding, ...]:
    return (Finding("", release.problem, remedy=release.remedy),) if release.problem else ()


def _exemptions(_stack: Stack, context: Context) -> tuple[Finding, ...]:
    return tuple(
        Finding(problem.where, problem.what, problem.remedy, address="", resource="policy_pack/exemptions.yaml")
        for problem in context.problems
    )


_WELL_FORMED: Final = """\
apiVersion: v1
kind: Pod
metadata: {name: api}
spec: {containers: [{name: api, securityContext: {privileged: false}}]}
"""
_BROKEN_RELEASE: Final = """\
type: kubernetes:helm.sh/v3:Release
name: cartorio
properties: {chart: ./charts/missing}
"""
_UNKNOWN_RULE: Final = Problem(
    "exemptions[0].rule", "there is no rule 'workload/probe'", "Name one of docs/policies.md."
)

POLICIES: Final = (
    Policy(
        id="pack/readable",
        title="Every resource can be read by the pack",
        severity=Severity.HIGH,
        rationale="What cannot be read cannot be judged, and what was not judged must not pass.",
        resource_types=(Malformed,),
        remediation="Give the property the type that its API documents; outputs belong in values, not in structure.",
        since="0.1.0",
        rule=_well_formed,
        passing=Example(_WELL_FORMED),
        failing=Example(_WELL_FORMED.replace("privileged: false", "privileged: 'no'")),
    ),
    Policy(
        id="pack/rendered",
        title="Every Helm release can be rendered by the pack",
        severity=Severity.HIGH,
        rationale="A release shows its values, not its pods: only the rendered chart shows what would run.",
        resource_types=(HelmRelease,),
        remediation="Correct the chart or the values until `helm template` accepts them.",
        since="0.1.0",
        rule=_rendered,
        passing=Example(_WELL_FORMED),
        failing=Example(_BROKEN_RELEASE),
    ),
    Policy(
        id="pack/exemptions",
        title="Every exemption is valid, narrow and current",
        severity=Severity.HIGH,
        rationale=(
            "An exemption that never ends is a rule that does not exist. Each has a reason, an owner and a day on "
            "which it stops counting, at most 90 days ahead."
        ),
        resource_types=(Stack,),
        remediation="Correct the entry in policy_pack/exemptions.yaml, or delete it and fix the resource.",
        since="0.1.0",
        rule=_exemptions,
        passing=Example(_WELL_FORMED),
        failing=Example(_WELL_FORMED, problems=(_UNKNOWN_RULE,)),
    ),
)
