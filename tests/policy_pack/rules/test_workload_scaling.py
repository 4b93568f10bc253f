from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask, AskStack

REPLICAS, BOUNDS, AUTOSCALED = "workload/replicas", "workload/autoscaler-bounds", "workload/autoscaled"
METRICS = [{"type": "Resource"}]


def _object(version: str, kind: str, name: object, spec: object, namespace: object = "n") -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def _deployment(name: object = "api", namespace: object = "n", kind: str = "Deployment") -> dict[str, Any]:
    return _object("apps/v1", kind, name, {}, namespace)


def _hpa(
    target: object = "api", kind: object = "Deployment", namespace: object = "n", **spec: object
) -> dict[str, Any]:
    given = {"scaleTargetRef": {"kind": kind, "name": target}, "minReplicas": 2, "maxReplicas": 4, "metrics": METRICS}
    return _object("autoscaling/v2", "HorizontalPodAutoscaler", "hpa", {**given, **spec}, namespace)


def _keda(**spec: object) -> dict[str, Any]:
    given = {"scaleTargetRef": {"name": "api"}, "minReplicaCount": 2, "maxReplicaCount": 4, "triggers": [{}]}
    return _object("keda.sh/v1alpha1", "ScaledObject", "api", {**given, **spec})


@pytest.mark.parametrize(("replicas", "findings"), [(None, 0), (2, 0), (1, 1), (0, 1), (UNKNOWN, 1)])
@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet"])
def test_one_pod_is_none(ask: Ask, kind: str, replicas: object, findings: int) -> None:
    assert len(ask(REPLICAS, _object("apps/v1", kind, "api", {"replicas": replicas}))) == findings


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({}, []),
        ({"minReplicas": 1}, ["spec.minReplicas"]),
        ({"minReplicas": None}, ["spec.minReplicas"]),
        ({"minReplicas": 4}, ["spec.maxReplicas"]),
        ({"maxReplicas": 501}, ["spec.maxReplicas"]),
        ({"maxReplicas": None}, ["spec.maxReplicas"]),
        ({"metrics": []}, ["spec.metrics"]),
        ({"minReplicas": UNKNOWN}, ["spec.minReplicas"]),
        ({"maxReplicas": UNKNOWN}, ["spec.maxReplicas"]),
        ({"metrics": UNKNOWN}, ["spec"]),
    ],
)
def test_bounds_make_sense(ask: Ask, changes: dict[str, Any], paths: list[str]) -> None:
    assert [finding.path for finding in ask(BOUNDS, _hpa(**changes))] == paths


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({}, []),
        ({"maxReplicaCount": None}, []),  # KEDA's default is 100
        ({"minReplicaCount": None}, ["spec.minReplicaCount"]),
        ({"idleReplicaCount": 0}, ["spec.idleReplicaCount"]),
        ({"triggers": []}, ["spec.triggers"]),
    ],
)
def test_kedas_bounds_make_sense(ask: Ask, changes: dict[str, Any], paths: list[str]) -> None:
    assert [finding.path for finding in ask(BOUNDS, _keda(**changes))] == paths


@pytest.mark.parametrize("scaler", [_hpa(), _keda()])
def test_an_autoscaler_that_names_it_is_enough(ask_stack: AskStack, scaler: dict[str, Any]) -> None:
    assert ask_stack(AUTOSCALED, _deployment(), scaler) == ()
    assert ask_stack(AUTOSCALED, scaler, _deployment()) == ()


@pytest.mark.parametrize(
    "others", [[], [_hpa("workers")], [_hpa(kind="StatefulSet")], [_hpa(namespace="m")], [_hpa("workers"), _hpa("x")]]
)
def test_one_that_nothing_scales_is_found(ask_stack: AskStack, others: list[dict[str, Any]]) -> None:
    (finding,) = ask_stack(AUTOSCALED, _deployment(), *others)
    assert (finding.address, finding.resource, finding.unknown) == ("urn:0", "Deployment n/api", False)


@pytest.mark.parametrize(
    ("workload", "scaler"),
    [
        (_deployment(), _hpa(UNKNOWN)),
        (_deployment(), _hpa(kind=UNKNOWN)),
        (_deployment(), _hpa(namespace=UNKNOWN)),
        (_deployment(UNKNOWN), _hpa()),
    ],
)
def test_what_is_not_known_is_found_as_unknown(
    ask_stack: AskStack, workload: dict[str, Any], scaler: dict[str, Any]
) -> None:
    (finding,) = ask_stack(AUTOSCALED, workload, scaler)
    assert finding.unknown


def test_a_store_is_not_scaled_by_load(ask_stack: AskStack) -> None:
    assert ask_stack(AUTOSCALED, _deployment(kind="StatefulSet")) == ()
