from __future__ import annotations

from components.versions import BOTTLEROCKET
from tests.support.cluster import cluster_plan, group
from tests.support.plan import policy_of

GROUP = "aws:eks/nodeGroup:NodeGroup"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"


def test_nodes_run_the_pinned_bottlerocket_over_all_zones() -> None:
    plan = cluster_plan(
        nodeGroups=[group(), group("api", architecture="amd64", instanceTypes=["m7i.large"], dedicated=True)]
    )
    groups = {node_group.name: node_group.inputs for node_group in plan.of(GROUP)}
    system, api = groups["cluster-nodes-system"], groups["cluster-nodes-api"]
    assert system["subnetIds"] == ["subnet-p1", "subnet-p2", "subnet-p3"]
    assert (system["amiType"], api["amiType"]) == ("BOTTLEROCKET_ARM_64", "BOTTLEROCKET_x86_64")
    assert system["releaseVersion"] == BOTTLEROCKET
    assert system["scalingConfig"] == {"minSize": 3, "maxSize": 6, "desiredSize": 3}
    assert system["updateConfig"] == {"maxUnavailable": 1}
    assert system["labels"] == {"cartorio.digital/nodes": "system"}
    assert "taints" not in system
    assert api["taints"] == [{"key": "cartorio.digital/nodes", "value": "api", "effect": "NO_SCHEDULE"}]
    assert system["launchTemplate"]["version"] == "7"


def test_nodes_keep_their_credentials_and_encrypt_both_volumes() -> None:
    plan = cluster_plan(nodeGroups=[group(volumeGib=100)])
    template = plan.one(TEMPLATE).inputs
    assert template["metadataOptions"] == {
        "httpEndpoint": "enabled",
        "httpTokens": "required",
        "httpPutResponseHopLimit": 1,
    }
    assert template["monitoring"] == {"enabled": True}
    assert "keyName" not in template
    volumes = {mapping["deviceName"]: mapping["ebs"] for mapping in template["blockDeviceMappings"]}
    assert set(volumes) == {"/dev/xvda", "/dev/xvdb"}
    assert {(volume["encrypted"], volume["kmsKeyId"], volume["volumeType"]) for volume in volumes.values()} == {
        ("true", "arn:ebs", "gp3")
    }
    assert volumes["/dev/xvdb"]["volumeSize"] == 100
    assert {tagged["resourceType"] for tagged in template["tagSpecifications"]} == {"instance", "volume"}
    assert all(tagged["tags"]["owner"] == "plataforma" for tagged in template["tagSpecifications"])


def test_a_node_may_join_and_pull_and_nothing_else() -> None:
    plan = cluster_plan()
    of_nodes = {
        attachment.inputs["policyArn"].rpartition("/")[2]
        for attachment in plan.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if attachment.name.startswith("cluster-nodes-")
    }
    assert of_nodes == {"AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"}
    assert not [
        policy for policy in plan.of("aws:iam/rolePolicy:RolePolicy") if policy.name.startswith("cluster-nodes")
    ]


def test_what_a_node_pulls_through_the_cache_makes_repositories_there_alone() -> None:
    plan = cluster_plan(caches=("arn:aws:ecr:sa-east-1:123456789012:repository/mirror/quay.io/*",))
    statement = policy_of(plan.one("aws:iam/rolePolicy:RolePolicy", "cluster-nodes-cache"))["PullThrough"]
    assert statement["Action"] == ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]
    assert statement["Resource"].endswith(":repository/mirror/quay.io/*")
    # A node that pulls before would find nothing.
    assert any(urn.endswith("::cluster-nodes-cache") for urn in plan.one(GROUP).depends_on)


def test_who_scales_the_groups_is_not_put_right_by_the_engine() -> None:
    assert cluster_plan().one(GROUP).ignore_changes == ()
    assert cluster_plan(clusterAutoscaler=True).one(GROUP).ignore_changes == ("scalingConfig.desiredSize",)
