"""What Flux keeps as a source says stays so: often enough, without leftovers, and not switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import RELAXED_LOCALLY, Finding, OnUnknown, Policy, Severity
from guardrails.resources.delivery import Source, Sync
from guardrails.resources.reading import Unknown
from guardrails.rules._containers import unknown
from guardrails.rules._objects import example
from guardrails.rules._sources import flux

if TYPE_CHECKING:
    from guardrails.model import Context

_SHORTEST: Final = 60.0  # seconds; Flux's own advice
_LONGEST: Final = 3600.0  # seconds


def _judge_interval(reconciled: Source | Sync, _context: Context) -> tuple[Finding, ...]:
    interval, path = reconciled.interval, "spec.interval"
    if isinstance(interval, Unknown):
        return (unknown(path, "how often it is looked at"),)
    if interval is None:
        # An OCI registry of charts is not looked at by itself: Flux asks for no interval.
        optional = reconciled.kind == "HelmRepository" and reconciled.verified is True
        return () if optional else (Finding(path, "nothing says how often it is looked at"),)
    if interval < _SHORTEST:
        return (Finding(path, f"it is looked at every {interval:g} s, which is a load and no help"),)
    if interval > _LONGEST:
        return (Finding(path, f"what somebody changes by hand stays for {interval / 3600:g} h"),)
    return ()


def _judge_prune(sync: Sync, _context: Context) -> tuple[Finding, ...]:
    if isinstance(sync.prunes, Unknown):
        return (unknown("spec.prune", "whether what is gone from the source goes from the cluster"),)
    if sync.prunes is False:
        return (Finding("spec.prune", "what is gone from the source stays in the cluster, and nobody knows of it"),)
    return ()


def _judge_suspended(reconciled: Source | Sync, _context: Context) -> tuple[Finding, ...]:
    if isinstance(reconciled.suspended, Unknown):
        return (unknown("spec.suspend", "whether it is switched off"),)
    return (Finding("spec.suspend", "it is switched off: the cluster drifts unseen"),) if reconciled.suspended else ()


_SYNC: Final = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: guardrails, namespace: flux-system}
spec: {interval: 10m, prune: true, path: ./clusters, sourceRef: {kind: GitRepository, name: cartorio}}
"""

POLICIES: Final = (
    Policy(
        id="delivery/interval",
        title="Flux looks at everything between once a minute and once an hour",
        severity=Severity.LOW,
        rationale=(
            "The interval is how long a change by hand lasts and how late a fix comes. Below a minute it only loads "
            "the API server."
        ),
        resource_types=(Source, Sync),
        remediation="Set spec.interval between 1m and 1h.",
        since="0.3.0",
        rule=_judge_interval,
        controls=(flux("kustomize-controller", "1.9.6", "v1/kustomizations", "Interval"),),
        enforcement=RELAXED_LOCALLY,
        on_unknown=OnUnknown.WAIT,
        passing=example(_SYNC),
        failing=example(_SYNC.replace("interval: 10m", "interval: 24h")),
    ),
    Policy(
        id="delivery/prune",
        title="What is gone from the source goes from the cluster",
        severity=Severity.MEDIUM,
        rationale=(
            "A binding or a policy that was deleted in Git and goes on in the cluster is one that nobody sees, and "
            "that no review will find."
        ),
        resource_types=(Sync,),
        remediation="Set spec.prune to true; annotate what must stay with kustomize.toolkit.fluxcd.io/prune: disabled.",
        since="0.3.0",
        rule=_judge_prune,
        controls=(flux("kustomize-controller", "1.9.6", "v1/kustomizations", "Prune"),),
        enforcement=RELAXED_LOCALLY,
        on_unknown=OnUnknown.WAIT,
        passing=example(_SYNC),
        failing=example(_SYNC.replace("prune: true", "prune: false")),
    ),
    Policy(
        id="delivery/not-suspended",
        title="Nothing that Flux keeps is switched off",
        severity=Severity.MEDIUM,
        rationale=(
            "What was suspended for an hour during an incident is found suspended a year later. Meanwhile nothing is "
            "corrected and no fix arrives."
        ),
        resource_types=(Source, Sync),
        remediation="Take spec.suspend away; for an hour, `flux suspend` leaves the declaration as it is.",
        since="0.3.0",
        rule=_judge_suspended,
        controls=(flux("kustomize-controller", "1.9.6", "v1/kustomizations", "Suspend"),),
        enforcement=RELAXED_LOCALLY,
        on_unknown=OnUnknown.WAIT,
        passing=example(_SYNC),
        failing=example(_SYNC.replace("prune: true", "suspend: true, prune: true")),
    ),
)
