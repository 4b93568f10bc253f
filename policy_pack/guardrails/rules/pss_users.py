"""Nobody is root, except where root in the pod is nobody on the node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Finding, Policy, Severity
from guardrails.resources.pods import Pod
from guardrails.resources.reading import Unknown
from guardrails.rules._containers import PODS_KNOWN, over_contexts, secured, unknown, unseen, within
from guardrails.rules._sources import nist_800_190, pod_security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context
    from guardrails.resources.security import SecurityContext


def _judge_non_root(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    if pod.host_users is False:  # root in a user namespace is nobody outside it
        return ()
    found = unseen(pod)
    general, at = pod.security.run_as_non_root, f"{pod.path}.securityContext"
    place = within(pod.security, at, "runAsNonRoot")
    if general is False:
        found.append(Finding(place, "the pod may run as root"))
    elif isinstance(general, Unknown):
        found.append(unknown(place, "whether the pod may run as root"))
    for container in pod.containers:
        own = container.security.run_as_non_root
        path = within(container.security, f"{container.path}.securityContext", "runAsNonRoot")
        if isinstance(own, Unknown):
            found.append(unknown(path, f"whether {container.title} may run as root"))
        elif own is False:
            found.append(Finding(path, f"{container.title} may run as root"))
        elif own is None and not general:
            found.append(Finding(path, f"nothing keeps {container.title} from running as root"))
    return tuple(found)


def _root(context: SecurityContext, whose: str, path: str) -> Iterator[Finding]:
    place = within(context, path, "runAsUser")
    if isinstance(context.run_as_user, Unknown):
        yield unknown(place, f"which user {whose} runs as")
    elif context.run_as_user == 0:
        yield Finding(place, f"{whose} runs as root")


def _judge_user(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    return () if pod.host_users is False else over_contexts(pod, _root)


POLICIES: Final = (
    Policy(
        id="pss/restricted/run-as-non-root",
        title="No container can run as root",
        severity=Severity.HIGH,
        rationale=(
            "Most ways out of a container begin with being root in it. With runAsNonRoot the kubelet does not start "
            "an image that would be, whatever the image says of itself."
        ),
        resource_types=(Pod,),
        remediation="Set securityContext.runAsNonRoot to true for the pod, and false for none of its containers.",
        since="0.3.0",
        rule=_judge_non_root,
        controls=(pod_security("restricted", "runAsNonRoot"), nist_800_190("4.4")),
        passing=secured("runAsNonRoot: true"),
        failing=secured("privileged: false"),
        yields_to=PODS_KNOWN,
    ),
    Policy(
        id="pss/restricted/run-as-user",
        title="No container is told to run as root",
        severity=Severity.HIGH,
        rationale="User 0 of a container is user 0 of its node, unless the pod has a user namespace of its own.",
        resource_types=(Pod,),
        remediation="Set securityContext.runAsUser to the user that the image is made for, or leave it out.",
        since="0.3.0",
        rule=_judge_user,
        controls=(pod_security("restricted", "runAsUser"), nist_800_190("4.4")),
        passing=secured("runAsUser: 65532"),
        failing=secured("runAsUser: 0"),
        yields_to=PODS_KNOWN,
    ),
)
