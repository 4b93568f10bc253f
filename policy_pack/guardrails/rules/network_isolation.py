"""Every namespace denies all traffic that nobody listed, and no list says "everybody"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Finding, OnUnknown, Policy, Severity
from guardrails.resources.base import Stack
from guardrails.resources.namespaces import Namespace
from guardrails.resources.networking import NetworkPolicy
from guardrails.resources.reading import UNKNOWN, Unknown
from guardrails.rules._containers import unknown
from guardrails.rules._objects import Near, at, example, inside, of
from guardrails.rules._sources import cis_eks_check, kubernetes_docs, nist_800_190

if TYPE_CHECKING:
    from guardrails.model import Context


def _judge(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    policies = Near(of(stack, NetworkPolicy))
    found = []
    for namespace in of(stack, Namespace):
        for direction in ("Ingress", "Egress"):
            verdicts = [_denies(policy, namespace, direction) for policy in policies.to(namespace.name)]
            if True in verdicts:
                continue
            if UNKNOWN in verdicts:
                found.append(at(namespace, unknown("", f"whether {direction.lower()} is denied by default")))
            else:
                found.append(at(namespace, Finding("", f"no policy denies {direction.lower()} to all of its pods")))
    return tuple(found)


def _denies(policy: NetworkPolicy, namespace: Namespace, direction: str) -> bool | Unknown:
    if policy.pods is None or policy.allows is True:
        return False
    verdicts: list[bool | Unknown] = [inside(policy, namespace)]
    verdicts.append(policy.pods if isinstance(policy.pods, Unknown) else policy.pods.everything)
    verdicts.append(UNKNOWN if isinstance(policy.allows, Unknown) else True)
    if isinstance(policy.directions, Unknown):
        verdicts.append(UNKNOWN)
    else:
        verdicts.append(direction in policy.directions or (UNKNOWN if UNKNOWN in policy.directions else False))
    if False in verdicts:
        return False
    return UNKNOWN if UNKNOWN in verdicts else True


def _judge_open(policy: NetworkPolicy, _context: Context) -> tuple[Finding, ...]:
    return tuple(
        unknown(path, "whom the policy lets through")
        if isinstance(verdict, Unknown)
        else Finding(path, "it lets everybody in" if path.startswith("spec.ingress") else "it lets everything out")
        for path, verdict in policy.open
    )


_EXAMPLE: Final = """\
apiVersion: v1
kind: Namespace
metadata: {name: cartorio}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: cartorio}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
"""
_LISTED: Final = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: cartorio}
spec:
  podSelector: {matchLabels: {app: api}}
  policyTypes: [Ingress]
  ingress:
    - {from: [{podSelector: {matchLabels: {app: edge}}}], ports: [{port: 8080}]}
"""

POLICIES: Final = (
    Policy(
        id="network/default-deny",
        title="Every namespace denies all traffic that no other policy allows",
        severity=Severity.HIGH,
        rationale=(
            "Without a policy every pod reaches every other one, and the internet. What is denied first has to be "
            "listed to work, and the list can be read."
        ),
        resource_types=(Stack,),
        remediation=(
            "Add a NetworkPolicy with an empty podSelector, policyTypes [Ingress, Egress] and no rules; what is needed "
            "goes into policies beside it."
        ),
        since="0.3.0",
        rule=_judge,
        controls=(
            cis_eks_check("4.3.2"),
            nist_800_190("4.3"),
            kubernetes_docs("v1.36", "Network Policies", "concepts/services-networking/network-policies/"),
        ),
        on_unknown=OnUnknown.WAIT,
        passing=example(_EXAMPLE),
        failing=example(_EXAMPLE.replace("[Ingress, Egress]", "[Ingress]")),
    ),
    Policy(
        id="network/no-open-policy",
        title="No network policy lets everybody in, or everything out",
        severity=Severity.HIGH,
        rationale=(
            "Policies add up: one that allows everything undoes the denial that stands beside it, and the list of "
            "policies still looks as if the namespace were closed."
        ),
        resource_types=(NetworkPolicy,),
        remediation="List who is meant in `from` or `to`, and the ports in `ports`; who needs nothing needs no rule.",
        since="0.3.0",
        rule=_judge_open,
        controls=(
            nist_800_190("4.3"),
            kubernetes_docs("v1.36", "Network Policies", "concepts/services-networking/network-policies/"),
        ),
        passing=example(_LISTED),
        failing=example(
            _LISTED.replace("from: [{podSelector: {matchLabels: {app: edge}}}], ports: [{port: 8080}]", "")
        ),
    ),
)
