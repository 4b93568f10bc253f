"""What people may do in a namespace, as data. No wildcards, and secrets for nobody.

Verbs and resources: https://kubernetes.io/docs/reference/access-authn-authz/rbac/.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_LOOK: Final = ("get", "list", "watch")


@dataclass(frozen=True)
class Rule:
    """What may be done to which resources of one API group."""

    group: str
    resources: tuple[str, ...]
    verbs: tuple[str, ...]


READ: Final[tuple[Rule, ...]] = (
    Rule(
        "",
        (
            "configmaps",
            "endpoints",
            "events",
            "limitranges",
            "pods",
            "pods/log",
            "resourcequotas",
            "serviceaccounts",
            "services",
        ),
        _LOOK,
    ),
    Rule("apps", ("deployments", "replicasets"), _LOOK),
    Rule("autoscaling", ("horizontalpodautoscalers",), _LOOK),
    Rule("batch", ("cronjobs", "jobs"), _LOOK),
    Rule("discovery.k8s.io", ("endpointslices",), _LOOK),
    Rule("networking.k8s.io", ("ingresses", "networkpolicies"), _LOOK),
    Rule("policy", ("poddisruptionbudgets",), _LOOK),
)
"""Readers: everything that explains what is going on."""

OPERATE: Final[tuple[Rule, ...]] = (
    *READ,
    # Deleting a pod restarts it; eviction does so within the disruption budget.
    Rule("", ("pods",), ("delete",)),
    Rule("", ("pods/eviction",), ("create",)),
    # Within the autoscaler's bounds; the template, and with it the image, stays out of reach.
    Rule("apps", ("deployments/scale",), ("get", "patch", "update")),
)
"""Operators: first aid as well."""
