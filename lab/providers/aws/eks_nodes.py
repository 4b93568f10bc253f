"""EKS: managed groups of nodes.

https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html and terraform-provider-aws'
`internal/service/eks`. moto 5.2 cannot move a group to another version or launch template, nor tag it again: that is
refused by name. In the lab a group has machines: nodes of the lab's cluster (`lab.providers.aws.eks_machines`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws.eks_machines import Machines
from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.shapes import camel
from lab.providers.aws.tags import Tagging
from lab.providers.model import ResourceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

_REPAIR = camel("enabled")
_SCALING = camel("desiredSize", "maxSize", "minSize")
_TAINT = camel("effect", "key", "value")
_TEMPLATE = camel("id", "name", "version")
_UPDATE = camel("maxUnavailable", "maxUnavailablePercentage")
_UNMOVABLE = frozenset({"launchTemplate", "releaseVersion", "version"})


class _Tagging(Tagging):
    """moto tells a group's tags with the group, and never changes them."""

    def read(self, api: Api, target: str) -> dict[str, str]:
        """All tags that the group has."""
        return dict(api("describe_nodegroup", **_named(target))["nodegroup"].get("tags") or {})

    def write(self, api: Api, target: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
        """Refuse a change."""
        del api, target
        if old != new:
            raise ResourceError("moto 5.2 tags a node group once: the lab cannot change tags")


def _same_template(left: Any, right: Any) -> bool:  # noqa: ANN401 - JSON
    """EKS tells the id and the name, whichever it was given."""
    shared = {name for name in ("id", "name") if left.get(name) and right.get(name)}
    return left.get("version") == right.get("version") and all(left[name] == right[name] for name in shared)


class NodeGroup(Resource):
    """`aws.eks.NodeGroup`. Its id is `cluster:group`."""

    table = Table(
        "aws:eks/nodeGroup:NodeGroup",
        "eks",
        inputs=(
            "amiType",
            "capacityType",
            "clusterName",
            "instanceTypes",
            "labels",
            "launchTemplate",
            "nodeGroupName",
            "nodeRepairConfig",
            "nodeRoleArn",
            "releaseVersion",
            "scalingConfig",
            "subnetIds",
            "tags",
            "taints",
            "updateConfig",
            "version",
        ),
        outputs=frozenset({"arn", "resources", "status"}),
        force_new=frozenset(
            {"amiType", "capacityType", "clusterName", "instanceTypes", "nodeGroupName", "nodeRoleArn", "subnetIds"}
        ),
        computed=frozenset({"amiType", "capacityType", "instanceTypes", "releaseVersion", "updateConfig", "version"}),
        # moto forgets them when a group is made, and tells them once they were changed.
        untold=frozenset({"nodeRepairConfig", "updateConfig"}),
        equivalent={"launchTemplate": _same_template},
        shapes={
            "nodeRepairConfig": _REPAIR,
            "scalingConfig": _SCALING,
            "taints": _TAINT,
            "updateConfig": _UPDATE,
        },
        autoname="nodeGroupName",
        autoname_max=63,
        tagging=_Tagging(by="id", target="nodegroupName", pairs=None, at_create="tags"),
    )

    _body = camel(
        "amiType",
        "capacityType",
        "clusterName",
        "instanceTypes",
        "labels",
        "releaseVersion",
        "version",
        launchTemplate=_TEMPLATE,
        nodeGroupName="nodegroupName",
        nodeRepairConfig=_REPAIR,
        nodeRoleArn="nodeRole",
        scalingConfig=_SCALING,
        subnetIds="subnets",
        taints=_TAINT,
        updateConfig=_UPDATE,
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        body = self._body.to_api({name: inputs.get(name) for name in self._body.members})
        api("create_nodegroup", **body, **self.creation_tags(inputs))
        return f"{inputs['clusterName']}:{inputs['nodeGroupName']}"

    def finish(self, api: Api, resource_id: str, inputs: Properties) -> None:
        """Let the lab's cluster have its machines."""
        if machines := self._machines(resource_id):
            machines.ensure(inputs, api.region, self._zones(api, inputs))

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it."""
        del known
        found = api("describe_nodegroup", **_named(resource_id))["nodegroup"]
        groups = [{"name": group["name"]} for group in found["resources"]["autoScalingGroups"]]
        return {
            **self._body.from_api(found),
            "arn": found["nodegroupArn"],
            "resources": [{"autoscalingGroups": groups}],
            "status": found["status"],
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Change what can be changed in place.

        Raises:
            ResourceError: moto cannot do it.
        """
        if moved := sorted(changed & _UNMOVABLE):
            raise ResourceError(f"moto 5.2 has no UpdateNodegroupVersion: the lab cannot change {', '.join(moved)}")
        labels, taints = _labels(old, new), _taints(old, new)
        body = self._body.to_api(
            {name: new.get(name) for name in ("nodeRepairConfig", "scalingConfig", "updateConfig")}
        )
        api("update_nodegroup_config", **_named(resource_id), **body, labels=labels, taints=taints)
        self.finish(api, resource_id, new)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it, and its machines."""
        del known
        if machines := self._machines(resource_id):
            machines.remove()
        api("delete_nodegroup", **_named(resource_id))

    def _machines(self, resource_id: str) -> Machines | None:
        server, named = self._account.api_server, _named(resource_id)
        return Machines(server, named["clusterName"], named["nodegroupName"]) if server else None

    def _zones(self, api: Api, inputs: Properties) -> list[str]:
        found = self.cloud.api("ec2", api.region)("describe_subnets", SubnetIds=list(inputs["subnetIds"]))["Subnets"]
        return sorted({subnet["AvailabilityZone"] for subnet in found})


def _labels(old: Properties, new: Properties) -> dict[str, Any]:
    before, after = old.get("labels") or {}, new.get("labels") or {}
    return {"addOrUpdateLabels": after, "removeLabels": sorted(set(before) - set(after))}


def _taints(old: Properties, new: Properties) -> dict[str, Any]:
    after = new.get("taints") or []
    kept = {(taint["key"], taint["effect"]) for taint in after}
    gone = [taint for taint in old.get("taints") or [] if (taint["key"], taint["effect"]) not in kept]
    return {"addOrUpdateTaints": _TAINT.to_api(after), "removeTaints": _TAINT.to_api(gone)}


def _named(resource_id: str) -> dict[str, str]:
    cluster, colon, group = resource_id.partition(":")
    if not (cluster and colon and group):
        raise ResourceError(f"{resource_id!r} is no id of a node group: it is CLUSTER:GROUP")
    return {"clusterName": cluster, "nodegroupName": group}


TYPES: tuple[type[Resource], ...] = (NodeGroup,)
