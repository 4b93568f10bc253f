from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.ec2 import INGRESS, SUBNET, VPC, subnet
from tests.support.eks import CLUSTER, ROLE, role

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine


def test_a_cluster_has_a_group_that_rules_can_be_added_to_and_takes_it_along(engine: Engine, by_hand: Hands) -> None:
    vpc = engine.create(VPC, "v", {"cidrBlock": "10.20.0.0/16"})
    place = engine.create(SUBNET, "s", {**subnet("10.20.0.0/24"), "vpcId": vpc.id})
    arn = engine.create(ROLE, "r", role("eks.amazonaws.com")).outputs["arn"]
    cluster = engine.create(CLUSTER, "c", {"name": "one", "roleArn": arn, "vpcConfig": {"subnetIds": [place.id]}})
    found = cluster.outputs["vpcConfig"]
    assert found["vpcId"] == vpc.id
    (group,) = by_hand("ec2").describe_security_groups(GroupIds=[found["clusterSecurityGroupId"]])["SecurityGroups"]
    assert group["VpcId"] == vpc.id
    assert group["IpPermissions"][0]["UserIdGroupPairs"][0]["GroupId"] == group["GroupId"]
    rule = {"securityGroupId": group["GroupId"], "ipProtocol": "tcp", "fromPort": 443, "toPort": 443}
    engine.delete(engine.create(INGRESS, "i", {**rule, "cidrIpv4": "10.9.0.0/24"}))
    assert engine.refresh(cluster) == cluster
    engine.delete(cluster)
    assert [left["GroupName"] for left in by_hand("ec2").describe_security_groups()["SecurityGroups"]].count(
        "eks-cluster-sg-one"
    ) == 0


def test_a_cluster_in_subnets_that_are_not_there_has_none(engine: Engine) -> None:
    arn = engine.create(ROLE, "r", role("eks.amazonaws.com")).outputs["arn"]
    cluster = engine.create(CLUSTER, "c", {"name": "one", "roleArn": arn, "vpcConfig": {"subnetIds": ["subnet-1"]}})
    assert "clusterSecurityGroupId" not in cluster.outputs["vpcConfig"]
