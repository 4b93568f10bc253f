"""A cluster for tests: good settings, what is laid over them, and the plan of a cluster of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from components.cluster.eks import EksCluster, EksClusterArgs
from components.cluster.karpenter import Karpenter, KarpenterArgs
from components.providers import Account
from components.sections.cluster import Eks
from components.sources import Sources
from tests.support.plan import ACCOUNT, run

if TYPE_CHECKING:
    from tests.support.plan import Plan, Registered


def group(name: str = "system", **changes: object) -> dict[str, Any]:
    """The settings of a group of nodes."""
    return {"name": name, "instanceTypes": ["m7g.large", "m6g.large"], "min": 3, "max": 6, **changes}


def pool(name: str = "workers", **changes: object) -> dict[str, Any]:
    """The settings of one of Karpenter's pools."""
    return {"name": name, "families": ["c7g", "m7g"], "cpu": "64", "memory": "128Gi", **changes}


def access(role: str = "administrators", **changes: object) -> dict[str, Any]:
    """The settings of what a role may do."""
    return {"role": role, "level": "cluster-admin", **changes}


def good(**changes: object) -> dict[str, Any]:
    """The settings of an EKS cluster, as a stack's file has them."""
    return {
        "version": "1.36",
        "access": [access()],
        "logRetentionDays": 30,
        "nodeGroups": [group()],
        **changes,
    }


def eks(**changes: object) -> Eks:
    """The settings of an EKS cluster, read."""
    return Eks.model_validate_json(json.dumps(good(**changes)))


def cluster_plan(*, protect: bool = True, caches: tuple[str, ...] = (), **changes: object) -> Plan:
    """The plan of a cluster with good settings, and `changes` laid over them."""

    def program() -> None:
        EksCluster(
            "cluster",
            EksClusterArgs(
                stack="test",
                identifier="cartorio-test",
                settings=eks(**changes),
                control_plane_subnets=("subnet-i1", "subnet-i2", "subnet-i3"),
                node_subnets=("subnet-p1", "subnet-p2", "subnet-p3"),
                envelope_key_arn="arn:envelope",
                volume_key_arn="arn:ebs",
                logs_key_arn="arn:logs",
                tags={"owner": "plataforma"},
                caches=caches,
                protect=protect,
            ),
            account(),
            pulumi.ResourceOptions(providers=[aws.Provider("aws", region="sa-east-1")]),
        )

    return run(program)[0]


def karpenter_plan(*pools: dict[str, Any], sources: Sources | None = None, **changes: object) -> Plan:
    """The plan of Karpenter with these pools, or a good one, and `changes` laid over its settings."""
    settings = eks(karpenter={"pools": pools or [pool()], **changes}).karpenter

    def program() -> None:
        assert settings is not None
        Karpenter(
            "karpenter",
            KarpenterArgs(
                stack="test",
                settings=settings,
                sources=sources or Sources(),
                identifier="cartorio-test",
                cluster="cartorio-test",
                endpoint="https://cartorio-test.eks.example",
                subnets=("subnet-p1", "subnet-p2", "subnet-p3"),
                security_group="sg-cluster",
                node_role_arn="arn:of:the:nodes",
                instance_profile="nodes-1234567",
                volume_key_arn="arn:ebs",
                tags={"owner": "plataforma"},
            ),
            account(),
            pulumi.ResourceOptions(
                providers=[aws.Provider("aws", region="sa-east-1"), kubernetes.Provider("kubernetes")]
            ),
        )

    return run(program)[0]


def account() -> Account:
    """The tests' account, as the program sees it."""
    return Account(pulumi.Output.from_input(ACCOUNT), pulumi.Output.from_input("aws"), "sa-east-1")


def waits_for(plan: Plan, resource: Registered) -> set[str]:
    """The names of everything that a resource waits for, directly or not."""
    by_urn, seen, left = plan.urns(), set[str](), list(resource.depends_on)
    while left:
        urn = left.pop()
        if urn in by_urn and by_urn[urn].name not in seen:
            seen.add(by_urn[urn].name)
            left += by_urn[urn].depends_on
    return seen
