"""What the pack says about itself: resources it could not read, releases it could not render, its own exemptions."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from guardrails.exemptions import Exemption
from guardrails.model import ADVICE, Example, Finding, Policy, Problem, Severity
from guardrails.resources.base import Malformed, Stack
from guardrails.resources.helm import HelmRelease

if TYPE_CHECKING:
    from guardrails.model import Context


def _well_formed(resource: Malformed, _context: Context) -> tuple[Finding, ...]:
    return (Finding(resource.path, resource.problem),)


def _rendered(release: HelmRelease, _context: Context) -> tuple[Finding, ...]:
    return (Finding("", release.problem, remedy=release.remedy),) if release.problem else ()


def _judged(release: HelmRelease, _context: Context) -> tuple[Finding, ...]:
    if not release.stand_in:
        return ()
    return (Finding("", f"could not be judged: {release.stand_in}", remedy=release.remedy),)


def _exemptions(_stack: Stack, context: Context) -> tuple[Finding, ...]:
    return tuple(
        Finding(problem.where, problem.what, problem.remedy, address="", resource="policy_pack/exemptions.yaml")
        for problem in context.problems
    )


def _exempted(_stack: Stack, context: Context) -> tuple[Finding, ...]:
    return tuple(
        Finding(one.path, f"exempt from {one.rule}: {one.why}", address=one.address, resource=one.resource)
        for one in context.exempted
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
_MIRRORED_RELEASE: Final = """\
type: kubernetes:helm.sh/v3:Release
name: cert-manager
properties: {chart: cert-manager, version: v1.21.2, repositoryOpts: {repo: 'http://127.0.0.1:40000'}}
"""
_UNKNOWN_RULE: Final = Problem(
    "exemptions[0].rule", "there is no rule 'workload/probe'", "Name one of docs/policies.md."
)

_EXEMPT_POD: Final = Exemption(
    rule="pss/baseline/privileged",
    resource="urn:pulumi:example::cartorio::kubernetes:core/v1:Pod::api",
    reason="The vendor's driver needs it until 2.4.",
    owner="plataforma@cartorio.example",
    ticket="OPS-1234",
    expires=date(2026, 12, 31),
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
        id="pack/judged",
        title="What a Helm release would run has been judged",
        severity=Severity.MEDIUM,
        rationale=(
            "In a rehearsal an empty chart of the same name and version stands in for one that cannot be reached. "
            "Nothing of the real chart was seen: whoever reads the rehearsal must know. Outside a rehearsal such a "
            "release is a violation of pack/rendered."
        ),
        resource_types=(HelmRelease,),
        remediation="Rehearse where the chart's source, or a mirror of it, can be reached.",
        since="0.2.0",
        rule=_judged,
        enforcement=ADVICE,
        passing=Example(_WELL_FORMED),
        failing=Example(_MIRRORED_RELEASE, stood_in=("cert-manager v1.21.2",)),
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
        title="Every exemption is valid, narrow, current and needed",
        severity=Severity.HIGH,
        rationale=(
            "An exemption that never ends is a rule that does not exist. Each has a reason, an owner and a day on "
            "which it stops counting, at most 90 days ahead. One that nothing needs would let the next thing pass "
            "unseen; of another stack's, and of what a run left out, only that stack's and the whole run can tell."
        ),
        resource_types=(Stack,),
        remediation="Correct the entry in policy_pack/exemptions.yaml, or delete it and fix the resource.",
        since="0.1.0",
        rule=_exemptions,
        passing=Example(_WELL_FORMED),
        failing=Example(_WELL_FORMED, problems=(_UNKNOWN_RULE,)),
    ),
    Policy(
        id="pack/exempted",
        title="What exemptions let pass is seen in every run",
        severity=Severity.LOW,
        rationale=(
            "An exemption is a decision, not a secret: whoever looks at a preview sees what passes only because of "
            "one, who decided it, and until when."
        ),
        resource_types=(Stack,),
        remediation="Nothing today; fix the resource before the exemption ends.",
        since="0.3.0",
        rule=_exempted,
        enforcement=ADVICE,
        passing=Example(_WELL_FORMED),
        failing=Example(_WELL_FORMED.replace("privileged: false", "privileged: true"), exemptions=(_EXEMPT_POD,)),
    ),
)
