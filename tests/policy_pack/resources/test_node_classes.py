from __future__ import annotations

import pytest

from guardrails.resources.base import Malformed, Resource
from guardrails.resources.kubernetes import parse_object
from guardrails.resources.node_classes import NodeClass
from guardrails.resources.reading import UNKNOWN

PATH = "spec.blockDeviceMappings"


def _read(spec: object) -> Resource:
    manifest = {"apiVersion": "karpenter.k8s.aws/v1", "kind": "EC2NodeClass", "metadata": {"name": "x"}, "spec": spec}
    (found,) = [each for each in parse_object(manifest, address="a") if isinstance(each, (NodeClass, Malformed))]
    return found


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, (True, "required", "enabled", 1)),
        (
            {"metadataOptions": {"httpTokens": "optional", "httpEndpoint": "disabled"}},
            (True, "optional", "disabled", 1),
        ),
        ({"metadataOptions": {"httpPutResponseHopLimit": 2.0}}, (True, "required", "enabled", 2)),
        ({"metadataOptions": {"httpTokens": UNKNOWN}}, (True, UNKNOWN, "enabled", 1)),
        ({"metadataOptions": UNKNOWN}, (False, "required", "enabled", 1)),
        (UNKNOWN, (False, "required", "enabled", 1)),
    ],
)
def test_it_says_how_machines_are_asked_about_themselves(spec: object, expected: tuple[object, ...]) -> None:
    found = _read(spec)
    assert isinstance(found, NodeClass)
    assert (found.options, found.tokens, found.endpoint, found.hops) == expected


@pytest.mark.parametrize(
    ("mappings", "volumes"),
    [
        (
            [{"ebs": {"encrypted": True}}, {"ebs": {}}],
            [(f"{PATH}[0].ebs.encrypted", True), (f"{PATH}[1].ebs.encrypted", False)],
        ),
        ([{}], [(f"{PATH}[0].ebs.encrypted", False)]),
        ([UNKNOWN], [(f"{PATH}[0].ebs.encrypted", UNKNOWN)]),
        ([{"ebs": UNKNOWN}], [(f"{PATH}[0].ebs.encrypted", UNKNOWN)]),
        (UNKNOWN, [(PATH, UNKNOWN)]),
    ],
)
def test_it_says_which_volumes_are_encrypted(mappings: object, volumes: list[tuple[str, object]]) -> None:
    found = _read({"blockDeviceMappings": mappings})
    assert isinstance(found, NodeClass)
    assert list(found.volumes) == volumes


@pytest.mark.parametrize(
    "spec",
    ["x", {"metadataOptions": ""}, {"metadataOptions": {"httpPutResponseHopLimit": "2"}}, {"blockDeviceMappings": {}}],
)
def test_a_wrong_type_is_malformed(spec: object) -> None:
    assert isinstance(_read(spec), Malformed)
