"""The cluster's three nodes, one a zone of `sa-east-1`; kwok keeps them Ready."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING, Any

from lab.services.client import Client, NotReady

if TYPE_CHECKING:
    from collections.abc import Iterable

REGION = "sa-east-1"
ZONES = ("sa-east-1a", "sa-east-1b", "sa-east-1c")
_INSTANCE_TYPE = "m7i.4xlarge"
_RESOURCES = {"cpu": "16", "memory": "64Gi", "pods": "110", "ephemeral-storage": "200Gi"}


def ensure(api: Client) -> None:
    """Create the nodes that are missing.

    Raises:
        NotReady: the API server did not take one.
    """
    present = {node["metadata"]["name"] for node in api.read("/api/v1/nodes")["items"]}
    for zone in ZONES:
        manifest = _manifest(zone)
        if manifest["metadata"]["name"] in present:
            continue
        status, answer = api.request("POST", "/api/v1/nodes", manifest)
        if status not in {http.client.CREATED, http.client.CONFLICT}:
            raise NotReady(f"the node of {zone} was not taken ({status}): {answer.decode(errors='replace')}")


def expect_ready(api: Client) -> None:
    """Return when every zone's node takes pods.

    Raises:
        NotReady: not yet.
    """
    items = {node["metadata"]["name"]: node for node in api.read("/api/v1/nodes")["items"]}
    waiting = [zone for zone in ZONES if not _ready(items.get(_name(zone)))]
    if waiting:
        raise NotReady(f"the nodes of {', '.join(waiting)} are not ready")


def _ready(node: dict[str, Any] | None) -> bool:
    if node is None:
        return False
    conditions: Iterable[dict[str, str]] = node.get("status", {}).get("conditions", ())
    # The controller takes the not-ready taint away a moment after kwok reports the node Ready.
    tainted = any(taint["key"].startswith("node.kubernetes.io/") for taint in node["spec"].get("taints", ()))
    return not tainted and any(item["type"] == "Ready" and item["status"] == "True" for item in conditions)


def _name(zone: str) -> str:
    return f"lab-{zone}"


def _manifest(zone: str) -> dict[str, Any]:
    name = _name(zone)
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
                "node.kubernetes.io/instance-type": _INSTANCE_TYPE,
                "topology.kubernetes.io/region": REGION,
                "topology.kubernetes.io/zone": zone,
            },
        },
        "status": {"capacity": _RESOURCES, "allocatable": _RESOURCES},
    }
