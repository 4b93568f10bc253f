"""Containers get no more power over their node than they were given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Example, Finding, Policy, Severity
from guardrails.resources.pods import Pod
from guardrails.resources.reading import Unknown
from guardrails.rules._containers import IMAGE, POD, over_containers, unknown
from guardrails.rules._sources import cis_eks, nist_800_190, pod_security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context
    from guardrails.resources.pods import Container


def _privileged(container: Container) -> Iterator[Finding]:
    path = f"{container.path}.securityContext.privileged"
    if isinstance(container.privileged, Unknown):
        yield unknown(path, f"whether {container.title} is privileged")
    elif container.privileged:
        yield Finding(path, f"{container.title} is privileged")


def _escalates(container: Container) -> Iterator[Finding]:
    path = f"{container.path}.securityContext.allowPrivilegeEscalation"
    allowed = container.allow_privilege_escalation
    if isinstance(allowed, Unknown):
        yield unknown(path, f"whether {container.title} may gain privileges")
    elif allowed is not False:
        yield Finding(path, f"{container.title} may gain privileges" + (" by default" if allowed is None else ""))


def _judge_privileged(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    return over_containers(pod, _privileged)


def _judge_escalation(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    return () if pod.windows else over_containers(pod, _escalates)


def _example(setting: str) -> Example:
    return Example(POD.format(container=f"{{name: api, image: '{IMAGE}', securityContext: {{{setting}}}}}"))


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
        controls=(pod_security("baseline", "privileged"), cis_eks("4.2"), nist_800_190("4.4")),
        passing=_example("privileged: false"),
        failing=_example("privileged: true"),
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
        controls=(pod_security("restricted", "allowPrivilegeEscalation"), cis_eks("4.2"), nist_800_190("4.4")),
        passing=_example("allowPrivilegeEscalation: false"),
        failing=_example("runAsNonRoot: true"),
    ),
)
