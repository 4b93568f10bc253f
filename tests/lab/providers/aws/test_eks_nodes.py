from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.ec2 import ELSEWHERE
from tests.support.eks import IN_CLUSTER, NODE_GROUP, ROLE, role
from tests.support.provider_engine import RefusedError, UnfinishedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

TAINT = {"key": "cartorio.digital/nodes", "value": "api", "effect": "NO_SCHEDULE"}
NODES = (*IN_CLUSTER, ("nodes", ROLE, role("ec2.amazonaws.com")))


def _shrunk(hands: Hands, group: Managed) -> None:
    cluster, _, name = group.id.partition(":")
    less = {"minSize": 1, "maxSize": 1, "desiredSize": 1}
    hands("eks").update_nodegroup_config(clusterName=cluster, nodegroupName=name, scalingConfig=less)


CASES = (
    Case(
        NODE_GROUP,
        {
            "clusterName": "$cluster.name",
            "nodeGroupName": "api",
            "nodeRoleArn": "$nodes.arn",
            "subnetIds": ["$a.id", "$b.id"],
            "amiType": "BOTTLEROCKET_ARM_64",
            "capacityType": "ON_DEMAND",
            "instanceTypes": ["m7g.large"],
            "version": "1.36",
            "releaseVersion": "1.66.0-1ad6b4a4",
            "launchTemplate": {"id": "lt-1", "version": "1"},
            "labels": {"cartorio.digital/nodes": "api"},
            "taints": [TAINT],
            "scalingConfig": {"minSize": 1, "maxSize": 3, "desiredSize": 1},
            "updateConfig": {"maxUnavailable": 1},
            "nodeRepairConfig": {"enabled": True},
            "tags": {"a": "b"},
        },
        needs=(*NODES, ("other", ROLE, role("ec2.amazonaws.com"))),
        updates=(
            {"labels": {"a": "b"}},
            {"labels": None},
            {"taints": [{**TAINT, "value": "other"}]},
            {"taints": None},
            {"scalingConfig": {"minSize": 2, "maxSize": 4, "desiredSize": 2}},
            {"updateConfig": {"maxUnavailable": 2}},
            {"nodeRepairConfig": {"enabled": False}},
        ),
        replaces=(
            {"amiType": "BOTTLEROCKET_x86_64"},
            {"capacityType": "SPOT"},
            {"clusterName": "other"},
            {"instanceTypes": ["m6g.large"]},
            {"nodeGroupName": "other"},
            {"nodeRoleArn": "$other.arn"},
            {"subnetIds": ["$a.id"]},
            ELSEWHERE,
        ),
        spoilt="scalingConfig",
        spoil=_shrunk,
        told_apart=frozenset({"nodeRepairConfig", "updateConfig"}),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_drifts(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


@pytest.mark.parametrize(
    "change",
    [
        {"version": "1.37"},
        {"releaseVersion": "1.67.0-00000000"},
        {"launchTemplate": {"id": "lt-1", "version": "2"}},
        {"tags": {"a": "c"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_moto_cannot_move_is_refused_by_name(engine: Engine, change: dict[str, object]) -> None:
    needed = {label: engine.create(ROLE, label, role("eks.amazonaws.com")) for label in ("cluster", "nodes")}
    cluster = {"roleArn": needed["cluster"].outputs["arn"], "vpcConfig": {"subnetIds": ["subnet-1"]}, "name": "c"}
    engine.create("aws:eks/cluster:Cluster", "c", cluster)
    inputs = {
        "clusterName": "c",
        "nodeRoleArn": needed["nodes"].outputs["arn"],
        "subnetIds": ["subnet-1"],
        "scalingConfig": {"minSize": 1, "maxSize": 1, "desiredSize": 1},
        "launchTemplate": {"id": "lt-1", "version": "1"},
    }
    made = engine.create(NODE_GROUP, "n", inputs)
    with pytest.raises(UnfinishedError, match=f"the lab cannot change {next(iter(change))}"):
        engine.update(made, {**inputs, **change})


def test_an_id_says_which_cluster(engine: Engine) -> None:
    with pytest.raises(RefusedError, match="CLUSTER:GROUP"):
        engine.find(NODE_GROUP, "api")
