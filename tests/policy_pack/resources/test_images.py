"""Images outside of pods: each declared field, each form that the net knows, and what neither may take for an image."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.resources.base import Malformed
from guardrails.resources.image_fields import FIELDS
from guardrails.resources.images import Images
from guardrails.resources.kubernetes import parse_object
from guardrails.resources.pods import Pod
from guardrails.resources.reading import UNKNOWN

HEX = "ab" * 32
DIGEST = f"sha256:{HEX}"
IMAGE = f"registry.example/app@{DIGEST}"


def _object(kind: str, spec: object, version: str = "example.test/v1") -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "one"}, "spec": spec}


def _found(manifest: dict[str, Any]) -> dict[str, object]:
    """Every image that is found, of pods and outside of them, by path; none of them twice."""
    uses = [use for one in parse_object(manifest, address="urn") if isinstance(one, Pod | Images) for use in one.images]
    assert len({use.path for use in uses}) == len(uses), uses
    return {use.path: use.reference for use in uses}


def _in(kind: str, version: str, spec: object) -> dict[str, object]:
    return _found(_object(kind, spec, version))


MONITORING, PERCONA = "monitoring.coreos.com/v1", "psmdb.percona.com/v1"
VAULT, NEO4J = "vault.banzaicloud.com/v1alpha1", "neo4j.neo4j.com/v1alpha1"
KUSTOMIZE, HELM = "kustomize.toolkit.fluxcd.io/v1", "helm.toolkit.fluxcd.io/v2"
KINDS = [
    ("Prometheus", MONITORING, {"image": IMAGE}, {"spec.image": IMAGE}),
    ("Prometheus", MONITORING, {"version": "v3.1.0"}, {"spec.image": None}),
    (
        "Prometheus",
        MONITORING,
        {"baseImage": "registry.example/prometheus", "version": "v3.1.0", "sha": HEX},
        {"spec.baseImage": f"registry.example/prometheus:v3.1.0@{DIGEST}"},
    ),
    (
        "Prometheus",
        MONITORING,
        {"image": IMAGE, "thanos": {"baseImage": "registry.example/thanos", "tag": "v1"}},
        {"spec.image": IMAGE, "spec.thanos.baseImage": "registry.example/thanos:v1"},
    ),
    ("Prometheus", MONITORING, {"image": IMAGE, "thanos": {}}, {"spec.image": IMAGE, "spec.thanos.image": None}),
    ("PrometheusAgent", MONITORING, {}, {"spec.image": None}),
    ("Alertmanager", MONITORING, {}, {"spec.image": None}),
    ("ThanosRuler", MONITORING, {}, {"spec.image": None}),
    ("PrometheusRule", MONITORING, {"groups": []}, {}),
    (
        "PerconaServerMongoDB",
        PERCONA,
        {
            "image": IMAGE,
            "initImage": "other",
            "backup": {},
            "pmm": {"image": IMAGE},
            "logcollector": {"enabled": False},
        },
        {"spec.image": IMAGE, "spec.initImage": "other", "spec.backup.image": None, "spec.pmm.image": IMAGE},
    ),
    (
        "PerconaServerMongoDB",
        PERCONA,
        {"image": IMAGE, "replsets": [{"hidden": {"sidecarVolumes": [{"name": "v", "image": {"reference": IMAGE}}]}}]},
        {"spec.image": IMAGE, "spec.replsets[0].hidden.sidecarVolumes[0].image.reference": IMAGE},
    ),
    (
        "Vault",
        VAULT,
        {"bankVaultsImage": "plain", "statsdImage": IMAGE},
        {"spec.image": None, "spec.bankVaultsImage": "plain", "spec.statsdImage": IMAGE},
    ),
    (
        "Neo4jEnterpriseCluster",
        NEO4J,
        {"image": {"repo": "registry.example/neo4j", "tag": "5"}},
        {"spec.image.repo": "registry.example/neo4j:5"},
    ),
    (
        "Kustomization",
        KUSTOMIZE,
        {
            "images": [
                {"name": "app", "newName": "registry.example/app", "digest": DIGEST},
                {"name": "app", "newTag": "2"},
            ]
        },
        {"spec.images[0].newName": IMAGE, "spec.images[1].name": "app:2"},
    ),
    (
        "HelmRelease",
        HELM,
        {
            "values": {"image": {"registry": "registry.example", "repository": "app", "digest": DIGEST}},
            "postRenderers": [{"kustomize": {"images": [{"name": "x", "newTag": "3"}]}}],
        },
        {"spec.values.image.repository": IMAGE, "spec.postRenderers[0].kustomize.images[0].name": "x:3"},
    ),
]


@pytest.mark.parametrize(("kind", "version", "spec", "expected"), KINDS, ids=lambda value: str(value)[:40])
def test_what_a_known_controller_would_run_is_found(
    kind: str, version: str, spec: dict[str, Any], expected: dict[str, object]
) -> None:
    assert _in(kind, version, spec) == expected


def test_every_declared_kind_is_tried_above() -> None:
    assert {(version.partition("/")[0], kind) for kind, version, _, _ in KINDS} >= {
        (group, kind) for group, kind in FIELDS if kind != "Neo4jEnterpriseStandalone"
    }


FORMS = [
    ({"sidecarImage": IMAGE}, {"spec.sidecarImage": IMAGE}),
    ({"deep": [{"initImage": "quay.io/x/y:1"}]}, {"spec.deep[0].initImage": "quay.io/x/y:1"}),
    ({"image": {"repository": "quay.io/x", "tag": f"1@{DIGEST}"}}, {"spec.image.repository": f"quay.io/x:1@{DIGEST}"}),
    ({"proxyImage": {"repository": "quay.io/x", "sha": HEX}}, {"spec.proxyImage.repository": f"quay.io/x@{DIGEST}"}),
    ({"image": {"name": "quay.io/x", "tag": 1.5}}, {"spec.image.name": "quay.io/x:1.5"}),
    ({"image": {"repository": "quay.io/x", "tag": UNKNOWN}}, {"spec.image.repository": UNKNOWN}),
    ({"image": {"reference": IMAGE}}, {"spec.image.reference": IMAGE}),
    ({"image": {"repository": "quay.io/x", "tag": None, "digest": ""}}, {"spec.image.repository": "quay.io/x"}),
    ({"image": {"repository": "quay.io/x"}}, {}),
    ({"image": {"url": "https://example.test/logo.png"}}, {}),
    ({"backgroundImage": "https://example.test/logo.png"}, {}),
    ({"backgroundImage": "logo", "imagePullPolicy": "Always", "imageID": "ami-0/1"}, {}),
    ({"template": {"spec": {"containers": [{"name": "a", "image": IMAGE}]}}}, None),
]


@pytest.mark.parametrize(("spec", "expected"), FORMS, ids=lambda value: str(value)[:40])
def test_the_net_under_the_declared_fields(spec: dict[str, Any], expected: dict[str, object] | None) -> None:
    found = _in("Anything", "example.test/v1", spec)
    assert found == ({"spec.template.spec.containers[0].image": IMAGE} if expected is None else expected)


def test_objects_of_kubernetes_itself_are_the_pods_business() -> None:
    manifest = {**_object("ConfigMap", None, "v1"), "data": {"logoImage": IMAGE}}
    assert _found(manifest) == {}


def test_what_is_not_known_of_a_declared_place_is_hidden_and_not_passed_over() -> None:
    spec = {"image": IMAGE, "replsets": UNKNOWN, "sharding": {"mongos": {"sidecarVolumes": [UNKNOWN]}}}
    (images,) = [
        one
        for one in parse_object(_object("PerconaServerMongoDB", spec, PERCONA), address="urn")
        if isinstance(one, Images)
    ]
    assert images.images == ()
    assert images.hidden == ("spec.replsets", "spec.sharding.mongos.sidecarVolumes[0]")


def test_parts_of_a_wrong_type_are_malformed() -> None:
    manifest = _object("Anything", {"image": {"repository": "x", "tag": ["1"]}})
    assert [one.path for one in parse_object(manifest, address="urn") if isinstance(one, Malformed)] == ["spec.image"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just(IMAGE) | st.just(UNKNOWN),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["image", "images", "initImage", "replsets[]", "replsets", "backup", "tag", "repository", "a"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.sampled_from(sorted(FIELDS)), _JSON)
def test_no_object_is_odd_enough_to_crash_it(kind: tuple[str, str], spec: object) -> None:
    list(parse_object(_object(kind[1], spec, f"{kind[0]}/v1"), address="urn"))
