from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.resources.base import Malformed
from guardrails.resources.kubernetes import KubernetesObject, parse_object
from guardrails.resources.pods import Pod
from guardrails.resources.reading import UNKNOWN

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api", "namespace": "x"}, "spec": {"containers": []}}


def test_an_object_is_named_as_a_person_would() -> None:
    found, _ = parse_object(POD, address="urn:x", origin="Helm release cartorio")
    assert isinstance(found, KubernetesObject)
    assert found.title == "Pod x/api in Helm release cartorio"
    assert found.identity == "urn:x#Pod/x/api"
    assert (found.group, found.kind, found.name, found.namespace) == ("", "Pod", "api", "x")


def test_an_object_of_its_own_is_identified_by_its_address() -> None:
    found, _ = parse_object(POD, address="urn:x")
    assert found.identity == "urn:x"


@pytest.mark.parametrize(
    ("token", "group", "kind"),
    [
        ("kubernetes:core/v1:Pod", "", "Pod"),
        ("kubernetes:apps/v1:DeploymentPatch", "apps", "Deployment"),
        ("kubernetes:networking.k8s.io/v1:Ingress", "networking.k8s.io", "Ingress"),
    ],
)
def test_the_type_says_what_the_properties_leave_out(token: str, group: str, kind: str) -> None:
    found = next(iter(parse_object({"metadata": {}}, address="urn:x", token=token, name="logical")))
    assert isinstance(found, KubernetesObject)
    assert (found.group, found.kind) == (group, kind)
    assert found.title == f"{kind} logical"


def test_a_pod_in_a_patch_is_judged() -> None:
    patch = {"spec": {"template": {"spec": {"containers": [{"name": "api", "image": "i"}]}}}}
    found = list(parse_object(patch, address="a", token="kubernetes:apps/v1:DeploymentPatch"))
    assert [each.images[0].reference for each in found if isinstance(each, Pod)] == ["i"]


@pytest.mark.parametrize("kind", ["List", "PodList"])
def test_lists_are_opened_up(kind: str) -> None:
    inner = {"apiVersion": "v1", "kind": "List", "items": [POD]}
    found = list(parse_object({"apiVersion": "v1", "kind": kind, "items": [POD, inner]}, address="a"))
    assert [type(each) for each in found] == [KubernetesObject, Pod] * 2
    assert found[0].identity == "a#Pod/x/api"


@pytest.mark.parametrize("items", [UNKNOWN, [UNKNOWN], ["x"], "x"])
def test_a_list_that_cannot_be_opened_is_malformed(items: object) -> None:
    (found,) = parse_object({"apiVersion": "v1", "kind": "List", "items": items}, address="a")
    assert isinstance(found, Malformed)
    assert found.path == "items"


def test_lists_in_lists_without_end_are_malformed() -> None:
    manifest: dict[str, Any] = POD
    for _ in range(10):
        manifest = {"apiVersion": "v1", "kind": "List", "items": [manifest]}
    assert [type(each) for each in parse_object(manifest, address="a")] == [Malformed]


@pytest.mark.parametrize(
    "manifest",
    [
        "x",
        [],
        None,
        {},
        {"kind": "Pod"},
        {"apiVersion": 1, "kind": "Pod"},
        {**POD, "kind": UNKNOWN},
        {**POD, "metadata": "x"},
    ],
)
def test_what_is_no_object_is_malformed(manifest: object) -> None:
    (found,) = parse_object(manifest, address="a", origin="Helm release x")
    assert isinstance(found, Malformed)
    assert found.title.endswith("in Helm release x")


def test_metadata_that_is_not_known_yet_hides_only_the_name() -> None:
    found, pod = parse_object({**POD, "metadata": UNKNOWN}, address="a", name="logical")
    assert isinstance(found, KubernetesObject)
    assert found.name is UNKNOWN
    assert pod.title == "Pod logical"


@given(st.recursive(st.none() | st.text() | st.just(UNKNOWN), lambda i: st.lists(i) | st.dictionaries(st.text(), i)))
def test_anything_is_parsed_to_something(manifest: object) -> None:
    assert list(parse_object(manifest, address="a"))
