from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.resources.base import Malformed
from guardrails.resources.delivery import ChartUse, Source, Sync
from guardrails.resources.images import Images
from guardrails.resources.kinds import _READERS
from guardrails.resources.kubernetes import KubernetesObject, parse_object
from guardrails.resources.namespaces import Limits, Namespace, Quota, ServiceAccount
from guardrails.resources.networking import Gateway, Ingress, IngressClass, NetworkPolicy, Service
from guardrails.resources.node_classes import NodeClass
from guardrails.resources.pods import Pod
from guardrails.resources.rbac import Binding, Role
from guardrails.resources.reading import UNKNOWN
from guardrails.resources.storage import StorageClass
from guardrails.resources.workloads import Autoscaler, Budget, Periodic, Workload

KINDS = [
    ("v1", "Namespace", [Namespace]),
    ("v1", "ResourceQuota", [Quota]),
    ("v1", "LimitRange", [Limits]),
    ("v1", "ServiceAccount", [ServiceAccount]),
    ("v1", "Service", [Service]),
    ("networking.k8s.io/v1", "Ingress", [Ingress]),
    ("networking.k8s.io/v1", "NetworkPolicy", [NetworkPolicy]),
    ("gateway.networking.k8s.io/v1", "Gateway", [Gateway]),
    ("elbv2.k8s.aws/v1beta1", "IngressClassParams", [IngressClass]),
    ("storage.k8s.io/v1", "StorageClass", [StorageClass]),
    ("apps/v1", "Deployment", [Workload]),
    ("apps/v1", "StatefulSet", [Workload]),
    ("autoscaling/v2", "HorizontalPodAutoscaler", [Autoscaler]),
    ("keda.sh/v1alpha1", "ScaledObject", [Autoscaler]),
    ("karpenter.k8s.aws/v1", "EC2NodeClass", [NodeClass]),
    ("policy/v1", "PodDisruptionBudget", [Budget]),
    ("batch/v1", "Job", [Periodic]),
    ("batch/v1", "CronJob", [Periodic]),
    ("rbac.authorization.k8s.io/v1", "Role", [Role]),
    ("rbac.authorization.k8s.io/v1", "ClusterRole", [Role]),
    ("rbac.authorization.k8s.io/v1", "RoleBinding", [Binding]),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", [Binding]),
    ("source.toolkit.fluxcd.io/v1", "GitRepository", [Source]),
    ("source.toolkit.fluxcd.io/v1", "OCIRepository", [Source]),
    ("source.toolkit.fluxcd.io/v1", "Bucket", [Source]),
    ("source.toolkit.fluxcd.io/v1", "HelmRepository", [Source]),
    ("source.toolkit.fluxcd.io/v1", "HelmChart", [Source, ChartUse]),
    ("kustomize.toolkit.fluxcd.io/v1", "Kustomization", [Sync]),
    ("helm.toolkit.fluxcd.io/v2", "HelmRelease", [Sync]),
]


def _typed(manifest: dict[str, Any]) -> list[type]:
    found = parse_object(manifest, address="a")
    return [type(each) for each in found if not isinstance(each, (KubernetesObject, Pod, Images))]


@pytest.mark.parametrize(("version", "kind", "types"), KINDS)
def test_each_kind_is_read_however_little_it_says(version: str, kind: str, types: list[type]) -> None:
    manifest = {"apiVersion": version, "kind": kind, "metadata": {"name": "x"}}
    assert _typed(manifest) == types
    assert _typed({**manifest, "spec": UNKNOWN}) == types or kind == "HelmRelease"
    assert _typed({**manifest, "metadata": UNKNOWN, "rules": UNKNOWN, "subjects": UNKNOWN, "roleRef": UNKNOWN}) == types


def test_all_kinds_are_here() -> None:
    named = {(version.rpartition("/")[0], kind) for version, kind, _ in KINDS}
    assert named == set(_READERS)


def test_another_group_is_another_kind() -> None:
    assert _typed({"apiVersion": "example.com/v1", "kind": "Service", "metadata": {"name": "x"}, "spec": 1}) == []


@pytest.mark.parametrize("kind", ["Namespace", "Service"])
def test_what_cannot_be_read_is_malformed(kind: str) -> None:
    manifest = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "x", "labels": 1, "annotations": 1}}
    assert _typed(manifest) == [Malformed]


names = st.sampled_from(
    [
        *("spec", "metadata", "labels", "annotations", "name", "namespace", "rules", "verbs", "resources", "subjects"),
        *("roleRef", "kind", "tls", "hosts", "host", "listeners", "protocol", "podSelector", "matchLabels", "ingress"),
        *("policyTypes", "minReplicas", "replicas", "strategy", "rollingUpdate", "maxUnavailable", "interval", "url"),
        *("sourceRef", "chart", "chartRef", "verify", "secretRef", "ref", "hard", "limits", "type", "selector"),
        *("template", "jobTemplate", "scaleTargetRef", "metrics", "aggregationRule", "clusterRoleSelectors"),
    ]
)
odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5),
    max_leaves=20,
)


@given(st.sampled_from(KINDS), st.dictionaries(names, odd, max_size=4))
def test_no_object_however_odd_crashes_a_reader(kind: tuple[str, str, list[type]], body: dict[str, Any]) -> None:
    manifest = {"metadata": {"name": "x"}, **body, "apiVersion": kind[0], "kind": kind[1]}
    assert list(parse_object(manifest, address="a"))
