"""Every namespace has bounds, and says how its pods are judged: rules across resources, and one about the namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import RELAXED_LOCALLY, Finding, OnUnknown, Policy, Severity
from guardrails.resources.base import Stack
from guardrails.resources.namespaces import Limits, Namespace, Quota
from guardrails.resources.reading import UNKNOWN, Unknown
from guardrails.rules._containers import unknown
from guardrails.rules._objects import Near, at, example, inside, of
from guardrails.rules._sources import kubernetes_docs

if TYPE_CHECKING:
    from guardrails.model import Context

_LEVELS: Final = ("privileged", "baseline", "restricted")
_LABEL: Final = "pod-security.kubernetes.io/enforce"


def _judge_quota(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    quotas = Near(of(stack, Quota))
    found = []
    for namespace in of(stack, Namespace):
        verdicts = [_bounds(inside(quota, namespace), quota.hard) for quota in quotas.to(namespace.name)]
        found += _said(namespace, verdicts, "no ResourceQuota bounds its pods", "whether a quota bounds its pods")
    return tuple(found)


def _bounds(there: bool | Unknown, hard: object) -> bool | Unknown:  # noqa: FBT001 - a verdict among others
    if there is False or isinstance(hard, Unknown):
        return there and UNKNOWN
    bounded = isinstance(hard, dict) and any(key in hard for key in ("pods", "count/pods"))
    return there if bounded else False


def _judge_limits(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    ranges, quotas = Near(of(stack, Limits)), Near(of(stack, Quota))
    bare = [one for one in of(stack, Namespace) if not _empty(one, quotas.to(one.name))]
    found = []
    for namespace in bare:
        verdicts = [_limits(inside(one, namespace), one) for one in ranges.to(namespace.name)]
        found += _said(namespace, verdicts, "no LimitRange bounds its containers", "whether its containers are bounded")
    return tuple(found)


def _limits(there: bool | Unknown, limits: Limits) -> bool | Unknown:  # noqa: FBT001 - a verdict among others
    if there is False or isinstance(limits.bounds, Unknown):
        return there and UNKNOWN
    kinds = [kind for kind, said in limits.bounds if said or isinstance(kind, Unknown)]
    if "Container" in kinds:
        return there
    return UNKNOWN if UNKNOWN in kinds else False


def _empty(namespace: Namespace, quotas: list[Quota]) -> bool:
    """Whether nothing can run there: then there are no containers to bound."""
    return any(
        inside(quota, namespace) is True and not isinstance(quota.hard, Unknown) and quota.hard.get("pods") == "0"
        for quota in quotas
    )


def _said(namespace: Namespace, verdicts: list[bool | Unknown], missing: str, unclear: str) -> list[Finding]:
    if True in verdicts:
        return []
    return [at(namespace, unknown("", unclear) if UNKNOWN in verdicts else Finding("", missing))]


def _judge_level(namespace: Namespace, _context: Context) -> tuple[Finding, ...]:
    path = f'metadata.labels["{_LABEL}"]'
    if isinstance(namespace.labels, Unknown):
        return (unknown(path, "to which level of the Pod Security Standards its pods are held"),)
    level = namespace.labels.get(_LABEL)
    if isinstance(level, Unknown):
        return (unknown(path, "to which level of the Pod Security Standards its pods are held"),)
    if level not in _LEVELS:
        return (Finding(path, "the namespace holds its pods to no level of the Pod Security Standards"),)
    return ()


_NAMESPACE: Final = "apiVersion: v1\nkind: Namespace\nmetadata: {name: cartorio}\n"
_QUOTA: Final = """\
apiVersion: v1
kind: ResourceQuota
metadata: {name: cartorio, namespace: cartorio}
spec: {hard: {pods: '40', services.loadbalancers: '0', services.nodeports: '0'}}
"""
_LIMITS: Final = """\
apiVersion: v1
kind: LimitRange
metadata: {name: cartorio, namespace: cartorio}
spec: {limits: [{type: Container, defaultRequest: {cpu: 50m, memory: 64Mi}, max: {cpu: '4', memory: 8Gi}}]}
"""
_LABELLED: Final = """\
apiVersion: v1
kind: Namespace
metadata: {name: cartorio, labels: {pod-security.kubernetes.io/enforce: restricted}}
"""

POLICIES: Final = (
    Policy(
        id="namespace/quota",
        title="A quota bounds the pods of every namespace",
        severity=Severity.MEDIUM,
        rationale=(
            "A controller that goes wrong makes pods until the cluster is full. A quota keeps its namespace's mistakes "
            "in its namespace."
        ),
        resource_types=(Stack,),
        remediation="Add a ResourceQuota to the namespace that bounds `pods`, and public services to none.",
        since="0.3.0",
        rule=_judge_quota,
        controls=(kubernetes_docs("v1.36", "Resource Quotas", "concepts/policy/resource-quotas/"),),
        enforcement=RELAXED_LOCALLY,
        on_unknown=OnUnknown.WAIT,
        passing=example(_NAMESPACE, _QUOTA),
        failing=example(_NAMESPACE, _QUOTA.replace("namespace: cartorio", "namespace: other")),
    ),
    Policy(
        id="namespace/limits",
        title="A limit range bounds the containers of every namespace",
        severity=Severity.MEDIUM,
        rationale=(
            "A container that says nothing of what it needs is placed as if it needed nothing. A limit range gives it "
            "a share, and keeps any one from asking for a whole node."
        ),
        resource_types=(Stack,),
        remediation="Add a LimitRange for `Container` with defaultRequest and max, unless a quota allows no pod.",
        since="0.3.0",
        rule=_judge_limits,
        controls=(kubernetes_docs("v1.36", "Limit Ranges", "concepts/policy/limit-range/"),),
        enforcement=RELAXED_LOCALLY,
        on_unknown=OnUnknown.WAIT,
        passing=example(_NAMESPACE, _LIMITS),
        failing=example(_NAMESPACE, _LIMITS.replace("type: Container", "type: PersistentVolumeClaim")),
    ),
    Policy(
        id="namespace/pod-security",
        title="Every namespace says to which level of the Pod Security Standards its pods are held",
        severity=Severity.HIGH,
        rationale=(
            "A namespace without the label takes any pod from anybody who may create one. The level is the cluster's "
            "own check, after this pack and after the pull request."
        ),
        resource_types=(Namespace,),
        remediation=f"Label the namespace with {_LABEL}: restricted.",
        since="0.3.0",
        rule=_judge_level,
        controls=(
            kubernetes_docs(
                "v1.36",
                "Enforce Pod Security Standards with Namespace Labels",
                "tasks/configure-pod-container/enforce-standards-namespace-labels/",
            ),
        ),
        passing=example(_LABELLED),
        failing=example(_NAMESPACE),
    ),
)
