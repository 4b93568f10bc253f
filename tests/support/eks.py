"""What the tests of EKS's types share: a cluster and what it stands on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.support.ec2 import IN_VPC, SUBNET, subnet

if TYPE_CHECKING:
    from tests.support.ec2 import Need

CLUSTER, NODE_GROUP, ROLE = "aws:eks/cluster:Cluster", "aws:eks/nodeGroup:NodeGroup", "aws:iam/role:Role"


def role(service: str) -> dict[str, Any]:
    """A role for a service."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"assumeRolePolicy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}


IN_SUBNETS: tuple[Need, ...] = (
    *IN_VPC,
    ("a", SUBNET, subnet("10.20.0.0/24")),
    ("b", SUBNET, subnet("10.20.1.0/24")),
    ("role", ROLE, role("eks.amazonaws.com")),
)
IN_CLUSTER: tuple[Need, ...] = (
    *IN_SUBNETS,
    ("cluster", CLUSTER, {"roleArn": "$role.arn", "vpcConfig": {"subnetIds": ["$a.id", "$b.id"]}}),
)
