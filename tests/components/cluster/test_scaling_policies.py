from __future__ import annotations

import json
from typing import Any

import pytest

from components.cluster.scaling_policies import Ground, autoscaler_statements, karpenter_statements
from components.policies import document
from tests.support.cluster import account
from tests.support.plan import ACCOUNT, run

GROUND = Ground(
    cluster="cartorio-test",
    queue_arn="arn:queue",
    subnets=("subnet-1", "subnet-2"),
    security_group="sg-1",
    node_role_arn="arn:nodes",
    instance_profile="profile",
    volume_key_arn="arn:ebs",
)
OWNED = "kubernetes.io/cluster/cartorio-test"
EC2 = f"arn:aws:ec2:sa-east-1:{ACCOUNT}:"
# What AWS cannot narrow to a resource is read only, and in the region.
READS = ("Describe", "Get", "List")


def _policy(name: str) -> dict[str, dict[str, Any]]:
    seen: list[str] = []

    def program() -> None:
        statements = (
            karpenter_statements(GROUND, account())
            if name == "karpenter"
            else autoscaler_statements("cartorio-test", account())
        )
        document(*statements).apply(seen.append)

    run(program)
    return {statement["Sid"]: statement for statement in json.loads(seen[0])["Statement"]}


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


@pytest.mark.parametrize("name", ["karpenter", "autoscaler"])
def test_nothing_but_reading_is_allowed_everywhere(name: str) -> None:
    for statement in _policy(name).values():
        actions = _listed(statement["Action"])
        assert not any("*" in action for action in actions)
        if statement["Resource"] == "*":
            assert all(action.partition(":")[2].startswith(READS) for action in actions), statement["Sid"]


def test_karpenter_launches_into_the_clusters_own_ground_only() -> None:
    policy = _policy("karpenter")
    assert policy["LaunchFrom"]["Resource"] == [
        "arn:aws:ec2:sa-east-1::image/*",
        "arn:aws:ec2:sa-east-1::snapshot/*",
        f"{EC2}security-group/sg-1",
        f"{EC2}subnet/subnet-1",
        f"{EC2}subnet/subnet-2",
    ]
    assert policy["GiveTheNodesRole"]["Resource"] == "arn:nodes"
    assert policy["GiveTheNodesRole"]["Condition"] == {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    assert policy["LookAtTheProfile"]["Resource"] == f"arn:aws:iam::{ACCOUNT}:instance-profile/profile"
    assert policy["Hear"]["Resource"] == "arn:queue"


def test_karpenter_touches_what_it_made_only() -> None:
    policy = _policy("karpenter")
    for name in ("Launch", "TagWhatItLaunches"):
        equals = policy[name]["Condition"]["StringEquals"]
        assert equals[f"aws:RequestTag/{OWNED}"] == "owned"
        assert equals["aws:RequestTag/eks:eks-cluster-name"] == "cartorio-test"
        assert policy[name]["Condition"]["StringLike"] == {"aws:RequestTag/karpenter.sh/nodepool": "*"}
    assert set(policy["TagWhatItLaunches"]["Condition"]["StringEquals"]["ec2:CreateAction"]) == {
        "CreateFleet",
        "CreateLaunchTemplate",
        "RunInstances",
    }
    for name in ("LaunchByTemplate", "NameItsMachines", "TakeAwayItsOwn"):
        assert policy[name]["Condition"]["StringEquals"] == {f"aws:ResourceTag/{OWNED}": "owned"}
        assert policy[name]["Condition"]["StringLike"] == {"aws:ResourceTag/karpenter.sh/nodepool": "*"}
    assert policy["NameItsMachines"]["Condition"]["ForAllValues:StringEquals"] == {
        "aws:TagKeys": ["eks:eks-cluster-name", "karpenter.sh/nodeclaim", "Name"]
    }


def test_karpenter_uses_the_key_of_volumes_through_ec2_only() -> None:
    policy = _policy("karpenter")
    for name in ("EncryptVolumes", "LetMachinesUseVolumes"):
        assert policy[name]["Resource"] == "arn:ebs"
        assert policy[name]["Condition"]["StringEquals"] == {"kms:ViaService": "ec2.sa-east-1.amazonaws.com"}
    assert policy["LetMachinesUseVolumes"]["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}


def test_the_autoscaler_scales_this_clusters_groups_only() -> None:
    policy = _policy("autoscaler")
    tag = "aws:ResourceTag/k8s.io/cluster-autoscaler/cartorio-test"
    assert policy["Scale"]["Condition"] == {"StringEquals": {tag: "owned"}}
    assert policy["LookAtNodeGroups"]["Resource"] == f"arn:aws:eks:sa-east-1:{ACCOUNT}:nodegroup/cartorio-test/*"
