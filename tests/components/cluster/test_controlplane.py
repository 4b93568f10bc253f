from __future__ import annotations

import pytest

from tests.support.cluster import cluster_plan
from tests.support.plan import ACCOUNT, policy_of

CLUSTER = "aws:eks/cluster:Cluster"
RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"


def test_the_api_is_private_unless_networks_are_named() -> None:
    closed = cluster_plan().one(CLUSTER).inputs["vpcConfig"]
    assert closed == {
        "subnetIds": ["subnet-i1", "subnet-i2", "subnet-i3"],
        "endpointPrivateAccess": True,
        "endpointPublicAccess": False,
    }
    opened = cluster_plan(publicAccessCidrs=["200.1.2.0/24"]).one(CLUSTER).inputs["vpcConfig"]
    assert opened["endpointPrivateAccess"] is opened["endpointPublicAccess"] is True
    assert opened["publicAccessCidrs"] == ["200.1.2.0/24"]


def test_networks_inside_the_vpc_reach_the_api_when_they_are_named() -> None:
    assert cluster_plan().of(RULE) == []
    rule = cluster_plan(privateAccessCidrs=["10.9.0.0/24"]).one(RULE).inputs
    assert (rule["securityGroupId"], rule["cidrIpv4"]) == ("sg-cluster", "10.9.0.0/24")
    assert (rule["ipProtocol"], rule["fromPort"], rule["toPort"]) == ("tcp", 443, 443)


def test_all_logs_go_to_a_group_of_our_own_that_is_there_first() -> None:
    plan = cluster_plan()
    group_, cluster = plan.one("aws:cloudwatch/logGroup:LogGroup"), plan.one(CLUSTER)
    assert group_.inputs["name"] == "/aws/eks/cartorio-test/cluster"
    assert (group_.inputs["kmsKeyId"], group_.inputs["retentionInDays"]) == ("arn:logs", 30)
    assert set(cluster.inputs["enabledClusterLogTypes"]) == {
        "api",
        "audit",
        "authenticator",
        "controllerManager",
        "scheduler",
    }
    assert group_.urn in cluster.depends_on


def test_secrets_are_encrypted_with_the_key_and_only_access_entries_count() -> None:
    inputs = cluster_plan().one(CLUSTER).inputs
    assert inputs["encryptionConfig"] == {"provider": {"keyArn": "arn:envelope"}, "resources": ["secrets"]}
    assert inputs["accessConfig"] == {
        "authenticationMode": "API",
        "bootstrapClusterCreatorAdminPermissions": False,
    }
    assert inputs["bootstrapSelfManagedAddons"] is False
    assert inputs["upgradePolicy"] == {"supportType": "STANDARD"}
    assert (inputs["name"], inputs["version"]) == ("cartorio-test", "1.36")


@pytest.mark.parametrize("protect", [True, False])
def test_what_is_protected_is_kept_by_the_engine_and_by_eks(protect: bool) -> None:  # noqa: FBT001 - a parameter
    cluster = cluster_plan(protect=protect).one(CLUSTER)
    assert cluster.protect is cluster.inputs["deletionProtection"] is protect


def test_the_control_planes_role_serves_this_cluster_only() -> None:
    plan = cluster_plan()
    role = plan.one("aws:iam/role:Role", "cluster-plane-role")
    assert role.inputs["name"] == "cartorio-test-cluster"
    trust = policy_of(role, "assumeRolePolicy")["Assume"]
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:eks:sa-east-1:{ACCOUNT}:cluster/cartorio-test"},
    }
    secrets = policy_of(plan.one("aws:iam/rolePolicy:RolePolicy", "cluster-plane-secrets"))["EncryptSecrets"]
    assert secrets["Resource"] == "arn:envelope"
