"""What somebody is told of at once, as Kubernetes' audit has it: calls of the API, by CloudWatch's filter patterns.

What an entry says: https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/#audit-k8s-io-v1-Event; how EKS
names who calls: https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html; of which calls it writes
how much down: https://docs.aws.amazon.com/eks/latest/best-practices/auditing-and-logging.html.
"""

from __future__ import annotations

from typing import Final

from components.audit.events import Watched

AUDIT: Final = '{ $.apiVersion = "audit.k8s.io/v1" }'
"""Kubernetes' audit among what else the control plane writes into its log group."""

# What load balancers and kubelets ask for before they are anybody, and Kubernetes answers anybody.
_OPEN = ("/healthz*", "/livez*", "/readyz*", "/version*")
_NOT_PEOPLE = ("system:*", "eks:*")


def calls(deployers: tuple[str, ...], refusals: int) -> tuple[Watched, ...]:
    """The kinds of calls.

    Args:
        deployers: names of the IAM roles that deploy: they read the secrets of releases each time.
        refusals: how many refused calls within five minutes are an alarm.
    """
    sessions = tuple(f"*:assumed-role/{role}/*" for role in deployers)
    return (
        Watched(
            "kubernetes-anonymous",
            "Somebody without a name was answered by the cluster's API",
            _all(
                _is("user.username", "system:anonymous"),
                "($.responseStatus.code >= 200)",
                "($.responseStatus.code < 300)",
                *(_is_not("requestURI", path) for path in _OPEN),
            ),
        ),
        Watched(
            "kubernetes-exec",
            "Somebody went into a running pod: exec, attach, port-forward or a debugging container",
            _all(
                _is("objectRef.resource", "pods"),
                _any("objectRef.subresource", "exec", "attach", "portforward", "ephemeralcontainers"),
            ),
        ),
        Watched(
            "kubernetes-secrets",
            "A person read secrets of the cluster",
            _all(
                _is("objectRef.resource", "secrets"),
                _any("verb", "get", "list", "watch"),
                *(_is_not("user.username", name) for name in (*_NOT_PEOPLE, *sessions)),
            ),
        ),
        Watched(
            "kubernetes-administrators",
            "Somebody was made an administrator of the cluster, or a binding of administrators was changed",
            _all(
                _any("objectRef.resource", "clusterrolebindings", "rolebindings"),
                _any("verb", "create", "update", "patch"),
                # A patch names the role in the answer only.
                f"({_is('requestObject.roleRef.name', 'cluster-admin')}"
                f" || {_is('responseObject.roleRef.name', 'cluster-admin')})",
            ),
        ),
        Watched(
            "kubernetes-refusals",
            "The cluster refuses call after call: somebody looks for a way in, or lacks what they need",
            _all("($.responseStatus.code = 403)"),
            threshold=refusals,
        ),
    )


def _all(*conditions: str) -> str:
    return f"{{ {' && '.join(conditions)} }}"


def _any(field: str, *values: str) -> str:
    return f"({' || '.join(_is(field, value) for value in values)})"


def _is(field: str, value: str) -> str:
    return f'($.{field} = "{value}")'


def _is_not(field: str, value: str) -> str:
    return f'($.{field} != "{value}")'
