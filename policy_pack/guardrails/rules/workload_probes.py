"""Containers that serve tell the cluster whether they started, live and are ready."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import RELAXED_LOCALLY, Example, Finding, OnUnknown, Policy, Severity
from guardrails.resources.containers import Role
from guardrails.resources.pods import Pod
from guardrails.rules._containers import IMAGE, POD, PODS_KNOWN, over_containers, unknown
from guardrails.rules._sources import kubernetes_docs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context
    from guardrails.resources.containers import Container


def _check(container: Container) -> Iterator[Finding]:
    if container.role is not Role.MAIN:
        return
    for probe, present in container.probes.items():
        if present is False:
            yield Finding(f"{container.path}.{probe}", f"{container.title} has no {probe}")
        elif present is not True:
            yield unknown(f"{container.path}.{probe}", f"the {probe} of {container.title}")


def _judge(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    return () if pod.runs_to_completion else over_containers(pod, _check)


def _example(*probes: str) -> Example:
    settings = "".join(f", {probe}: {{httpGet: {{path: /, port: 8080}}}}" for probe in probes)
    return Example(POD.format(container=f"{{name: api, image: '{IMAGE}'{settings}}}"))


POLICIES: Final = (
    Policy(
        id="workload/probes",
        title="Every serving container has a startup, a liveness and a readiness probe",
        severity=Severity.MEDIUM,
        rationale=(
            "Readiness keeps requests from a pod that cannot answer, so that a rolling update loses none; liveness "
            "restarts one that hangs; the startup probe keeps liveness from killing one that is slow to begin."
        ),
        resource_types=(Pod,),
        remediation="Add the missing probe; liveness must not depend on other services, readiness may.",
        since="0.1.0",
        rule=_judge,
        controls=(
            kubernetes_docs("v1.36", "Liveness, Readiness, and Startup Probes", "concepts/workloads/pods/probes/"),
        ),
        enforcement=RELAXED_LOCALLY,
        on_unknown=OnUnknown.WAIT,
        passing=_example("startupProbe", "livenessProbe", "readinessProbe"),
        failing=_example("livenessProbe"),
        yields_to=PODS_KNOWN,
    ),
)
