"""Who is bound to what: nobody to everything, and not everybody to anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Finding, OnUnknown, Policy, Severity
from guardrails.resources.rbac import Binding
from guardrails.resources.reading import Unknown
from guardrails.rules._containers import unknown
from guardrails.rules._objects import example
from guardrails.rules._sources import cis_eks_check, rbac_good_practices

if TYPE_CHECKING:
    from guardrails.model import Context

_ADMINISTRATORS: Final = "system:masters"
_EVERYBODY: Final = frozenset(
    {"system:anonymous", "system:unauthenticated", "system:authenticated", "system:serviceaccounts"}
)


def _judge_administrators(binding: Binding, _context: Context) -> tuple[Finding, ...]:
    found = []
    if isinstance(binding.role, Unknown):
        found.append(unknown("roleRef.name", "which role is bound"))
    elif binding.role == "cluster-admin" and binding.role_kind != "Role":
        where = "in the whole cluster" if binding.kind == "ClusterRoleBinding" else "in this namespace"
        found.append(Finding("roleRef.name", f"whoever is bound may do everything {where}"))
    if not isinstance(binding.subjects, Unknown):  # else rbac/no-everybody says so
        found += [
            Finding(f"{subject.path}.name", f"the group {_ADMINISTRATORS} is past every check already")
            for subject in binding.subjects
            if subject.name == _ADMINISTRATORS
        ]
    return tuple(found)


def _judge_everybody(binding: Binding, _context: Context) -> tuple[Finding, ...]:
    if isinstance(binding.subjects, Unknown):
        return (unknown("subjects", "who is bound"),)
    found = []
    for subject in binding.subjects:
        if isinstance(subject.name, Unknown):
            found.append(unknown(f"{subject.path}.name", "who is bound"))
        elif subject.kind != "ServiceAccount" and subject.name in _EVERYBODY:
            found.append(Finding(f"{subject.path}.name", f"{subject.name} is everybody, or nearly"))
    return tuple(found)


_BINDING: Final = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: readers}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: cartorio-readers}]
"""

POLICIES: Final = (
    Policy(
        id="rbac/no-cluster-admin",
        title="Nobody is bound to cluster-admin",
        severity=Severity.CRITICAL,
        rationale=(
            "Whoever is cluster-admin reads every secret, runs anything on any node and can switch every other rule "
            "off. What a person or controller really does can be written down."
        ),
        resource_types=(Binding,),
        remediation=(
            "Bind a role with the rules that are needed; for emergencies EKS access entries give administrators a way "
            "in that is logged by name."
        ),
        since="0.3.0",
        rule=_judge_administrators,
        controls=(cis_eks_check("4.1.1"), rbac_good_practices("Least privilege")),
        # A name that another resource gives is known when the engine shows the binding again, before it makes it.
        on_unknown=OnUnknown.WAIT,
        passing=example(_BINDING),
        failing=example(_BINDING.replace("name: view", "name: cluster-admin")),
    ),
    Policy(
        id="rbac/no-everybody",
        title="Nothing is granted to anonymous callers, to all who are known, or to all service accounts",
        severity=Severity.CRITICAL,
        rationale=(
            "system:authenticated is every user and every pod of the cluster, and system:anonymous whoever reaches the "
            "API server. What is granted to them is granted to an intruder."
        ),
        resource_types=(Binding,),
        remediation="Name the groups, users or service accounts that need it.",
        since="0.3.0",
        rule=_judge_everybody,
        controls=(rbac_good_practices("Hardening"),),
        # A name that another resource gives is known when the engine shows the binding again, before it makes it.
        on_unknown=OnUnknown.WAIT,
        passing=example(_BINDING),
        failing=example(_BINDING.replace("cartorio-readers", "'system:authenticated'")),
    ),
)
