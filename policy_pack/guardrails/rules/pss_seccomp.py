"""System calls are filtered: no profile may be switched off, and in the end every container has one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Finding, Policy, Severity
from guardrails.resources.pods import Pod
from guardrails.resources.reading import Unknown
from guardrails.rules._containers import PODS_KNOWN, over_contexts, secured, unknown, within
from guardrails.rules._remedies import runtime_default
from guardrails.rules._sources import nist_800_190, pod_security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context
    from guardrails.resources.security import SecurityContext

# The annotations that chose a profile before 1.19 have no effect any more, and Kubernetes' checks no longer read them.
_FILTERED: Final = frozenset({"RuntimeDefault", "Localhost"})


def _chosen(context: SecurityContext, whose: str, path: str) -> Iterator[Finding]:
    place = within(context, path, "seccompProfile.type")
    if isinstance(context.seccomp, Unknown):
        yield unknown(place, f"the seccomp profile of {whose}")
    elif context.seccomp is not None and context.seccomp not in _FILTERED:
        yield Finding(place, f"the seccomp profile of {whose} is {context.seccomp or 'none'}")


def _judge_baseline(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    return over_contexts(pod, _chosen)


def _judge_restricted(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    if pod.windows:
        return ()
    found = list(over_contexts(pod, _chosen))
    # While the pod's own is not known, that is what has been said already.
    if not isinstance(pod.security.seccomp, Unknown) and pod.security.seccomp not in _FILTERED:
        found += [
            Finding(f"{container.path}.securityContext.seccompProfile", f"{container.title} has no seccomp profile")
            for container in pod.containers
            if container.security.seccomp is None
        ]
    return tuple(found)


POLICIES: Final = (
    Policy(
        id="pss/baseline/seccomp-profile",
        title="No pod or container switches the filter of system calls off",
        severity=Severity.HIGH,
        rationale="Without a seccomp profile every system call of the kernel is a door; most programs need a third.",
        resource_types=(Pod,),
        remediation="Set securityContext.seccompProfile.type to RuntimeDefault, or to Localhost with a profile.",
        since="0.3.0",
        rule=_judge_baseline,
        controls=(pod_security("baseline", "seccompProfile_baseline"), nist_800_190("4.4")),
        passing=secured("seccompProfile: {type: RuntimeDefault}"),
        failing=secured("seccompProfile: {type: Unconfined}"),
        yields_to=PODS_KNOWN,
    ),
    Policy(
        id="pss/restricted/seccomp-profile",
        title="Every container has a filter of system calls",
        severity=Severity.HIGH,
        rationale="Kubernetes leaves a container unfiltered unless the kubelet or the pod says otherwise.",
        resource_types=(Pod,),
        remediation="Set securityContext.seccompProfile.type to RuntimeDefault for the pod.",
        since="0.3.0",
        rule=_judge_restricted,
        remedy=runtime_default,
        controls=(pod_security("restricted", "seccompProfile_restricted"), nist_800_190("4.4")),
        passing=secured("seccompProfile: {type: RuntimeDefault}"),
        failing=secured("privileged: false"),
        yields_to=("pod/known", "pss/baseline/seccomp-profile"),
    ),
)
