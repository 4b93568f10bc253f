"""Linux capabilities: what the container runtime gives by itself at most, and in the end none but one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Finding, Policy, Severity
from guardrails.resources.pods import Pod
from guardrails.resources.reading import Unknown
from guardrails.rules._containers import PODS_KNOWN, over_containers, secured, unknown, within
from guardrails.rules._sources import nist_800_190, pod_security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context
    from guardrails.resources.containers import Container

# What runtimes give without being asked, less NET_RAW.
_DEFAULT: Final = frozenset(
    {
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"),
        *("SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
    }
)
_PORTS_ONLY: Final = frozenset({"NET_BIND_SERVICE"})


def _added(container: Container, allowed: frozenset[str]) -> Iterator[Finding]:
    at = f"{container.path}.securityContext"
    path = within(container.security, at, "capabilities.add")
    if isinstance(container.security.added, Unknown):
        yield unknown(path, f"which capabilities {container.title} adds")
        return
    for index, capability in enumerate(container.security.added):
        if isinstance(capability, Unknown):
            yield unknown(f"{path}[{index}]", f"a capability that {container.title} adds")
        elif capability not in allowed:
            yield Finding(f"{path}[{index}]", f"{container.title} adds the capability {capability}")


def _baseline(container: Container) -> Iterator[Finding]:
    yield from _added(container, _DEFAULT)


def _restricted(container: Container) -> Iterator[Finding]:
    yield from _added(container, _PORTS_ONLY)
    path = within(container.security, f"{container.path}.securityContext", "capabilities.drop")
    dropped = container.security.dropped
    if isinstance(dropped, Unknown):
        yield unknown(path, f"which capabilities {container.title} drops")
    elif "ALL" not in dropped:
        if any(isinstance(capability, Unknown) for capability in dropped):
            yield unknown(path, f"whether {container.title} drops all capabilities")
        else:
            yield Finding(path, f"{container.title} keeps capabilities: it does not drop ALL")


def _judge_baseline(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    return over_containers(pod, _baseline)


def _judge_restricted(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    return () if pod.windows else over_containers(pod, _restricted)


POLICIES: Final = (
    Policy(
        id="pss/baseline/capabilities",
        title="No container adds a capability that the runtime does not give by default",
        severity=Severity.HIGH,
        rationale=(
            "Capabilities are root's powers one by one. SYS_ADMIN is root by another name, and NET_RAW forges packets "
            "of other pods."
        ),
        resource_types=(Pod,),
        remediation="Take the capability out of securityContext.capabilities.add.",
        since="0.3.0",
        rule=_judge_baseline,
        controls=(pod_security("baseline", "capabilities_baseline"), nist_800_190("4.4")),
        passing=secured("capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}"),
        failing=secured("capabilities: {drop: [ALL], add: [SYS_ADMIN]}"),
        yields_to=PODS_KNOWN,
    ),
    Policy(
        id="pss/restricted/capabilities",
        title="Every container drops all capabilities, and adds none but NET_BIND_SERVICE",
        severity=Severity.HIGH,
        rationale=(
            "A program that listens on a port above 1023 needs no capability at all. What it does not have, an "
            "intruder in it has not either."
        ),
        resource_types=(Pod,),
        remediation="Set securityContext.capabilities.drop to [ALL] in every container, init ones included.",
        since="0.3.0",
        rule=_judge_restricted,
        controls=(pod_security("restricted", "capabilities_restricted"), nist_800_190("4.4")),
        passing=secured("capabilities: {drop: [ALL]}"),
        failing=secured("capabilities: {drop: [NET_RAW]}"),
        yields_to=("pod/known", "pss/baseline/capabilities"),
    ),
)
