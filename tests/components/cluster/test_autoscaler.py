from __future__ import annotations

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from components.cluster.autoscaler import Autoscaler, AutoscalerArgs
from components.sources import Mirrored, Sources
from components.versions import CLUSTER_AUTOSCALER
from tests.support.cluster import account, waits_for
from tests.support.plan import Plan, policy_of, run

RELEASE = "kubernetes:helm.sh/v3:Release"


def _plan(sources: Sources) -> Plan:
    def program() -> None:
        Autoscaler(
            "autoscaler",
            AutoscalerArgs(stack="test", sources=sources, identifier="cartorio-test", cluster="cartorio-test"),
            account(),
            pulumi.ResourceOptions(
                providers=[aws.Provider("aws", region="sa-east-1"), kubernetes.Provider("kubernetes")]
            ),
        )

    return run(program)[0]


def test_it_scales_the_groups_of_this_cluster() -> None:
    plan = _plan(Sources())
    release = plan.one(RELEASE)
    assert release.inputs["version"] == CLUSTER_AUTOSCALER.version
    values = release.inputs["values"]
    assert values["autoDiscovery"] == {"clusterName": "cartorio-test"}
    assert values["awsRegion"] == "sa-east-1"
    assert values["replicaCount"] == 2
    assert values["extraArgs"]["balance-similar-node-groups"] is True
    assert values["image"] == {"repository": "registry.k8s.io/autoscaling/cluster-autoscaler"}


def test_it_starts_with_its_role_in_a_closed_room() -> None:
    plan = _plan(Sources())
    before = waits_for(plan, plan.one(RELEASE))
    assert {"autoscaler-controller-association", "autoscaler-controller-policy", "autoscaler-room-deny"} <= before
    association = plan.one("aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs
    values = plan.one(RELEASE).inputs["values"]
    assert association["serviceAccount"] == values["rbac"]["serviceAccount"]["name"]
    assert "Scale" in policy_of(plan.one("aws:iam/rolePolicy:RolePolicy"))


def test_its_image_comes_from_the_mirror() -> None:
    plan = _plan(Sources((Mirrored("registry.k8s.io", "mirror.example/k8s"),)))
    assert plan.one(RELEASE).inputs["values"]["image"] == {
        "repository": "mirror.example/k8s/autoscaling/cluster-autoscaler"
    }
