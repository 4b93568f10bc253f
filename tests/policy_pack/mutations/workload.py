"""Workloads: what a container may do, ask for and answer."""

from __future__ import annotations

from typing import Final

from tests.support.mutations import Mutation, chart_removing, chart_setting

_CONTAINER: Final = "spec.template.spec.containers[0]"

MUTATIONS: Final = (
    Mutation(
        "pss/baseline/privileged",
        "the API's container is privileged",
        chart_setting("Deployment", "cartorio-api", f"{_CONTAINER}.securityContext.privileged", value=True),
    ),
    Mutation(
        "pss/restricted/allow-privilege-escalation",
        "the API's container may escalate",
        chart_setting(
            "Deployment", "cartorio-api", f"{_CONTAINER}.securityContext.allowPrivilegeEscalation", value=True
        ),
    ),
    Mutation(
        "workload/probes",
        "the workers say not whether they are ready",
        chart_removing("Deployment", "cartorio-workers", f"{_CONTAINER}.readinessProbe"),
    ),
    Mutation(
        "workload/resources",
        "the API takes as much memory as there is",
        chart_removing("Deployment", "cartorio-api", f"{_CONTAINER}.resources.limits.memory"),
    ),
)
