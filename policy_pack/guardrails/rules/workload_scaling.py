"""Workloads have more than one pod, and somebody who adds and takes pods within bounds that make sense."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import RELAXED_LOCALLY, Finding, OnUnknown, Policy, Severity
from guardrails.resources.base import Stack
from guardrails.resources.reading import Unknown
from guardrails.resources.workloads import Autoscaler, Workload
from guardrails.rules._containers import unknown
from guardrails.rules._objects import DEPLOYMENT, Near, at, example, of
from guardrails.rules._sources import kubernetes_docs

if TYPE_CHECKING:
    from guardrails.model import Context

_FEWEST: Final = 2
_MOST: Final = 500  # beyond it a bound bounds nothing


def _judge_replicas(workload: Workload, _context: Context) -> tuple[Finding, ...]:
    if isinstance(workload.replicas, Unknown):
        return (unknown("spec.replicas", "how many pods there are"),)
    if workload.replicas is not None and workload.replicas < _FEWEST:
        return (Finding("spec.replicas", f"there is no second pod: {workload.replicas} in all"),)
    return ()


def _judge_bounds(scaler: Autoscaler, _context: Context) -> tuple[Finding, ...]:
    keda = scaler.kind == "ScaledObject"
    low, high = ("minReplicaCount", "maxReplicaCount") if keda else ("minReplicas", "maxReplicas")
    found = [
        unknown(f"spec.{name}", "a bound of the autoscaler")
        for name, value in ((low, scaler.fewest), (high, scaler.most), ("idleReplicaCount", scaler.idle))
        if isinstance(value, Unknown)
    ]
    if isinstance(scaler.measures, Unknown):
        found.append(unknown("spec", "what the autoscaler goes by"))
    elif not scaler.measures:
        found.append(Finding("spec.triggers" if keda else "spec.metrics", "the autoscaler has nothing to go by"))
    fewest = scaler.fewest if scaler.fewest is not None else 0 if keda else 1
    most = scaler.most if scaler.most is not None else 100 if keda else 0
    if not isinstance(fewest, Unknown) and fewest < _FEWEST:
        found.append(Finding(f"spec.{low}", f"the autoscaler may leave {fewest} pods"))
    if not isinstance(scaler.idle, Unknown) and scaler.idle is not None:
        found.append(Finding("spec.idleReplicaCount", f"the autoscaler leaves {scaler.idle} pods when nothing happens"))
    if not isinstance(most, Unknown):
        if most > _MOST:
            found.append(Finding(f"spec.{high}", f"the autoscaler may make {most} pods, which is no bound"))
        elif not isinstance(fewest, Unknown) and most <= fewest:
            found.append(Finding(f"spec.{high}", f"the autoscaler cannot add a pod: {most} at most, {fewest} at least"))
    return tuple(found)


def _judge_autoscaled(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    scalers = Near(of(stack, Autoscaler))
    found = []
    for workload in of(stack, Workload):
        if workload.kind != "Deployment":
            continue  # a store is not scaled by load
        verdicts = [_scales(scaler, workload) for scaler in scalers.to(workload.namespace)]
        if True in verdicts:
            continue
        if any(isinstance(verdict, Unknown) for verdict in verdicts):
            found.append(at(workload, unknown("", "whether anything scales it")))
        else:
            found.append(at(workload, Finding("", "no autoscaler names this Deployment")))
    return tuple(found)


def _scales(scaler: Autoscaler, workload: Workload) -> bool | Unknown:
    kind, name = scaler.target
    beside = scaler.beside(workload)
    if beside is False or (not isinstance(kind, Unknown) and kind != workload.kind):
        return False
    if isinstance(name, Unknown) or isinstance(workload.name, Unknown):
        return Unknown.UNKNOWN
    if name != workload.name:
        return False
    return Unknown.UNKNOWN if isinstance(kind, Unknown) else beside


_HPA: Final = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: api, namespace: cartorio}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}
  minReplicas: 3
  maxReplicas: 12
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]
"""
_PAGE: Final = kubernetes_docs("v1.36", "Horizontal Pod Autoscaling", "tasks/run-application/horizontal-pod-autoscale/")

POLICIES: Final = (
    Policy(
        id="workload/replicas",
        title="No workload has a single pod",
        severity=Severity.MEDIUM,
        rationale="One pod is down whenever its node is drained, its image is replaced or it just fails.",
        resource_types=(Workload,),
        remediation="Set replicas to 2 or more, or leave it out and let an autoscaler say.",
        since="0.3.0",
        rule=_judge_replicas,
        controls=(kubernetes_docs("v1.36", "Deployments", "concepts/workloads/controllers/deployment/"),),
        enforcement=RELAXED_LOCALLY,
        on_unknown=OnUnknown.WAIT,
        passing=example(DEPLOYMENT + "  replicas: 3\n"),
        failing=example(DEPLOYMENT + "  replicas: 1\n"),
    ),
    Policy(
        id="workload/autoscaler-bounds",
        title="Every autoscaler has something to go by, keeps two pods and can add some",
        severity=Severity.MEDIUM,
        rationale=(
            "An autoscaler that can go to one pod takes the second one away when it is quiet, one whose bounds are "
            "equal is none, and one without a bound hands the bill to whoever sends requests."
        ),
        resource_types=(Autoscaler,),
        remediation="Set the lower bound to 2 or more, the upper one above it, and name what is measured.",
        since="0.3.0",
        rule=_judge_bounds,
        controls=(_PAGE,),
        enforcement=RELAXED_LOCALLY,
        on_unknown=OnUnknown.WAIT,
        passing=example(_HPA),
        failing=example(_HPA.replace("minReplicas: 3", "minReplicas: 1")),
    ),
    Policy(
        id="workload/autoscaled",
        title="Every Deployment has an autoscaler",
        severity=Severity.MEDIUM,
        rationale="A number of pods that somebody wrote down was right on one day; load asks every day.",
        resource_types=(Stack,),
        remediation="Add a HorizontalPodAutoscaler (or KEDA's ScaledObject) whose scaleTargetRef is the Deployment.",
        since="0.3.0",
        rule=_judge_autoscaled,
        controls=(_PAGE,),
        enforcement=RELAXED_LOCALLY,
        on_unknown=OnUnknown.WAIT,
        passing=example(DEPLOYMENT, _HPA),
        failing=example(DEPLOYMENT, _HPA.replace("kind: Deployment, name: api", "kind: Deployment, name: workers")),
    ),
)
