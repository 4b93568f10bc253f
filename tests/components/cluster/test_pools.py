from __future__ import annotations

import tomllib
from typing import Any

from components.cluster.bottlerocket import ami_alias
from components.cluster.pools import node_class_spec, node_pool_spec
from components.versions import BOTTLEROCKET
from tests.support.cluster import eks, pool


def _specs(changes: dict[str, Any], **karpenter: object) -> tuple[dict[str, Any], dict[str, Any]]:
    settings = eks(karpenter={"pools": [pool(**changes)], **karpenter}).karpenter
    assert settings is not None
    machines = node_class_spec(
        settings.pools[0],
        instance_profile="profile",
        subnets=("subnet-1", "subnet-2"),
        security_group="sg-1",
        volume_key_arn="arn:ebs",
        tags={"owner": "plataforma"},
    )
    return machines, node_pool_spec(settings.pools[0], settings, "workers")


def test_machines_keep_their_credentials_and_encrypt_both_volumes() -> None:
    machines, _ = _specs({"volumeGib": 100})
    assert machines["metadataOptions"]["httpTokens"] == "required"
    assert machines["metadataOptions"]["httpPutResponseHopLimit"] == 1
    volumes = {mapping["deviceName"]: mapping["ebs"] for mapping in machines["blockDeviceMappings"]}
    assert {name: volume["volumeSize"] for name, volume in volumes.items()} == {
        "/dev/xvda": "4Gi",
        "/dev/xvdb": "100Gi",
    }
    assert {(volume["encrypted"], volume["kmsKeyID"]) for volume in volumes.values()} == {(True, "arn:ebs")}
    assert machines["associatePublicIPAddress"] is False


def test_machines_run_the_pinned_bottlerocket_that_nobody_logs_in_to() -> None:
    machines, _ = _specs({})
    assert machines["amiFamily"] == "Bottlerocket"
    assert machines["amiSelectorTerms"] == [{"alias": ami_alias()}]
    assert BOTTLEROCKET.startswith(ami_alias().removeprefix("bottlerocket@v"))
    settings = tomllib.loads(machines["userData"])["settings"]
    assert not settings["host-containers"]["admin"]["enabled"]
    assert not settings["host-containers"]["control"]["enabled"]


def test_machines_are_where_the_clusters_others_are() -> None:
    machines, _ = _specs({})
    assert machines["subnetSelectorTerms"] == [{"id": "subnet-1"}, {"id": "subnet-2"}]
    assert machines["securityGroupSelectorTerms"] == [{"id": "sg-1"}]
    assert machines["instanceProfile"] == "profile"
    assert machines["tags"] == {"owner": "plataforma"}


def test_a_pool_takes_what_the_settings_name_and_no_more_than_that() -> None:
    _, spec = _specs({"architecture": "amd64", "capacity": ["on-demand", "spot"], "cpu": "8", "memory": "16Gi"})
    template = spec["template"]
    assert template["metadata"]["labels"] == {"cartorio.digital/nodes": "workers"}
    assert "taints" not in template["spec"]
    assert template["spec"]["nodeClassRef"] == {
        "group": "karpenter.k8s.aws",
        "kind": "EC2NodeClass",
        "name": "workers",
    }
    assert {entry["key"]: entry["values"] for entry in template["spec"]["requirements"]} == {
        "kubernetes.io/arch": ["amd64"],
        "kubernetes.io/os": ["linux"],
        "karpenter.sh/capacity-type": ["on-demand", "spot"],
        "karpenter.k8s.aws/instance-family": ["c7g", "m7g"],
    }
    assert spec["limits"] == {"cpu": "8", "memory": "16Gi"}


def test_a_dedicated_pool_keeps_others_away() -> None:
    _, spec = _specs({"dedicated": True})
    assert spec["template"]["spec"]["taints"] == [
        {"key": "cartorio.digital/nodes", "value": "workers", "effect": "NoSchedule"}
    ]


def test_machines_go_by_and_by() -> None:
    _, spec = _specs({}, disruptedPercent=20, settleMinutes=10, nodeLifetimeDays=7)
    assert spec["disruption"] == {
        "consolidationPolicy": "WhenEmptyOrUnderutilized",
        "consolidateAfter": "10m",
        "budgets": [{"nodes": "20%"}],
    }
    assert spec["template"]["spec"]["expireAfter"] == "168h"
