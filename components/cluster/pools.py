"""Karpenter's pools: which machines it may add, what they are like, when it takes them away; pure.

https://karpenter.sh/docs/concepts/nodepools/ and https://karpenter.sh/docs/concepts/nodeclasses/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from components.cluster.bottlerocket import DATA_DEVICE, SETTINGS, SYSTEM_DEVICE, SYSTEM_GIB, ami_alias
from components.labels import NODES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.base import Text
    from components.sections.cluster import Karpenter, Pool

NODE_CLASS: Final = ("karpenter.k8s.aws/v1", "EC2NodeClass")
NODE_POOL: Final = ("karpenter.sh/v1", "NodePool")
_HOURS = 24


def node_class_spec(
    pool: Pool,
    *,
    instance_profile: Text,
    subnets: Sequence[Text],
    security_group: Text,
    volume_key_arn: Text,
    tags: Mapping[str, str],
) -> dict[str, Any]:
    """What the machines of a pool are like: as those of the groups are (`components.cluster.nodes`)."""

    def volume(device: str, gib: int) -> dict[str, Any]:
        return {
            "deviceName": device,
            "ebs": {
                "volumeType": "gp3",
                "volumeSize": f"{gib}Gi",
                "encrypted": True,
                "kmsKeyID": volume_key_arn,
                "deleteOnTermination": True,
            },
        }

    return {
        "amiFamily": "Bottlerocket",
        "amiSelectorTerms": [{"alias": ami_alias()}],
        "instanceProfile": instance_profile,
        "subnetSelectorTerms": [{"id": subnet} for subnet in subnets],
        "securityGroupSelectorTerms": [{"id": security_group}],
        "associatePublicIPAddress": False,
        "userData": SETTINGS,
        # One hop ends at the node: no pod reads the node's credentials.
        "metadataOptions": {
            "httpEndpoint": "enabled",
            "httpProtocolIPv6": "disabled",
            "httpPutResponseHopLimit": 1,
            "httpTokens": "required",
        },
        "detailedMonitoring": True,
        "blockDeviceMappings": [volume(SYSTEM_DEVICE, SYSTEM_GIB), volume(DATA_DEVICE, pool.volume_gib)],
        "tags": dict(tags),
    }


def node_pool_spec(pool: Pool, karpenter: Karpenter, node_class: Text) -> dict[str, Any]:
    """Which machines a pool may have, how many of them, and when they go."""
    api_version, kind = NODE_CLASS
    taints = [{"key": NODES, "value": pool.name, "effect": "NoSchedule"}]
    return {
        "template": {
            "metadata": {"labels": {NODES: pool.name}},
            "spec": {
                "nodeClassRef": {"group": api_version.partition("/")[0], "kind": kind, "name": node_class},
                **({"taints": taints} if pool.dedicated else {}),
                "requirements": [
                    _one_of("kubernetes.io/arch", [pool.architecture.value]),
                    _one_of("kubernetes.io/os", ["linux"]),
                    _one_of("karpenter.sh/capacity-type", [capacity.value for capacity in pool.capacity]),
                    _one_of("karpenter.k8s.aws/instance-family", list(pool.families)),
                ],
                "expireAfter": f"{karpenter.node_lifetime_days * _HOURS}h",
            },
        },
        "disruption": {
            "consolidationPolicy": "WhenEmptyOrUnderutilized",
            "consolidateAfter": f"{karpenter.settle_minutes}m",
            "budgets": [{"nodes": f"{karpenter.disrupted_percent}%"}],
        },
        "limits": {"cpu": pool.cpu, "memory": pool.memory},
    }


def _one_of(key: str, values: list[str]) -> dict[str, Any]:
    return {"key": key, "operator": "In", "values": values}
