from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.resources.base import Malformed
from guardrails.resources.containers import Role
from guardrails.resources.kubernetes import KubernetesObject, parse_object
from guardrails.resources.pods import Pod
from guardrails.resources.reading import UNKNOWN

SPEC = {"containers": [{"name": "api", "image": "i"}]}

KINDS = [
    ("v1", "Pod", {"spec": SPEC}, "spec"),
    ("v1", "PodTemplate", {"template": {"spec": SPEC}}, "template.spec"),
    ("v1", "ReplicationController", {"spec": {"template": {"spec": SPEC}}}, "spec.template.spec"),
    ("apps/v1", "Deployment", {"spec": {"template": {"spec": SPEC}}}, "spec.template.spec"),
    ("apps/v1", "StatefulSet", {"spec": {"template": {"spec": SPEC}}}, "spec.template.spec"),
    ("apps/v1", "DaemonSet", {"spec": {"template": {"spec": SPEC}}}, "spec.template.spec"),
    ("apps/v1", "ReplicaSet", {"spec": {"template": {"spec": SPEC}}}, "spec.template.spec"),
    ("batch/v1", "Job", {"spec": {"template": {"spec": SPEC}}}, "spec.template.spec"),
    (
        "batch/v1",
        "CronJob",
        {"spec": {"jobTemplate": {"spec": {"template": {"spec": SPEC}}}}},
        "spec.jobTemplate.spec.template.spec",
    ),
    # custom resources
    ("argoproj.io/v1alpha1", "Rollout", {"spec": {"template": {"spec": SPEC}}}, "spec.template.spec"),
    ("example.com/v1", "Fleet", {"spec": {"members": [{"pod": SPEC}]}}, "spec.members[0].pod"),
    ("example.com/v1", "Fleet", {"spec": {"initContainers": [{"image": "i", "name": "api"}]}}, "spec"),
    ("example.com/v1", "Fleet", {"spec": {"ephemeralContainers": [{"image": "i", "name": "api"}]}}, "spec"),
    ("example.com/v1", "Fleet", {"spec": {"volumes": [{"name": "m", "image": {"reference": "i"}}]}}, "spec"),
    # a group that only looks like one of Kubernetes' own
    ("fleet.example.k8s.io/v1", "Fleet", {"spec": {"template": {"spec": SPEC}}}, "spec.template.spec"),
    ("example.com/v1", "FleetList", {"items": [], "spec": {"template": {"spec": SPEC}}}, "spec.template.spec"),
    # images outside a pod's form: a workflow's step, an operator's own field
    ("argoproj.io/v1alpha1", "Workflow", {"spec": {"templates": [{"container": {"image": "i"}}]}}, "spec"),
    ("tekton.dev/v1", "Task", {"spec": {"steps": [{"name": "build", "image": "i"}]}}, "spec"),
    ("monitoring.coreos.com/v1", "Prometheus", {"spec": {"image": "i", "replicas": 2}}, "spec"),
]


def _pods(manifest: dict[str, Any]) -> list[Pod]:
    return [found for found in parse_object(manifest, address="a") if isinstance(found, Pod)]


@pytest.mark.parametrize(("version", "kind", "body", "path"), KINDS)
def test_every_kind_that_makes_pods_shows_them(version: str, kind: str, body: dict[str, Any], path: str) -> None:
    (pod,) = _pods({"apiVersion": version, "kind": kind, "metadata": {"name": "x"}, **body})
    (image,) = pod.images
    assert image.reference == "i"
    assert image.path.startswith(f"{path}.")
    assert pod.kind == kind


def test_all_containers_and_image_volumes_are_seen() -> None:
    spec = {
        "initContainers": [{"name": "init", "image": "1"}, {"name": "side", "image": "2", "restartPolicy": "Always"}],
        "containers": [{"name": "main", "image": "3"}],
        "ephemeralContainers": [{"name": "debug", "image": "4"}],
        "volumes": [
            {"name": "model", "image": {"reference": "5", "pullPolicy": "Always"}},
            {"name": "tmp", "emptyDir": {}},
        ],
    }
    (pod,) = _pods({"apiVersion": "v1", "kind": "Pod", "spec": spec})
    assert [container.role for container in pod.containers] == [Role.INIT, Role.SIDECAR, Role.MAIN, Role.EPHEMERAL]
    assert [image.reference for image in pod.images] == ["1", "2", "3", "4", "5"]
    assert pod.images[-1].path == "spec.volumes[0].image.reference"


@pytest.mark.parametrize(
    ("spec", "hidden"),
    [
        (UNKNOWN, "spec"),
        ({"containers": UNKNOWN}, "spec.containers"),
        ({"containers": [UNKNOWN]}, "spec.containers[0]"),
        ({"volumes": UNKNOWN}, "spec.volumes"),
        ({"volumes": [UNKNOWN]}, "spec.volumes[0]"),
        ({"volumes": [{"image": UNKNOWN}]}, "spec.volumes[0].image"),
    ],
)
def test_parts_that_are_not_known_yet_are_remembered(spec: object, hidden: str) -> None:
    (pod,) = _pods({"apiVersion": "v1", "kind": "Pod", "spec": spec})
    assert pod.hidden == (hidden,)


