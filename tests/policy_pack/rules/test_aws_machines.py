from __future__ import annotations

from typing import Any

import pytest

from guardrails.resources.base import Declared
from guardrails.resources.reading import UNKNOWN
from tests.support.cloud import aws, found

TEMPLATE, INSTANCE = "ec2/launchTemplate:LaunchTemplate", "ec2/instance:Instance"
TOKENS, HOPS = "metadataOptions.httpTokens", "metadataOptions.httpPutResponseHopLimit"


def _node_class(**spec: Any) -> Declared:  # noqa: ANN401 - raw properties
    manifest = {"apiVersion": "karpenter.k8s.aws/v1", "kind": "EC2NodeClass", "metadata": {"name": "x"}, "spec": spec}
    return Declared("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass", "x", "urn:x", manifest)


@pytest.mark.parametrize("kind", [TEMPLATE, INSTANCE])
@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"httpTokens": "required", "httpPutResponseHopLimit": 1}, []),
        ({"httpTokens": "required"}, []),
        ({"httpEndpoint": "disabled"}, []),
        ({"httpTokens": "required", "httpPutResponseHopLimit": 2}, [HOPS]),
        ({"httpTokens": "required", "httpPutResponseHopLimit": UNKNOWN}, [f"{HOPS}?"]),
        ({"httpTokens": "optional", "httpPutResponseHopLimit": 1}, [TOKENS]),
        ({}, [TOKENS]),
        (UNKNOWN, [f"{TOKENS}?", f"{HOPS}?"]),
    ],
)
def test_only_the_machine_learns_its_credentials(kind: str, options: object, where: list[str]) -> None:
    assert found("aws/machine-metadata", aws(kind, metadataOptions=options)) == [f"x: {path}" for path in where]


def test_karpenters_machines_are_machines() -> None:
    assert found("aws/machine-metadata", _node_class()) == []
    assert found("aws/machine-metadata", _node_class(metadataOptions={"httpTokens": "optional"})) == [
        f"x: spec.{TOKENS}"
    ]
    assert found("aws/machine-metadata", _node_class(metadataOptions=UNKNOWN)) == ["x: spec.metadataOptions?"]
    path = "spec.blockDeviceMappings"
    assert found("aws/volume-encryption", _node_class(blockDeviceMappings=[{"ebs": {"encrypted": True}}])) == []
    assert found("aws/volume-encryption", _node_class(blockDeviceMappings=[{"ebs": {}}])) == [
        f"x: {path}[0].ebs.encrypted"
    ]
    assert found("aws/volume-encryption", _node_class(blockDeviceMappings=UNKNOWN)) == [f"x: {path}?"]
    assert found("aws/volume-encryption", _node_class(blockDeviceMappings=[{}])) == [f"x: {path}[0].ebs.encrypted"]
    assert found("aws/machine-metadata", Declared("kubernetes:core/v1:Pod", "x", "urn:x", {"spec": {}})) == []


@pytest.mark.parametrize(
    ("kind", "inputs", "where"),
    [
        (TEMPLATE, {}, ["blockDeviceMappings"]),
        (TEMPLATE, {"blockDeviceMappings": [{"noDevice": "x"}]}, ["blockDeviceMappings"]),
        ("ec2/spotInstanceRequest:SpotInstanceRequest", {}, ["rootBlockDevice"]),
        (TEMPLATE, {"blockDeviceMappings": [{"ebs": {"encrypted": "true"}}, {"noDevice": "x"}]}, []),
        (TEMPLATE, {"blockDeviceMappings": [{"ebs": {"volumeSize": 8}}]}, ["blockDeviceMappings[0].ebs.encrypted"]),
        (TEMPLATE, {"blockDeviceMappings": UNKNOWN}, ["blockDeviceMappings?"]),
        (INSTANCE, {"rootBlockDevice": {"encrypted": True}}, []),
        (INSTANCE, {}, ["rootBlockDevice"]),
        (INSTANCE, {"rootBlockDevice": {"encrypted": True}, "ebsBlockDevices": [{}]}, ["ebsBlockDevices[0].encrypted"]),
        (INSTANCE, {"rootBlockDevice": UNKNOWN}, ["rootBlockDevice?"]),
        ("ebs/volume:Volume", {"encrypted": True}, []),
        ("ebs/volume:Volume", {}, ["encrypted"]),
    ],
)
def test_volumes_are_encrypted(kind: str, inputs: dict[str, Any], where: list[str]) -> None:
    assert found("aws/volume-encryption", aws(kind, **inputs)) == [f"x: {path}" for path in where]


@pytest.mark.parametrize(
    ("kind", "inputs", "where"),
    [
        (TEMPLATE, {"networkInterfaces": [{"associatePublicIpAddress": "false"}]}, []),
        (
            TEMPLATE,
            {"networkInterfaces": [{"associatePublicIpAddress": "true"}]},
            ["networkInterfaces[0].associatePublicIpAddress"],
        ),
        (TEMPLATE, {"networkInterfaces": UNKNOWN}, ["networkInterfaces?"]),
        (INSTANCE, {"associatePublicIpAddress": True}, ["associatePublicIpAddress"]),
        (
            "ecs/service:Service",
            {"networkConfiguration": {"assignPublicIp": True}},
            ["networkConfiguration.assignPublicIp"],
        ),
        ("ecs/service:Service", {}, []),
    ],
)
def test_nothing_has_an_address_on_the_internet(kind: str, inputs: dict[str, Any], where: list[str]) -> None:
    assert found("aws/machine-address", aws(kind, **inputs)) == [f"x: {path}" for path in where]


def test_no_machine_has_a_key_pair() -> None:
    assert found("aws/machine-ssh", aws(TEMPLATE)) == []
    assert found("aws/machine-ssh", aws(TEMPLATE, keyName="k")) == ["x: keyName"]
    assert found("aws/machine-ssh", aws(INSTANCE, keyName=UNKNOWN)) == ["x: keyName"]


def test_a_task_shares_nothing_with_its_machine() -> None:
    task = "ecs/taskDefinition:TaskDefinition"
    assert found("aws/task-isolation", aws(task, networkMode="awsvpc")) == []
    assert found("aws/task-isolation", aws(task, networkMode="host", pidMode="host")) == [
        "x: networkMode",
        "x: pidMode",
    ]


@pytest.mark.parametrize(
    ("kind", "inputs", "where"),
    [
        ("ec2/eip:Eip", {"domain": "vpc"}, []),
        ("ec2/eip:Eip", {"instance": "i-1"}, ["instance"]),
        ("ec2/eip:Eip", {"networkInterface": UNKNOWN}, ["networkInterface"]),
        ("ec2/eipAssociation:EipAssociation", {"allocationId": "a", "instanceId": UNKNOWN}, ["instanceId"]),
        ("ec2/eipAssociation:EipAssociation", {"networkInterfaceId": "eni-1"}, ["networkInterfaceId"]),
    ],
)
def test_an_address_is_bound_to_no_machine(kind: str, inputs: dict[str, Any], where: list[str]) -> None:
    assert found("aws/machine-address", aws(kind, **inputs)) == [f"x: {path}" for path in where]
