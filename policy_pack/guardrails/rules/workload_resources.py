"""Containers say what they need and what they may take at most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Example, Finding, OnUnknown, Policy, Severity
from guardrails.resources.containers import Role
from guardrails.resources.pods import Pod
from guardrails.resources.reading import Unknown
from guardrails.rules._containers import IMAGE, POD, PODS_KNOWN, over_containers, unknown
from guardrails.rules._sources import kubernetes_docs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context
    from guardrails.resources.containers import Container


def _check(container: Container) -> Iterator[Finding]:
    if container.role is Role.EPHEMERAL:  # the API forbids resources there
        return
    for side, amounts in (("requests", container.requests), ("limits", container.limits)):
        path = f"{container.path}.resources.{side}"
        if isinstance(amounts, Unknown):
            yield unknown(path, f"what {container.title} {side}")
            continue
        missing = [resource for resource in ("cpu", "memory") if not amounts.get(resource)]
        if missing:
            yield Finding(path, f"{container.title} has no {side} for {' and '.join(missing)}")


def _judge(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    return over_containers(pod, _check)


def _example(requests: str, limits: str) -> Example:
    resources = f"{{requests: {{{requests}}}, limits: {{{limits}}}}}"
    return Example(POD.format(container=f"{{name: api, image: '{IMAGE}', resources: {resources}}}"))


POLICIES: Final = (
    Policy(
        id="workload/resources",
        title="Every container requests and limits CPU and memory",
        severity=Severity.MEDIUM,
        rationale=(
            "Without requests the scheduler puts pods where there is no room and the autoscaler has nothing to measure "
            "against; without limits one leaking container takes its neighbours down with it."
        ),
        resource_types=(Pod,),
        remediation="Set resources.requests and resources.limits, both for cpu and memory, from what was measured.",
        since="0.1.0",
        rule=_judge,
        controls=(
            kubernetes_docs(
                "v1.36",
                "Resource Management for Pods and Containers",
                "concepts/configuration/manage-resources-containers/",
            ),
        ),
        on_unknown=OnUnknown.WAIT,
        passing=_example("cpu: 100m, memory: 64Mi", "cpu: 500m, memory: 128Mi"),
        failing=_example("cpu: 100m, memory: 64Mi", "memory: 128Mi"),
        yields_to=PODS_KNOWN,
    ),
)
