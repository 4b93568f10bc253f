from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.cluster.identity import WorkloadIdentity, WorkloadIdentityArgs
from components.policies import Statement
from components.providers import Account
from tests.support.plan import ACCOUNT, Plan, policy_of, run

ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"


def _plan(cluster: str | None) -> Plan:
    def program() -> None:
        WorkloadIdentity(
            "backup",
            WorkloadIdentityArgs(
                stack="test",
                cluster=cluster if cluster is None else pulumi.Output.from_input(cluster),
                namespace="velero",
                service_account="velero-server",
                statements=(Statement(sid="Read", actions=("s3:GetObject",), resources=("arn:bucket/*",)),),
            ),
            Account(pulumi.Output.from_input(ACCOUNT), pulumi.Output.from_input("aws"), "sa-east-1"),
            pulumi.ResourceOptions(providers=[aws.Provider("aws", region="sa-east-1")]),
        )

    return run(program)[0]


def test_only_the_one_service_account_of_the_one_cluster_gets_the_role() -> None:
    plan = _plan("cartorio-test")
    trust = policy_of(plan.one("aws:iam/role:Role"), "assumeRolePolicy")["AssumeForPods"]
    assert trust["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert trust["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert trust["Condition"] == {
        "StringEquals": {
            "aws:SourceAccount": ACCOUNT,
            "aws:RequestTag/eks-cluster-name": "cartorio-test",
            "aws:RequestTag/kubernetes-namespace": "velero",
            "aws:RequestTag/kubernetes-service-account": "velero-server",
        }
    }
    assert "Resource" not in trust  # AWS refuses one in a trust policy


def test_the_role_may_do_what_it_is_given_and_nothing_else() -> None:
    statements = policy_of(_plan("cartorio-test").one("aws:iam/rolePolicy:RolePolicy"))
    assert list(statements) == ["Read"]
    assert statements["Read"]["Action"] == "s3:GetObject"


def test_the_service_account_is_tied_to_the_role_once_that_has_its_permissions() -> None:
    plan = _plan("cartorio-test")
    association = plan.one(ASSOCIATION)
    assert association.inputs["clusterName"] == "cartorio-test"
    assert association.inputs["namespace"] == "velero"
    assert association.inputs["serviceAccount"] == "velero-server"
    assert association.inputs["roleArn"].startswith(f"arn:aws:iam::{ACCOUNT}:role/backup-role")
    assert plan.one("aws:iam/rolePolicy:RolePolicy").urn in association.depends_on


def test_without_an_eks_cluster_nothing_is_tied_and_no_cluster_is_named() -> None:
    plan = _plan(None)
    assert plan.of(ASSOCIATION) == []
    condition = policy_of(plan.one("aws:iam/role:Role"), "assumeRolePolicy")["AssumeForPods"]["Condition"]
    assert "aws:RequestTag/eks-cluster-name" not in condition["StringEquals"]
    assert condition["StringEquals"]["aws:RequestTag/kubernetes-namespace"] == "velero"


def test_the_roles_arn_is_what_the_component_tells() -> None:
    plan = _plan("cartorio-test")
    component = plan.one("cartorio:cluster:WorkloadIdentity")
    assert plan.outputs[component.urn] == [{"roleArn": plan.one(ASSOCIATION).inputs["roleArn"]}]
