from __future__ import annotations

import json

import pytest

from components.versions import EKS
from tests.support.cluster import cluster_plan

ADDON = "aws:eks/addon:Addon"


@pytest.mark.parametrize("version", list(EKS))
def test_add_ons_are_those_pinned_for_the_version(version: str) -> None:
    plan, pins = cluster_plan(version=version), EKS[version]
    found = {addon.inputs["addonName"]: addon.inputs["addonVersion"] for addon in plan.of(ADDON)}
    assert found == {
        "vpc-cni": pins.vpc_cni,
        "kube-proxy": pins.kube_proxy,
        "eks-pod-identity-agent": pins.pod_identity_agent,
        "coredns": pins.coredns,
        "snapshot-controller": pins.snapshot_controller,
        "aws-ebs-csi-driver": pins.ebs_csi_driver,
    }
    assert pins.kube_proxy.startswith(f"v{version}.")
    configuration = json.loads(plan.one(ADDON, "cluster-basics-vpc-cni").inputs["configurationValues"])
    assert configuration["enableNetworkPolicy"] == "true"


def test_every_name_resolves_while_a_zone_is_lost() -> None:
    configuration = json.loads(cluster_plan().one(ADDON, "cluster-services-coredns").inputs["configurationValues"])
    assert configuration["autoScaling"]["minReplicas"] >= 3
    assert configuration["topologySpreadConstraints"][0]["topologyKey"] == "topology.kubernetes.io/zone"


def test_the_stacks_file_says_how_many_answer_for_names() -> None:
    addon = cluster_plan(dns={"min": 4, "max": 20}).one(ADDON, "cluster-services-coredns")
    scaling = json.loads(addon.inputs["configurationValues"])["autoScaling"]
    assert scaling == {"enabled": True, "minReplicas": 4, "maxReplicas": 20}


def test_what_somebody_changed_by_hand_is_put_back() -> None:
    assert {
        (addon.inputs["resolveConflictsOnCreate"], addon.inputs["resolveConflictsOnUpdate"])
        for addon in cluster_plan().of(ADDON)
    } == {("OVERWRITE", "OVERWRITE")}
