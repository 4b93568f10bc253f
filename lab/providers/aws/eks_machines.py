"""The machines of a node group, as far as the lab's cluster is concerned: nodes with the group's labels and taints.

moto makes none. kwok keeps every node of the lab's cluster ready, so that pods which select a group's nodes, and bear
their taint, find them, and pods that do not are kept away. Labels:
https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
"""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lab.providers.model import ResourceError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lab.providers.aws.api_server import ApiServer
    from lab.providers.model import Properties

_NODES = "/api/v1/nodes"
_GROUP, _CLUSTER = "eks.amazonaws.com/nodegroup", "alpha.eksctl.io/cluster-name"
_EFFECTS = {"NO_EXECUTE": "NoExecute", "NO_SCHEDULE": "NoSchedule", "PREFER_NO_SCHEDULE": "PreferNoSchedule"}
_ROOM = {"cpu": "16", "memory": "64Gi", "pods": "110", "ephemeral-storage": "200Gi"}
# Kubernetes' own taints, such as those of a node that is not ready yet, are its business.
_KUBERNETES = "node.kubernetes.io/"
_LABEL = 63  # characters of a label's value


@dataclass(frozen=True)
class Machines:
    """The machines of one group.

    Attributes:
        server: of the lab's cluster.
        cluster: name of the EKS cluster: several may share the server.
        group: name of the group.
    """

    server: ApiServer
    cluster: str
    group: str

    def ensure(self, inputs: Properties, region: str, zones: Sequence[str]) -> None:
        """Let there be as many as wanted, over the zones, as the group's settings say.

        Raises:
            ResourceError: the API server does not take one.
        """
        present = self._present()
        wanted = int(inputs["scalingConfig"]["desiredSize"])
        names = [f"{self.group}-{number}.{self.cluster}" for number in range(wanted)]
        for number, name in enumerate(names):
            labels, taints = self._marks(inputs), _taints(inputs)
            if name not in present:
                self._create(name, {**labels, **_place(name, inputs, region, zones[number % len(zones)])}, taints)
            else:
                self._mark(present[name], labels, taints)
        for name in sorted(set(present) - set(names)):
            self._delete(name)

    def remove(self) -> None:
        """Take all of them away.

        Raises:
            ResourceError: the API server keeps one.
        """
        for name in sorted(self._present()):
            self._delete(name)

    def _marks(self, inputs: Properties) -> dict[str, str]:
        return {**(inputs.get("labels") or {}), _GROUP: self.group, _CLUSTER: self.cluster}

    def _present(self) -> dict[str, dict[str, Any]]:
        selector = f"{_GROUP}%3D{self.group},{_CLUSTER}%3D{self.cluster}"
        found = self._asked("GET", f"{_NODES}?labelSelector={selector}")
        return {node["metadata"]["name"]: node for node in found["items"]}

    def _create(self, name: str, labels: Mapping[str, str], taints: list[dict[str, str]]) -> None:
        node = {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": name, "labels": labels},
            "spec": {"taints": taints},
            "status": {"capacity": _ROOM, "allocatable": _ROOM},
        }
        self._asked("POST", _NODES, node)

    def _mark(self, node: dict[str, Any], labels: Mapping[str, str], taints: list[dict[str, str]]) -> None:
        """Labels that are no longer wanted stay, as EKS leaves them on machines that are there."""
        theirs = [taint for taint in node["spec"].get("taints", ()) if taint["key"].startswith(_KUBERNETES)]
        change = {"metadata": {"labels": labels}, "spec": {"taints": [*theirs, *taints]}}
        self._asked("PATCH", f"{_NODES}/{node['metadata']['name']}", change)

    def _delete(self, name: str) -> None:
        self._asked("DELETE", f"{_NODES}/{name}")

    def _asked(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        status, answer = self.server.request(method, path, body)
        gone = method == "DELETE" and status == http.client.NOT_FOUND
        there = method == "POST" and status == http.client.CONFLICT
        if status not in range(200, 300) and not gone and not there:
            raise ResourceError(f"a node of the group {self.group}: {method} {path}: {answer.get('message', status)}")
        return answer


def _taints(inputs: Properties) -> list[dict[str, str]]:
    return [
        {"key": taint["key"], "value": taint.get("value", ""), "effect": _EFFECTS[taint["effect"]]}
        for taint in inputs.get("taints") or ()
    ]


def _place(name: str, inputs: Properties, region: str, zone: str) -> dict[str, str]:
    ami = str(inputs.get("amiType") or "")
    return {
        "kubernetes.io/arch": "arm64" if "ARM" in ami.upper() else "amd64",
        "kubernetes.io/hostname": name[-_LABEL:].lstrip("-."),
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": next(iter(inputs.get("instanceTypes") or ()), "t3.medium"),
        "topology.kubernetes.io/region": region,
        "topology.kubernetes.io/zone": zone,
    }