@pytest.mark.parametrize(
    ("kind", "version", "restart", "ends"),
    [
        ("Pod", "v1", "Never", True),
        ("Pod", "v1", "Always", False),
        ("Pod", "v1", None, False),
        ("Job", "batch/v1", None, True),
    ],
)
def test_pods_that_run_to_completion(kind: str, version: str, restart: str | None, *, ends: bool) -> None:
    spec = {**SPEC, "restartPolicy": restart}
    body = {"spec": spec} if kind == "Pod" else {"spec": {"template": {"spec": spec}}}
    (pod,) = _pods({"apiVersion": version, "kind": kind, **body})
    assert pod.runs_to_completion is ends


def test_a_deployment_cannot_pass_for_one_that_ends() -> None:
    spec = {**SPEC, "restartPolicy": "Never"}
    (pod,) = _pods({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"spec": spec}}})
    assert not pod.runs_to_completion


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ("x", "spec"),
        ({"containers": "x"}, "spec.containers"),
        ({"containers": [1]}, "spec.containers[0]"),
        ({"containers": [{"image": 1}]}, "spec.containers[0].image"),
        ({"containers": [{"securityContext": []}]}, "spec.containers[0].securityContext"),
        ({"containers": [{"resources": {"limits": 1}}]}, "spec.containers[0].resources.limits"),
        ({"containers": [{"livenessProbe": "yes"}]}, "spec.containers[0].livenessProbe"),
        ({"volumes": [{"image": "nginx"}]}, "spec.volumes[0].image"),
    ],
)
def test_a_wrong_type_is_malformed_with_its_path(spec: object, path: str) -> None:
    found = list(
        parse_object({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": spec}, address="a")
    )
    (malformed,) = [each for each in found if isinstance(each, Malformed)]
    assert malformed.path == path
    assert not [each for each in found if isinstance(each, Pod)]


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"template": {"spec": {"containers": UNKNOWN}}}, "spec.template.spec.containers"),
        ({"template": {"spec": {"containers": [UNKNOWN]}}}, "spec.template.spec.containers[0]"),
        ({"image": UNKNOWN}, "spec.image"),
    ],
)
def test_what_is_not_known_yet_does_not_hide_in_a_custom_resource(spec: dict[str, Any], path: str) -> None:
    (pod,) = _pods({"apiVersion": "example.com/v1", "kind": "Fleet", "spec": spec})
    assert path in {*pod.hidden, *(image.path for image in pod.images if image.reference is UNKNOWN)}


def test_a_pod_in_a_custom_resource_does_not_hide_an_image_beside_it() -> None:
    spec = {**SPEC, "image": "beside", "sidecar": {"containers": [{"name": "x", "image": "below"}]}}
    found = _pods({"apiVersion": "example.com/v1", "kind": "Fleet", "spec": spec})
    assert sorted(str(image.reference) for pod in found for image in pod.images) == ["below", "beside", "i"]


def test_an_image_of_another_form_is_none() -> None:
    assert _pods({"apiVersion": "example.com/v1", "kind": "Fleet", "spec": {"image": {"repository": "x"}}}) == []


def test_a_custom_resource_too_large_to_search_is_malformed() -> None:
    deep: dict[str, Any] = {"containers": [{"image": "hidden"}]}
    for _ in range(40):
        deep = {"spec": deep}
    found = list(parse_object({"apiVersion": "example.com/v1", "kind": "Deep", **deep}, address="a"))
    assert [type(each) for each in found] == [KubernetesObject, Malformed]


def test_a_schema_that_speaks_of_containers_is_no_pod() -> None:
    schema = {"properties": {"containers": {"type": "array", "items": {"properties": {"image": {"type": "string"}}}}}}
    crd = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "spec": schema}
    assert _pods(crd) == []


odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(UNKNOWN),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "containers",
                    "initContainers",
                    "image",
                    "name",
                    "securityContext",
                    "resources",
                    "limits",
                    "volumes",
                    "spec",
                    "privileged",
                    "template",
                    "os",
                    "items",
                    "livenessProbe",
                    "restartPolicy",
                    "kind",
                    "apiVersion",
                    "metadata",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(st.sampled_from([kind[:2] for kind in KINDS]), odd)
def test_no_pod_however_odd_crashes_the_parser(kind: tuple[str, str], body: object) -> None:
    manifest = {"apiVersion": kind[0], "kind": kind[1], "metadata": {"name": "x"}, "spec": body}
    assert list(parse_object(manifest, address="a"))
