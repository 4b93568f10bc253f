from __future__ import annotations

import json

from tests.support.cluster import cluster_plan, waits_for
from tests.support.plan import policy_of

GROUP = "aws:eks/nodeGroup:NodeGroup"
ADDON = "aws:eks/addon:Addon"
ENTRY = "aws:eks/accessEntry:AccessEntry"
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
LEVEL = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
PROVIDER = "pulumi:providers:kubernetes"


def test_nodes_come_after_what_makes_them_ready_and_before_what_runs_on_them() -> None:
    plan = cluster_plan()
    nodes = waits_for(plan, plan.one(GROUP))
    assert {"cluster-basics-vpc-cni", "cluster-basics-kube-proxy", "cluster-network-association"} <= nodes
    assert "cluster-services-coredns" not in nodes
    for name in ("coredns", "snapshot-controller", "aws-ebs-csi-driver"):
        assert "cluster-nodes-system" in waits_for(plan, plan.one(ADDON, f"cluster-services-{name}"))
    driver = waits_for(plan, plan.one(ADDON, "cluster-services-aws-ebs-csi-driver"))
    assert {"cluster-services-snapshot-controller", "cluster-volumes-association"} <= driver


def test_the_system_pods_that_need_aws_have_identities_of_their_own() -> None:
    plan = cluster_plan()
    accounts = {found.inputs["serviceAccount"]: found.inputs["namespace"] for found in plan.of(ASSOCIATION)}
    assert accounts == {"aws-node": "kube-system", "ebs-csi-controller-sa": "kube-system"}
    policy = policy_of(plan.one("aws:iam/rolePolicy:RolePolicy", "cluster-volumes-policy"))
    assert {statement["Resource"] for statement in policy.values()} == {"arn:ebs"}
    assert policy["LetMachinesUseVolumes"]["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}


def test_the_way_to_the_cluster_has_no_credential_and_opens_after_access_is_given() -> None:
    plan = cluster_plan()
    provider = plan.one(PROVIDER)
    assert provider.inputs["clusterIdentifier"] == "cartorio-test"
    assert provider.inputs["enableServerSideApply"] == "true"
    kubeconfig = json.loads(provider.inputs["kubeconfig"])
    assert kubeconfig["clusters"][0]["cluster"] == {
        "server": "https://cartorio-test.eks.example",
        "certificate-authority-data": "Y2VydGlmaWNhdGU=",
    }
    assert kubeconfig["current-context"] == kubeconfig["contexts"][0]["name"] == "cartorio-test"
    user = kubeconfig["users"][0]["user"]
    assert set(user) == {"exec"}
    assert user["exec"]["apiVersion"] == "client.authentication.k8s.io/v1beta1"
    assert [user["exec"]["command"], *user["exec"]["args"]] == [
        "aws",
        "eks",
        "get-token",
        "--cluster-name",
        "cartorio-test",
        "--region",
        "sa-east-1",
    ]
    assert {entry.urn for entry in (*plan.of(ENTRY), *plan.of(LEVEL))} <= set(provider.depends_on)
    assert plan.one(GROUP).name not in waits_for(plan, provider)
