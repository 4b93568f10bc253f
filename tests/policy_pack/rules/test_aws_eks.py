from __future__ import annotations

from typing import Any

import pytest

from guardrails.resources.reading import UNKNOWN
from tests.support.cloud import aws, found

LOGS = ["api", "audit", "authenticator", "controllerManager", "scheduler"]


@pytest.mark.parametrize(
    ("config", "where"),
    [
        ({"endpointPublicAccess": False, "endpointPrivateAccess": True}, []),
        ({"endpointPublicAccess": False}, ["vpcConfig.endpointPrivateAccess"]),
        ({"endpointPrivateAccess": True}, ["vpcConfig.publicAccessCidrs"]),
        ({"endpointPrivateAccess": True, "publicAccessCidrs": ["203.0.113.0/24"]}, []),
        (
            {"endpointPrivateAccess": True, "publicAccessCidrs": ["203.0.113.0/24", "::/0"]},
            ["vpcConfig.publicAccessCidrs"],
        ),
        ({"endpointPrivateAccess": True, "publicAccessCidrs": UNKNOWN}, ["vpcConfig.publicAccessCidrs?"]),
        ({"endpointPrivateAccess": UNKNOWN, "endpointPublicAccess": False}, ["vpcConfig.endpointPrivateAccess?"]),
        (UNKNOWN, ["vpcConfig.endpointPublicAccess?"]),
    ],
)
def test_the_api_is_reached_from_inside(config: object, where: list[str]) -> None:
    assert found("aws/eks-endpoint", aws("eks/cluster:Cluster", vpcConfig=config)) == [f"x: {path}" for path in where]


@pytest.mark.parametrize(
    ("rule", "inputs", "where"),
    [
        ("logs", {"enabledClusterLogTypes": LOGS}, []),
        ("logs", {"enabledClusterLogTypes": LOGS[1:]}, ["enabledClusterLogTypes"]),
        ("logs", {}, ["enabledClusterLogTypes"]),
        ("logs", {"enabledClusterLogTypes": [UNKNOWN]}, ["enabledClusterLogTypes?"]),
        ("encryption", {"encryptionConfig": {"resources": ["secrets"], "provider": {"keyArn": UNKNOWN}}}, []),
        ("encryption", {"encryptionConfig": {"resources": ["secrets"]}}, ["encryptionConfig.provider.keyArn"]),
        ("encryption", {"encryptionConfig": {"resources": []}}, ["encryptionConfig"]),
        ("encryption", {"encryptionConfig": UNKNOWN}, ["encryptionConfig?"]),
        ("encryption", {}, ["encryptionConfig"]),
        ("version", {"version": "1.36"}, []),
        ("version", {"version": "1.29"}, ["version"]),
        ("version", {"version": "latest"}, ["version"]),
        ("version", {"version": UNKNOWN}, ["version?"]),
        ("version", {}, ["version"]),
    ],
)
def test_what_a_control_plane_is_like(rule: str, inputs: dict[str, Any], where: list[str]) -> None:
    assert found(f"aws/eks-{rule}", aws("eks/cluster:Cluster", **inputs)) == [f"x: {path}" for path in where]


def test_only_access_entries_decide_who_gets_in() -> None:
    rule, kind = "aws/eks-access-mode", "eks/cluster:Cluster"
    mode, creator = "accessConfig.authenticationMode", "accessConfig.bootstrapClusterCreatorAdminPermissions"
    good = {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False}
    assert found(rule, aws(kind, accessConfig=good)) == []
    assert found(rule, aws(kind)) == [f"x: {mode}", f"x: {creator}"]
    assert found(rule, aws(kind, accessConfig=UNKNOWN)) == [f"x: {mode}?", f"x: {creator}?"]


def test_who_and_what_is_in_a_cluster() -> None:
    entry, group, addon = "eks/accessEntry:AccessEntry", "eks/nodeGroup:NodeGroup", "eks/addon:Addon"
    assert found("aws/eks-masters", aws(entry, kubernetesGroups=["a", "system:masters"])) == ["x: kubernetesGroups"]
    assert found("aws/eks-masters", aws(entry, kubernetesGroups=UNKNOWN)) == ["x: kubernetesGroups?"]
    assert found("aws/eks-masters", aws(entry, kubernetesGroups=["a"])) == []
    assert found("aws/eks-nodes", aws(group, launchTemplate={"id": "lt"})) == []
    assert found("aws/eks-nodes", aws(group, remoteAccess={"ec2SshKey": "k"})) == [
        "x: remoteAccess",
        "x: launchTemplate",
    ]
    assert found("aws/eks-addon-version", aws(addon, addonVersion="v1")) == []
    assert found("aws/eks-addon-version", aws(addon)) == ["x: addonVersion"]
