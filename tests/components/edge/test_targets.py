from __future__ import annotations

from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pytest

from components.edge.targets import Targets, TargetsArgs
from components.sources import Mirrored, Sources
from tests.support.plan import Plan, policy_of, run
from tests.support.site import account

BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
RELEASE = "kubernetes:helm.sh/v3:Release"


def _plan(cluster: str | None) -> Plan:
    def program() -> None:
        args = TargetsArgs(
            stack="producao",
            sources=Sources(mirrors=(Mirrored("public.ecr.aws", "mirror.example"),)),
            region="sa-east-1",
            vpc_id="vpc",
            cluster=cluster,
            identifier="cartorio-producao",
            cluster_group="nodes" if cluster else None,
            balancer_group="balancer",
            target_group="arn:targets",
            namespace="cartorio",
            service="cartorio-api",
            service_port=80,
            port=8080,
        )
        providers = [aws.Provider("aws", region="sa-east-1"), kubernetes.Provider("kubernetes")]
        Targets("targets", args, account(), pulumi.ResourceOptions(providers=providers))

    return run(program)[0]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return _plan("cartorio-producao")


def _values(plan: Plan) -> dict[str, Any]:
    values = plan.one(RELEASE).inputs["values"]
    assert isinstance(values, dict)
    return values


def test_the_apis_pods_are_the_targets(plan: Plan) -> None:
    binding = plan.one(BINDING)
    assert binding.inputs["spec"] == {
        "serviceRef": {"name": "cartorio-api", "port": 80},
        "targetGroupARN": "arn:targets",
        "targetType": "ip",
    }
    assert binding.inputs["metadata"]["namespace"] == "cartorio"
    assert any(RELEASE in dependency for dependency in binding.depends_on)


def test_the_controller_registers_in_one_group_and_does_nothing_else(plan: Plan) -> None:
    statements = policy_of(plan.one("aws:iam/rolePolicy:RolePolicy"))
    assert statements["Register"]["Resource"] == "arn:targets"
    assert statements["Register"]["Action"] == [
        "elasticloadbalancing:DeregisterTargets",
        "elasticloadbalancing:RegisterTargets",
    ]
    assert all(action.split(":")[1].startswith("Describe") for action in statements["Look"]["Action"])
    values = _values(plan)
    assert not values["createIngressClassResource"]
    assert not values["enableServiceMutatorWebhook"]
    assert not values["controllerConfig"]["featureGates"]["EnableServiceController"]
    assert values["watchNamespace"] == "cartorio"


def test_it_is_found_in_the_mirror_and_knows_its_place(plan: Plan) -> None:
    values = _values(plan)
    assert values["image"] == {"repository": "mirror.example/eks/aws-load-balancer-controller"}
    assert (values["clusterName"], values["region"], values["vpcId"]) == ("cartorio-producao", "sa-east-1", "vpc")


def test_the_load_balancer_reaches_the_pods_of_a_cluster_of_the_stacks_own(plan: Plan) -> None:
    rule = plan.one(INGRESS).inputs
    assert (rule["securityGroupId"], rule["referencedSecurityGroupId"]) == ("nodes", "balancer")
    assert (rule["fromPort"], rule["toPort"]) == (8080, 8080)


def test_a_cluster_that_is_there_lets_it_in_by_itself() -> None:
    plan = _plan(None)
    assert not plan.of(INGRESS)
    assert _values(plan)["clusterName"] == "cartorio-producao"
