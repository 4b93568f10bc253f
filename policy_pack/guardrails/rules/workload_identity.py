"""Pods have an identity of their own, and its token only when they ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Finding, Policy, Severity
from guardrails.resources.namespaces import ServiceAccount
from guardrails.resources.pods import Pod
from guardrails.resources.reading import Unknown, join
from guardrails.rules._containers import PODS_KNOWN, spec, unknown, unseen
from guardrails.rules._objects import example
from guardrails.rules._remedies import without_token
from guardrails.rules._sources import cis_eks_check, kubernetes_docs

if TYPE_CHECKING:
    from guardrails.model import Context

_NO_ACCOUNT: Final = (None, "", "default")


def _judge_account(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    found, path = unseen(pod), join(pod.path, "serviceAccountName")
    if not pod.containers:  # an image by itself in a custom resource: whose pod it runs in is its operator's to say
        return tuple(found)
    if isinstance(pod.service_account, Unknown):
        found.append(unknown(path, "the pod's service account"))
    elif pod.service_account in _NO_ACCOUNT:
        found.append(Finding(path, "the pod runs as the namespace's default service account"))
    return tuple(found)


def _judge_token(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    found, path = unseen(pod), join(pod.path, "automountServiceAccountToken")
    if not pod.containers:
        return tuple(found)
    if isinstance(pod.mounts_token, Unknown):
        found.append(unknown(path, "whether the pod gets its service account's token"))
    elif pod.mounts_token is None:
        found.append(Finding(path, "the pod gets its service account's token without asking for it"))
    return tuple(found)


def _judge_shared_token(account: ServiceAccount, _context: Context) -> tuple[Finding, ...]:
    path = "automountServiceAccountToken"
    if isinstance(account.mounts_token, Unknown):
        return (unknown(path, "whether pods get this account's token without asking"),)
    if account.mounts_token is not False:
        return (Finding(path, "every pod of this account gets its token, whether it asks for it or not"),)
    return ()


_ACCOUNT: Final = """\
apiVersion: v1
kind: ServiceAccount
metadata: {name: api, namespace: cartorio}
automountServiceAccountToken: """
_PAGE: Final = kubernetes_docs(
    "v1.36", "Configure Service Accounts for Pods", "tasks/configure-pod-container/configure-service-account/"
)

POLICIES: Final = (
    Policy(
        id="workload/service-account",
        title="No pod runs as its namespace's default service account",
        severity=Severity.MEDIUM,
        rationale=(
            "What is granted to the default account is granted to everything in the namespace that forgot to say who "
            "it is. An account of its own is granted what one workload needs, and its requests can be told apart."
        ),
        resource_types=(Pod,),
        remediation="Create a ServiceAccount for the workload and name it in serviceAccountName.",
        since="0.3.0",
        rule=_judge_account,
        controls=(cis_eks_check("4.1.5"),),
        passing=spec("serviceAccountName: api"),
        failing=spec("serviceAccountName: default"),
        yields_to=PODS_KNOWN,
    ),
    Policy(
        id="workload/service-account-token",
        title="No pod gets a service account's token without asking for it",
        severity=Severity.MEDIUM,
        rationale=(
            "The token is a key to the API server in every container. Most programs never speak to it; whoever breaks "
            "into one finds the key anyway, unless the pod said that it wants none."
        ),
        resource_types=(Pod,),
        remediation=(
            "Set automountServiceAccountToken to false in the pod. One that speaks to the API server sets it to true "
            "or, better, mounts a projected token with an audience and a short life."
        ),
        since="0.3.0",
        rule=_judge_token,
        remedy=without_token,
        controls=(cis_eks_check("4.1.6"), _PAGE),
        passing=spec("automountServiceAccountToken: false"),
        failing=spec("serviceAccountName: api"),
        yields_to=PODS_KNOWN,
    ),
    Policy(
        id="workload/account-token",
        title="No service account hands its token to every pod",
        severity=Severity.MEDIUM,
        rationale=(
            "What an account says holds for each pod that says nothing, those of tomorrow included. A pod that needs "
            "the token can say so itself."
        ),
        resource_types=(ServiceAccount,),
        remediation="Set automountServiceAccountToken to false on the ServiceAccount.",
        since="0.3.0",
        rule=_judge_shared_token,
        controls=(cis_eks_check("4.1.5"), cis_eks_check("4.1.6"), _PAGE),
        passing=example(f"{_ACCOUNT}false"),
        failing=example(f"{_ACCOUNT}true"),
    ),
)
