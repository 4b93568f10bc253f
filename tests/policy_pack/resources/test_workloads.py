from __future__ import annotations

from typing import Any

import pytest

from guardrails.resources.base import Malformed
from guardrails.resources.kubernetes import parse_object
from guardrails.resources.reading import UNKNOWN
from guardrails.resources.workloads import Autoscaler, Budget, Periodic, Workload


def _read(version: str, kind: str, spec: object) -> Any:  # noqa: ANN401 - whichever resource it is
    manifest = {"apiVersion": version, "kind": kind, "metadata": {"name": "api", "namespace": "n"}, "spec": spec}
    types = (Workload, Autoscaler, Budget, Periodic, Malformed)
    (found,) = [each for each in parse_object(manifest, address="a") if isinstance(each, types)]
    return found


def test_a_deployment_is_read() -> None:
    rolling = {"maxUnavailable": "25%", "maxSurge": 1.0}
    template = {"metadata": {"labels": {"app": "api"}}}
    spec = {"replicas": 3.0, "strategy": {"type": "RollingUpdate", "rollingUpdate": rolling}, "template": template}
    found = _read("apps/v1", "Deployment", spec)
    assert (found.replicas, found.strategy, found.max_unavailable, found.max_surge) == (3, "RollingUpdate", "25%", 1)
    assert (found.labels, found.name, found.namespace) == ({"app": "api"}, "api", "n")


def test_a_stateful_set_has_a_strategy_of_another_name() -> None:
    found = _read("apps/v1", "StatefulSet", {"updateStrategy": {"type": "OnDelete"}, "strategy": {"type": "x"}})
    assert found.strategy == "OnDelete"


@pytest.mark.parametrize(
    ("version", "kind", "spec", "expected"),
    [
        (
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            {
                "scaleTargetRef": {"kind": "Deployment", "name": "api"},
                "minReplicas": 2,
                "maxReplicas": 5,
                "metrics": [{}],
            },
            (("Deployment", "api"), 2, 5, None, True),
        ),
        (
            "autoscaling/v1",
            "HorizontalPodAutoscaler",
            {"targetCPUUtilizationPercentage": 70, "maxReplicas": 5},
            (("Deployment", ""), None, 5, None, True),
        ),
        (
            "keda.sh/v1alpha1",
            "ScaledObject",
            {"scaleTargetRef": {"name": "api"}, "minReplicaCount": 2, "idleReplicaCount": 0, "triggers": []},
            (("Deployment", "api"), 2, None, 0, False),
        ),
        (
            "keda.sh/v1alpha1",
            "ScaledObject",
            {"scaleTargetRef": UNKNOWN, "triggers": UNKNOWN},
            ((UNKNOWN, UNKNOWN), None, None, None, UNKNOWN),
        ),
    ],
)
def test_an_autoscaler_is_read(version: str, kind: str, spec: object, expected: tuple[object, ...]) -> None:
    found = _read(version, kind, spec)
    assert (found.target, found.fewest, found.most, found.idle, found.measures) == expected


def test_a_budget_without_a_selector_is_about_no_pods() -> None:
    assert _read("policy/v1", "PodDisruptionBudget", {"maxUnavailable": 1}).pods is None
    found = _read("policy/v1", "PodDisruptionBudget", {"minAvailable": "50%", "selector": {}})
    assert (found.min_available, found.max_unavailable) == ("50%", None)
    assert found.pods.everything


def test_jobs_are_read_where_they_are() -> None:
    job = _read("batch/v1", "Job", {"activeDeadlineSeconds": 60})
    assert (job.deadline, job.concurrency, job.path) == (60, None, "spec")
    periodic = _read(
        "batch/v1", "CronJob", {"concurrencyPolicy": "Forbid", "jobTemplate": {"spec": {"activeDeadlineSeconds": 60}}}
    )
    assert (periodic.deadline, periodic.concurrency, periodic.path) == (60, "Forbid", "spec.jobTemplate.spec")
    assert _read("batch/v1", "CronJob", {"jobTemplate": UNKNOWN}).deadline is UNKNOWN


@pytest.mark.parametrize(
    ("version", "kind", "spec", "path"),
    [
        ("apps/v1", "Deployment", {"replicas": "3"}, "spec.replicas"),
        (
            "apps/v1",
            "Deployment",
            {"strategy": {"rollingUpdate": {"maxSurge": []}}},
            "spec.strategy.rollingUpdate.maxSurge",
        ),
        ("policy/v1", "PodDisruptionBudget", {"selector": {"matchLabels": 1}}, "spec.selector.matchLabels"),
        ("keda.sh/v1alpha1", "ScaledObject", {"triggers": {}}, "spec.triggers"),
    ],
)
def test_a_wrong_type_is_malformed_with_its_path(version: str, kind: str, spec: object, path: str) -> None:
    assert _read(version, kind, spec).path == path
