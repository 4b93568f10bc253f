"""Nodes can be drained without taking a workload down, and without being kept from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import RELAXED_LOCALLY, Finding, OnUnknown, Policy, Severity
from guardrails.resources.base import Stack
from guardrails.resources.reading import UNKNOWN, Unknown
from guardrails.resources.workloads import Budget, Workload
from guardrails.rules._containers import unknown
from guardrails.rules._objects import DEPLOYMENT, Near, at, example, of
from guardrails.rules._sources import kubernetes_docs

if TYPE_CHECKING:
    from guardrails.model import Context


def _judge_budget(budget: Budget, _context: Context) -> tuple[Finding, ...]:
    found = [
        unknown(f"spec.{name}", "how many pods may go at a time")
        for name, value in (("minAvailable", budget.min_available), ("maxUnavailable", budget.max_unavailable))
        if isinstance(value, Unknown)
    ]
    if budget.min_available is None and budget.max_unavailable is None:
        found.append(Finding("spec", "the budget says neither how many pods may go nor how many must stay"))
    if budget.max_unavailable in {0, "0%", "0"}:
        found.append(Finding("spec.maxUnavailable", "no pod may ever go: nodes cannot be drained"))
    if budget.min_available == "100%":
        found.append(Finding("spec.minAvailable", "no pod may ever go: nodes cannot be drained"))
    if budget.min_available in {0, "0%", "0"} or budget.max_unavailable == "100%":
        found.append(Finding("spec", "all pods may go at once"))
    return tuple(found)


def _judge_protected(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    budgets = Near(of(stack, Budget))
    found = []
    for workload in of(stack, Workload):
        verdicts = [_protects(budget, workload) for budget in budgets.to(workload.namespace)]
        if True in verdicts:
            continue
        if UNKNOWN in verdicts:
            found.append(at(workload, unknown("", "whether a disruption budget selects its pods")))
        else:
            found.append(at(workload, Finding("", f"no disruption budget selects the pods of this {workload.kind}")))
    return tuple(found)


def _protects(budget: Budget, workload: Workload) -> bool | Unknown:
    if budget.pods is None:
        return False
    verdicts = [
        budget.beside(workload),
        budget.pods if isinstance(budget.pods, Unknown) else budget.pods.selects(workload.labels),
    ]
    if False in verdicts:
        return False
    return UNKNOWN if UNKNOWN in verdicts else True


_BUDGET: Final = """\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: api, namespace: cartorio}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: api}}}
"""
_PAGE: Final = kubernetes_docs(
    "v1.36", "Specifying a Disruption Budget for your Application", "tasks/run-application/configure-pdb/"
)

POLICIES: Final = (
    Policy(
        id="workload/disruption-budget",
        title="A disruption budget selects the pods of every Deployment and StatefulSet",
        severity=Severity.MEDIUM,
        rationale=(
            "Nodes are drained every week. Without a budget all replicas may be evicted at once, and a budget whose "
            "selector does not match protects nobody."
        ),
        resource_types=(Stack,),
        remediation="Add a PodDisruptionBudget in the same namespace, with a selector that the pods' labels match.",
        since="0.3.0",
        rule=_judge_protected,
        controls=(_PAGE,),
        enforcement=RELAXED_LOCALLY,
        on_unknown=OnUnknown.WAIT,
        passing=example(DEPLOYMENT, _BUDGET),
        failing=example(DEPLOYMENT, _BUDGET.replace("app: api", "app: workers")),
    ),
    Policy(
        id="workload/budget-leaves-room",
        title="Every disruption budget lets a pod go, and not all of them",
        severity=Severity.MEDIUM,
        rationale=(
            "A budget that lets nobody go blocks the drain of its node, and with it every update of the cluster, "
            "until somebody deletes it in a hurry."
        ),
        resource_types=(Budget,),
        remediation="Set maxUnavailable to 1 (or minAvailable below the number of pods).",
        since="0.3.0",
        rule=_judge_budget,
        controls=(_PAGE,),
        enforcement=RELAXED_LOCALLY,
        on_unknown=OnUnknown.WAIT,
        passing=example(_BUDGET),
        failing=example(_BUDGET.replace("maxUnavailable: 1", "maxUnavailable: 0")),
    ),
)
