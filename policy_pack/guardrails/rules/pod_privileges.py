"""Containers get no more power over their node than they were given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Finding, Policy, Severity
from guardrails.resources.pods import Pod
from guardrails.resources.reading import Unknown
from guardrails.rules._containers import PODS_KNOWN, over_containers, over_contexts, secured, unknown, within
from guardrails.rules._sources import cis_eks_check, nist_800_190, pod_security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context
    from guardrails.resources.containers import Container
    from guardrails.resources.security import SecurityContext


def _privileged(container: Container) -> Iterator[Finding]:
    path = within(container.security, f"{container.path}.securityContext", "privileged")
    if isinstance(container.security.privileged, Unknown):
        yield unknown(path, f"whether {container.title} is privileged")
    elif container.security.privileged:
        yield Finding(path, f"{container.title} is privileged")


def _escalates(container: Container) -> Iterator[Finding]:
    path = within(container.security, f"{container.path}.securityContext", "allowPrivilegeEscalation")
    allowed = container.security.allow_privilege_escalation
    if isinstance(allowed, Unknown):
        yield unknown(path, f"whether {container.title} may gain privileges")
    elif allowed is not False:
        yield Finding(path, f"{container.title} may gain privileges" + (" by default" if allowed is None else ""))


def _host_process(context: SecurityContext, whose: str, path: str) -> Iterator[Finding]:
    place = within(context, path, "windowsOptions.hostProcess")
    if isinstance(context.host_process, Unknown):
        yield unknown(place, f"whether {whose} runs as a process of the node")
    elif context.host_process:
        yield Finding(place, f"{whose} runs as a process of the node")


def _judge_privileged(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    return over_containers(pod, _privileged)


def _judge_escalation(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    return () if pod.windows else over_containers(pod, _escalates)


def _judge_host_process(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    return over_contexts(pod, _host_process)


POLICIES: Final = (
    Policy(
        id="pss/baseline/privileged",
        title="No container is privileged",
        severity=Severity.CRITICAL,
        rationale="A privileged container has every capability and every device of its node: it is root on the host.",
        resource_types=(Pod,),
        remediation="Set securityContext.privileged to false, and add the single capability that is needed.",
        since="0.1.0",
        rule=_judge_privileged,
        controls=(pod_security("baseline", "privileged"), cis_eks_check("4.2.1"), nist_800_190("4.4")),
        passing=secured("privileged: false"),
        failing=secured("privileged: true"),
        yields_to=PODS_KNOWN,
    ),
    Policy(
        id="pss/baseline/windows-host-process",
        title="No Windows container runs as a process of its node",
        severity=Severity.CRITICAL,
        rationale="A host process container is the Windows way of being privileged: it runs beside the kubelet.",
        resource_types=(Pod,),
        remediation="Set securityContext.windowsOptions.hostProcess to false, or leave it out.",
        since="0.3.0",
        rule=_judge_host_process,
        controls=(pod_security("baseline", "windowsHostProcess"), nist_800_190("4.4")),
        passing=secured("windowsOptions: {hostProcess: false}"),
        failing=secured("windowsOptions: {hostProcess: true}"),
        yields_to=PODS_KNOWN,
    ),
    Policy(
        id="pss/restricted/allow-privilege-escalation",
        title="No container may gain privileges",
        severity=Severity.HIGH,
        rationale=(
            "Set-user-ID programs in an image let an attacker become root in the container. Kubernetes permits it "
            "unless it is told not to."
        ),
        resource_types=(Pod,),
        remediation="Set securityContext.allowPrivilegeEscalation to false in every container, init ones included.",
        since="0.1.0",
        rule=_judge_escalation,
        controls=(
            pod_security("restricted", "allowPrivilegeEscalation"),
            cis_eks_check("4.2.5"),
            nist_800_190("4.4"),
        ),
        passing=secured("allowPrivilegeEscalation: false"),
        failing=secured("runAsNonRoot: true"),
        yields_to=PODS_KNOWN,
    ),
)
