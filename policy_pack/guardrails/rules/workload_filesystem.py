"""Containers do not write into their image's files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import RELAXED_LOCALLY, Finding, Policy, Severity
from guardrails.resources.containers import Role
from guardrails.resources.pods import Pod
from guardrails.resources.reading import Unknown
from guardrails.rules._containers import PODS_KNOWN, over_containers, secured, unknown, within
from guardrails.rules._sources import nist_800_190

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context
    from guardrails.resources.containers import Container


def _check(container: Container) -> Iterator[Finding]:
    if container.role is Role.EPHEMERAL:  # somebody debugs by hand
        return
    path = within(container.security, f"{container.path}.securityContext", "readOnlyRootFilesystem")
    if isinstance(container.security.read_only_root, Unknown):
        yield unknown(path, f"whether {container.title} can write into its image's files")
    elif not container.security.read_only_root:
        yield Finding(path, f"{container.title} can write into its image's files")


def _judge(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    return () if pod.windows else over_containers(pod, _check)


POLICIES: Final = (
    Policy(
        id="workload/read-only-root",
        title="No container writes into its image's files",
        severity=Severity.MEDIUM,
        rationale=(
            "What was signed is what runs only as long as nobody changes it. An intruder who cannot write leaves no "
            "program behind, and a program that writes where nothing is kept loses it at the next restart."
        ),
        resource_types=(Pod,),
        remediation="Set securityContext.readOnlyRootFilesystem to true and mount an emptyDir where it has to write.",
        since="0.3.0",
        rule=_judge,
        controls=(nist_800_190("4.4"),),
        enforcement=RELAXED_LOCALLY,
        passing=secured("readOnlyRootFilesystem: true"),
        failing=secured("readOnlyRootFilesystem: false"),
        yields_to=PODS_KNOWN,
    ),
)
