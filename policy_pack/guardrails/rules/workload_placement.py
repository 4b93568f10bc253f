"""Pods of one workload are spread over zones, and the scheduler knows how important they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import RELAXED_LOCALLY, Finding, OnUnknown, Policy, Severity
from guardrails.resources.pods import Pod
from guardrails.resources.reading import UNKNOWN, Unknown, join
from guardrails.rules._containers import PODS_KNOWN, unknown, unseen
from guardrails.rules._objects import DEPLOYMENT, example
from guardrails.rules._sources import kubernetes_docs

if TYPE_CHECKING:
    from guardrails.model import Context

_ZONE: Final = "topology.kubernetes.io/zone"
# What has as many pods as somebody says. A DaemonSet has one on each node by itself.
_REPLICATED: Final = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "Rollout"})


def _judge_spread(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    if pod.kind not in _REPLICATED:
        return ()
    found, path = unseen(pod), join(pod.path, "topologySpreadConstraints")
    if isinstance(pod.spread, Unknown) or (_ZONE not in pod.spread and UNKNOWN in pod.spread):
        found.append(unknown(path, "what the pods are spread over"))
    elif _ZONE not in pod.spread:
        found.append(Finding(path, "nothing spreads the pods over zones: one zone's failure may take all of them"))
    return tuple(found)


def _judge_priority(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    if pod.kind not in _REPLICATED:
        return ()
    found, path = unseen(pod), join(pod.path, "priorityClassName")
    if isinstance(pod.priority_class, Unknown):
        found.append(unknown(path, "the pods' priority"))
    elif not pod.priority_class:
        found.append(Finding(path, "the pods have no priority: on a full node anything may push them out"))
    return tuple(found)


_SPREAD: Final = f"""\
    spec:
      topologySpreadConstraints:
        - {{maxSkew: 1, topologyKey: {_ZONE}, whenUnsatisfiable: DoNotSchedule}}
"""

POLICIES: Final = (
    Policy(
        id="workload/topology-spread",
        title="Replicas are spread over zones",
        severity=Severity.MEDIUM,
        rationale=(
            "Replicas that stand in one zone fail together. The scheduler spreads them by itself only as far as it "
            "costs nothing."
        ),
        resource_types=(Pod,),
        remediation=f"Add a topologySpreadConstraint over {_ZONE}, or an anti-affinity over it.",
        since="0.3.0",
        rule=_judge_spread,
        controls=(
            kubernetes_docs(
                "v1.36",
                "Pod Topology Spread Constraints",
                "concepts/scheduling-eviction/topology-spread-constraints/",
            ),
        ),
        enforcement=RELAXED_LOCALLY,
        on_unknown=OnUnknown.WAIT,
        passing=example(DEPLOYMENT + _SPREAD),
        failing=example(DEPLOYMENT + _SPREAD.replace(_ZONE, "kubernetes.io/hostname")),
        yields_to=PODS_KNOWN,
    ),
    Policy(
        id="workload/priority",
        title="Every replicated workload says how important it is",
        severity=Severity.LOW,
        rationale=(
            "When nodes are full or fail, somebody has to go. Without priority classes that is decided by who came "
            "first, and a batch job can keep the API from starting again."
        ),
        resource_types=(Pod,),
        remediation="Name a PriorityClass in priorityClassName; the application's chart brings one.",
        since="0.3.0",
        rule=_judge_priority,
        controls=(
            kubernetes_docs(
                "v1.36", "Pod Priority and Preemption", "concepts/scheduling-eviction/pod-priority-preemption/"
            ),
        ),
        enforcement=RELAXED_LOCALLY,
        on_unknown=OnUnknown.WAIT,
        passing=example(DEPLOYMENT + "    spec: {priorityClassName: cartorio-api}\n"),
        failing=example(DEPLOYMENT + "    spec: {priorityClassName: ''}\n"),
        yields_to=PODS_KNOWN,
    ),
)
