"""Drift is told from who owns a field, not from its value."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from components.workload.drift import set_by_hand

RELEASE = {
    "manager": "pulumi-resource-kubernetes",
    "operation": "Update",
    "fields_v1": {"f:spec": {"f:template": {"f:spec": {"f:containers": {'k:{"name":"api"}': {"f:image": {}}}}}}},
}
AUTOSCALER = {
    "manager": "kube-controller-manager",
    "subresource": "scale",
    "fields_v1": {"f:spec": {"f:replicas": {}}},
}
STATUS = {"manager": "kwok", "subresource": "status", "fields_v1": {"f:spec": {"f:oddity": {}}}}


def deployment(*entries: dict[str, Any], replicas: int = 2) -> dict[str, Any]:
    return {"spec": {"replicas": replicas}, "metadata": {"managed_fields": list(entries)}}


def test_a_release_and_its_autoscaler_are_no_drift() -> None:
    assert set_by_hand("cartorio-api", 2, deployment(RELEASE, AUTOSCALER, STATUS, replicas=7)) == ()


def test_scaling_by_hand_is_drift_unless_it_restores_the_floor() -> None:
    by_hand = {**AUTOSCALER, "manager": "kubectl"}
    found = set_by_hand("cartorio-api", 2, deployment(RELEASE, by_hand, replicas=3))
    assert found == ("cartorio-api: spec.replicas is 3, set by kubectl",)
    assert set_by_hand("cartorio-api", 2, deployment(RELEASE, by_hand, replicas=2)) == ()


def test_every_other_field_goes_by_its_path() -> None:
    container: dict[str, Any] = {".": {}, "f:image": {}, "f:env": {'k:{"name":"A"}': {".": {}, "f:value": {}}}}
    entry = {
        "manager": "kubectl-edit",
        "fields_v1": {"f:spec": {"f:paused": {}, "f:template": {"f:containers": {'k:{"name":"api"}': container}}}},
    }
    assert set_by_hand("api", 2, deployment(entry)) == (
        "api: spec.paused set by kubectl-edit",
        "api: spec.template.containers[api].env[A].value set by kubectl-edit",
        "api: spec.template.containers[api].image set by kubectl-edit",
    )


def test_no_record_of_owners_is_no_drift() -> None:
    assert set_by_hand("api", 2, {}) == ()
    assert set_by_hand("api", 2, {"spec": None, "metadata": None}) == ()


fields: st.SearchStrategy[object] = st.recursive(
    st.none() | st.text() | st.just({}),
    lambda inner: st.dictionaries(st.text() | st.sampled_from([".", "f:spec", "k:{", 'k:{"a":1}', "v:1"]), inner),
    max_leaves=10,
)


@given(fields)
def test_no_record_however_odd_is_an_error(record: object) -> None:
    found = set_by_hand("api", 2, deployment({"manager": "x", "fields_v1": {"f:spec": record}}))
    assert list(found) == sorted(found)
