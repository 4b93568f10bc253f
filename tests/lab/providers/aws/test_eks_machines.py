"""The nodes of a node group. That real pods find them on the real API server: every rehearsal with a release."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from lab.providers.aws.api_server import ApiServer
from lab.providers.aws.eks_machines import Machines
from lab.providers.aws.provider import AwsProvider
from lab.providers.model import ResourceError
from tests.support.aws_case import KEYS, REGION
from tests.support.ec2 import SUBNET, VPC
from tests.support.eks import CLUSTER, NODE_GROUP, ROLE, role
from tests.support.nodes_api import NodesApi, serving_nodes
from tests.support.provider_engine import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TAINT = {"key": "cartorio.digital/nodes", "value": "api", "effect": "NO_SCHEDULE"}
WANTED: dict[str, Any] = {
    "amiType": "BOTTLEROCKET_ARM_64",
    "instanceTypes": ["m7g.large"],
    "labels": {"cartorio.digital/nodes": "api"},
    "scalingConfig": {"desiredSize": 3, "minSize": 3, "maxSize": 6},
    "taints": [TAINT],
}
ZONES = ("sa-east-1a", "sa-east-1b", "sa-east-1c")


@pytest.fixture
def api() -> Iterator[NodesApi]:
    with serving_nodes() as server:
        yield server


def _machines(api: NodesApi, cluster: str = "one") -> Machines:
    return Machines(api.api_server, cluster, "api")


def test_a_groups_machines_are_marked_as_it_says_and_stand_in_all_zones(api: NodesApi) -> None:
    _machines(api).ensure(WANTED, REGION, ZONES)
    assert sorted(api.nodes) == ["api-0.one", "api-1.one", "api-2.one"]
    assert {node["metadata"]["labels"]["topology.kubernetes.io/zone"] for node in api.nodes.values()} == set(ZONES)
    for node in api.nodes.values():
        labels = node["metadata"]["labels"]
        assert labels["cartorio.digital/nodes"] == "api"
        assert labels["kubernetes.io/arch"] == "arm64"
        assert labels["node.kubernetes.io/instance-type"] == "m7g.large"
        assert node["spec"]["taints"] == [{"key": "cartorio.digital/nodes", "value": "api", "effect": "NoSchedule"}]


def test_what_changes_is_changed_on_machines_that_are_there(api: NodesApi) -> None:
    _machines(api).ensure(WANTED, REGION, ZONES)
    not_ready = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}
    api.nodes["api-0.one"]["spec"]["taints"].append(not_ready)
    fewer = {**WANTED, "scalingConfig": {"desiredSize": 2}, "labels": {"a": "b"}, "taints": []}
    _machines(api).ensure(fewer, REGION, ZONES)
    assert sorted(api.nodes) == ["api-0.one", "api-1.one"]
    assert all(node["metadata"]["labels"]["a"] == "b" for node in api.nodes.values())
    assert [node["spec"]["taints"] for _, node in sorted(api.nodes.items())] == [[not_ready], []]


def test_two_clusters_have_machines_of_their_own(api: NodesApi) -> None:
    for cluster in ("one", "two"):
        _machines(api, cluster).ensure(WANTED, REGION, ZONES)
    _machines(api).remove()
    assert sorted(api.nodes) == ["api-0.two", "api-1.two", "api-2.two"]
    _machines(api).remove()


def test_a_machine_that_is_not_taken_is_said(api: NodesApi) -> None:
    api.refuse = {"api-1.one"}
    with pytest.raises(ResourceError, match=r"a node of the group api: POST .*: nodes api-1.one is forbidden"):
        _machines(api).ensure(WANTED, REGION, ZONES)


def test_an_api_server_that_does_not_answer_is_said() -> None:
    with pytest.raises(ResourceError, match=r"does not answer at http://127\.0\.0\.1:1"):
        Machines(ApiServer("http://127.0.0.1:1", ""), "one", "api").remove()


def test_a_node_group_of_the_lab_has_its_machines(api: NodesApi, environment: dict[str, str], tmp_path: Path) -> None:
    kubeconfig = {
        "clusters": [
            {"name": "lab", "cluster": {"server": api.api_server.endpoint, "certificate-authority-data": "bGFi"}}
        ],
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "u"}}],
        "users": [{"name": "u", "user": {}}],
        "current-context": "lab",
    }
    file = tmp_path / "kubeconfig"
    file.write_text(json.dumps(kubeconfig))
    with serving(AwsProvider({**environment, "CARTORIO_LAB": str(tmp_path), "KUBECONFIG": str(file)})) as engine:
        engine.configure(region=REGION, **KEYS)
        vpc = engine.create(VPC, "v", {"cidrBlock": "10.20.0.0/16"})
        subnets = [
            engine.create(
                SUBNET, zone, {"vpcId": vpc.id, "cidrBlock": f"10.20.{index}.0/24", "availabilityZone": zone}
            ).id
            for index, zone in enumerate(ZONES)
        ]
        arn = engine.create(ROLE, "r", role("eks.amazonaws.com")).outputs["arn"]
        engine.create(CLUSTER, "c", {"name": "one", "roleArn": arn, "vpcConfig": {"subnetIds": subnets}})
        inputs = {**WANTED, "clusterName": "one", "nodeGroupName": "api", "nodeRoleArn": arn, "subnetIds": subnets}
        group = engine.create(NODE_GROUP, "g", inputs)
        assert {node["metadata"]["labels"]["topology.kubernetes.io/zone"] for node in api.nodes.values()} == set(ZONES)
        more = {**inputs, "scalingConfig": {"minSize": 4, "maxSize": 6, "desiredSize": 4}}
        group = engine.update(group, more)
        assert len(api.nodes) == 4
        engine.delete(group)
        assert api.nodes == {}
