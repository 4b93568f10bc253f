"""The security group that EKS makes for a cluster's nodes and control plane; moto makes none, so it is made here.

https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.providers.aws.cloud import Api


def make(ec2: Api, cluster: str, subnets: Sequence[str]) -> None:
    """Make it in the VPC of the subnets; moto takes clusters in subnets that are not there, and those have none."""
    found = ec2("describe_subnets", Filters=[{"Name": "subnet-id", "Values": list(subnets)}])["Subnets"]
    if not found:
        return
    group = ec2(
        "create_security_group",
        GroupName=_name(cluster),
        Description="EKS created security group applied to the cluster's nodes and control plane",
        VpcId=found[0]["VpcId"],
        TagSpecifications=[
            {
                "ResourceType": "security-group",
                "Tags": [{"Key": f"kubernetes.io/cluster/{cluster}", "Value": "owned"}],
            }
        ],
    )["GroupId"]
    # Its members speak to each other.
    itself = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}
    ec2("authorize_security_group_ingress", GroupId=group, IpPermissions=[itself])


def told(ec2: Api, cluster: str) -> dict[str, str]:
    """What EKS tells of it with the cluster; nothing where there is none."""
    return {
        name: value
        for group in _groups(ec2, cluster)
        for name, value in (("clusterSecurityGroupId", group["GroupId"]), ("vpcId", group["VpcId"]))
    }


def remove(ec2: Api, cluster: str) -> None:
    """Delete it."""
    for group in _groups(ec2, cluster):
        ec2("delete_security_group", GroupId=group["GroupId"])


def _groups(ec2: Api, cluster: str) -> list[dict[str, Any]]:
    filters = [{"Name": "group-name", "Values": [_name(cluster)]}]
    found: list[dict[str, Any]] = ec2("describe_security_groups", Filters=filters)["SecurityGroups"]
    return found


def _name(cluster: str) -> str:
    return f"eks-cluster-sg-{cluster}"
