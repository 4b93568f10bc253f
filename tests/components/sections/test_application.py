from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from components.sections.application import Caller, Canary, Datastore, Gateway, Replicas, Role, Workload, measured

ROLE: dict[str, Any] = {
    "replicas": {"min": 2, "max": 3},
    "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "1Gi"}},
    "drainSeconds": 10,
    "terminationGracePeriodSeconds": 10,
}


def _role(**changes: object) -> Role:
    return Role.model_validate({**ROLE, **changes}, strict=False)


@given(st.integers(2, 500), st.integers(2, 500))
def test_replicas_are_ordered(low: int, high: int) -> None:
    if high >= low:
        assert Replicas.model_validate({"min": low, "max": high}).max == high
    else:
        with pytest.raises(ValidationError, match="must be at least min"):
            Replicas.model_validate({"min": low, "max": high})


def test_a_role_with_the_least_has_sensible_defaults() -> None:
    role = _role()
    assert (role.autoscaling.cpu_utilization, role.autoscaling.memory_utilization, role.env) == (70, 80, ())


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"terminationGracePeriodSeconds": 9}, "at least drainSeconds"),
        ({"env": ({"name": "A", "value": "1"}, {"name": "A", "value": "2"})}, "names variable 'A' twice"),
        ({"resources": {**ROLE["resources"], "limits": {"cpu": "999m", "memory": "1Gi"}}}, "at least requests: cpu"),
    ],
)
def test_what_contradicts_itself_is_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        _role(**changes)


def test_a_caller_is_a_whole_namespace_unless_labels_say_otherwise() -> None:
    assert Caller.model_validate_json('{"namespace": "ingress"}').pod_labels == ()


@pytest.mark.parametrize("bad", ['"cidr": "0.0.0.0/0", "ports": [1]', '"cidr": "10.0.0.0/8", "ports": []'])
def test_a_datastore_names_its_network_and_ports(bad: str) -> None:
    with pytest.raises(ValidationError):
        Datastore.model_validate_json(f'{{"name": "graph", {bad}}}')


def test_the_steps_of_a_canary_rise() -> None:
    assert Gateway.model_validate_json('{"name": "a", "namespace": "b"}').step_weights == (5, 10, 25, 50)
    with pytest.raises(ValidationError, match="must rise from round to round"):
        Gateway.model_validate_json('{"name": "a", "namespace": "b", "stepWeights": [5, 5]}')


def test_the_test_traffics_own_name_is_taken() -> None:
    hook = '{"name": "NAME", "type": "pre-rollout", "url": "https://checks.example.org/canary"}'
    assert Canary.model_validate_json(f'{{"webhooks": [{hook}]}}'.replace("NAME", "smoke")).webhooks[0].name == "smoke"
    with pytest.raises(ValidationError, match="names webhook 'load' twice"):
        Canary.model_validate_json(f'{{"webhooks": [{hook}]}}'.replace("NAME", "load"))


def _workload(**changes: object) -> Workload:
    return Workload.model_validate(
        {"namespace": "cartorio", "callers": (), "api": ROLE, "workers": ROLE, **changes}, strict=False
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"canary": {}},
        {"api": {**ROLE, "queue": {"query": "sum(a)", "perPod": 1}}},
        {"workers": {**ROLE, "queue": {"query": "sum(a)", "perPod": 1}}},
    ],
)
def test_what_prometheus_has_to_measure_needs_it(changes: dict[str, Any]) -> None:
    measured(_workload())
    with pytest.raises(PydanticCustomError, match="needs cartorio:observability"):
        measured(_workload(**changes))
