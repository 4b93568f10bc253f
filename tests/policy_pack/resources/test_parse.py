from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.resources.aws import KINDS
from guardrails.resources.base import Declared, Malformed
from guardrails.resources.delivery import ChartUse, Sync
from guardrails.resources.helm import RELEASE_TYPE, HelmError, HelmRelease
from guardrails.resources.kubernetes import KubernetesObject
from guardrails.resources.parse import parse
from guardrails.resources.pods import Pod
from guardrails.resources.reading import UNKNOWN
from tests.support.policies import Manifests

if TYPE_CHECKING:
    from guardrails.resources.parse import Renders

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api"}, "spec": {"containers": []}}


def _parse(kind: str, properties: dict[str, Any], renderer: Renders | None = None) -> tuple[Any, ...]:
    return parse(Declared(kind, "x", "urn:x", properties), renderer or Manifests())


def test_a_release_is_opened_up() -> None:
    release, found, pod, chart = _parse(RELEASE_TYPE, {"chart": "./charts/x"}, Manifests((POD,)))
    assert isinstance(chart, ChartUse)
    assert (chart.chart, chart.address) == ("./charts/x", "urn:x")
    assert isinstance(release, HelmRelease)
    assert release.problem == ""
    assert isinstance(found, KubernetesObject)
    assert isinstance(pod, Pod)
    assert pod.address == "urn:x"
    assert pod.identity == "urn:x#Pod/api"


def test_a_release_that_cannot_be_rendered_says_why() -> None:
    class Refuses:
        def render(self, *_: object) -> tuple[Any, ...]:
            raise HelmError("no", "do")

    release, _ = _parse(RELEASE_TYPE, {}, Refuses())
    assert (release.problem, release.remedy) == ("no", "do")


@pytest.mark.parametrize(
    "kind",
    [
        "kubernetes:helm.sh/v4:Chart",
        "kubernetes:yaml:ConfigFile",
        "kubernetes:yaml/v2:ConfigGroup",
        "kubernetes:kustomize/v2:Directory",
        "pulumi:providers:kubernetes",
        "pulumi:pulumi:Stack",
        "cartorio:workload:Workload",
        "random:index/randomPassword:RandomPassword",
    ],
)
def test_what_is_no_object_of_its_own_is_left_alone(kind: str) -> None:
    assert _parse(kind, {"anything": 1}) == ()


@pytest.mark.parametrize(
    "kind",
    ["kubernetes:kustomize.toolkit.fluxcd.io/v1:Kustomization", "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease"],
)
def test_custom_resources_with_similar_names_are_objects(kind: str) -> None:
    found, sync = _parse(kind, {"metadata": {"name": "x"}})
    assert isinstance(found, KubernetesObject)
    assert isinstance(sync, Sync)


@pytest.mark.parametrize(
    "kind", ["kubernetes:helm.sh/v4:Release", "kubernetes:helm.sh/v1:Fleet", "kubernetes:yaml/v3:Any"]
)
def test_what_may_hold_pods_in_a_way_nobody_knows_is_malformed(kind: str) -> None:
    (found,) = _parse(kind, {"chart": "x", "spec": {"containers": [{"image": "hidden"}]}})
    assert isinstance(found, Malformed)


def test_a_malformed_resource_is_told_not_raised() -> None:
    (found,) = _parse("aws:kms/key:Key", {"enableKeyRotation": "yes"})
    assert isinstance(found, Malformed)
    assert (found.path, found.title) == ("enableKeyRotation", "Key x")


@given(
    st.sampled_from([*KINDS, RELEASE_TYPE, "kubernetes:apps/v1:Deployment", "kubernetes:core/v1:List"]),
    st.dictionaries(
        st.sampled_from(["spec", "bucket", "enableKeyRotation", "keyUsage", "items", "metadata", "kind"]),
        st.recursive(
            st.none() | st.text() | st.booleans() | st.just(UNKNOWN),
            lambda i: st.lists(i) | st.dictionaries(st.text(), i),
        ),
    ),
)
def test_any_properties_are_parsed_to_something(kind: str, properties: dict[str, Any]) -> None:
    found = _parse(kind, properties)
    assert found or properties.get("items") == []  # only an empty list holds nothing
