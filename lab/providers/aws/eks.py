"""EKS: clusters.

https://docs.aws.amazon.com/eks/latest/APIReference/ and terraform-provider-aws' `internal/service/eks`. moto takes, and
forgets, who may come in, protection, support and zonal shift: the provider remembers them (`untold`), and refuses to
delete a protected cluster as EKS does. In the lab every cluster answers where the lab's API server does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lab.providers.aws import eks_group
from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.shapes import One, camel
from lab.providers.aws.tags import Tagging
from lab.providers.model import ResourceError

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

TAGGING: Final = Tagging(by="arn", target="resourceArn", pairs=None, tags="tags", keys="tagKeys", at_create="tags")

_ACCESS = camel("authenticationMode", "bootstrapClusterCreatorAdminPermissions")
_ENCRYPTION = camel("resources", provider=camel("keyArn"))
_NETWORK = camel("ipFamily", "serviceIpv4Cidr")
_SHIFT = camel("enabled")
_UPGRADES = camel("supportType")
_VPC = camel(
    "clusterSecurityGroupId",
    "endpointPrivateAccess",
    "endpointPublicAccess",
    "publicAccessCidrs",
    "securityGroupIds",
    "subnetIds",
    "vpcId",
)
_TOLD_OF_THE_VPC = frozenset({"clusterSecurityGroupId", "vpcId"})


def _same_vpc(left: Any, right: Any) -> bool:  # noqa: ANN401 - JSON
    return _vpc(left) == _vpc(right)


def _vpc(value: dict[str, Any]) -> dict[str, Any]:
    return {name: item for name, item in value.items() if name not in _TOLD_OF_THE_VPC and item}


class Cluster(Resource):
    """`aws.eks.Cluster`. Its id is its name."""

    table = Table(
        "aws:eks/cluster:Cluster",
        "eks",
        inputs=(
            "accessConfig",
            "bootstrapSelfManagedAddons",
            "deletionProtection",
            "enabledClusterLogTypes",
            "encryptionConfig",
            "kubernetesNetworkConfig",
            "name",
            "roleArn",
            "tags",
            "upgradePolicy",
            "version",
            "vpcConfig",
            "zonalShiftConfig",
        ),
        outputs=frozenset(
            {"arn", "certificateAuthority", "createdAt", "endpoint", "identities", "platformVersion", "status"}
        ),
        force_new=frozenset(
            {"bootstrapSelfManagedAddons", "encryptionConfig", "kubernetesNetworkConfig", "name", "roleArn"}
        ),
        computed=frozenset({"accessConfig", "kubernetesNetworkConfig", "upgradePolicy", "version"}),
        local=frozenset({"bootstrapSelfManagedAddons"}),
        untold=frozenset({"accessConfig", "deletionProtection", "upgradePolicy", "zonalShiftConfig"}),
        inner={"vpcConfig": _TOLD_OF_THE_VPC},
        shapes={
            "accessConfig": _ACCESS,
            "encryptionConfig": _ENCRYPTION,
            "kubernetesNetworkConfig": _NETWORK,
            "upgradePolicy": _UPGRADES,
            "zonalShiftConfig": _SHIFT,
        },
        autoname="name",
        autoname_max=100,
        tagging=TAGGING,
    )

    _body = camel(
        "bootstrapSelfManagedAddons",
        "deletionProtection",
        "name",
        "roleArn",
        "version",
        accessConfig=_ACCESS,
        encryptionConfig=One(_ENCRYPTION),
        kubernetesNetworkConfig=_NETWORK,
        upgradePolicy=_UPGRADES,
        zonalShiftConfig=_SHIFT,
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        answer = api(
            "create_cluster",
            **self._body.to_api({name: inputs.get(name) for name in self._body.members}),
            logging=_logging(inputs),
            resourcesVpcConfig=_VPC.to_api(inputs["vpcConfig"], "vpcConfig"),
            **self.creation_tags(inputs),
        )
        return str(answer["cluster"]["name"])

    def finish(self, api: Api, resource_id: str, inputs: Properties) -> None:
        """Make its security group."""
        eks_group.make(self._ec2(api), resource_id, inputs["vpcConfig"]["subnetIds"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it."""
        del known
        found = api("describe_cluster", name=resource_id)["cluster"]
        logs = found.get("logging", {}).get("clusterLogging", ())
        vpc = {**_VPC.from_api(found["resourcesVpcConfig"]), **eks_group.told(self._ec2(api), resource_id)}
        server = self._account.api_server
        return {
            **self._body.from_api(found),
            "arn": found["arn"],
            "certificateAuthority": {"data": server.authority if server else found["certificateAuthority"]["data"]},
            "createdAt": found["createdAt"].isoformat(),
            "enabledClusterLogTypes": sorted(kind for entry in logs if entry["enabled"] for kind in entry["types"]),
            "endpoint": server.endpoint if server else found["endpoint"],
            "identities": [{"oidcs": [{"issuer": found["identity"]["oidc"]["issuer"]}]}],
            "platformVersion": found["platformVersion"],
            "status": found["status"],
            "vpcConfig": {name: item for name, item in vpc.items() if item != []},
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """EKS takes one kind of change at a time."""
        if "version" in changed:
            api("update_cluster_version", name=resource_id, version=new["version"])
        if "vpcConfig" in changed and not _same_vpc(old["vpcConfig"], new["vpcConfig"]):
            vpc = _VPC.to_api({**new["vpcConfig"], "publicAccessCidrs": new["vpcConfig"].get("publicAccessCidrs", [])})
            api("update_cluster_config", name=resource_id, resourcesVpcConfig=vpc)
        if "enabledClusterLogTypes" in changed:
            api("update_cluster_config", name=resource_id, logging=_logging(new))
        for name in ("accessConfig", "deletionProtection", "upgradePolicy", "zonalShiftConfig"):
            if name in changed:
                body = self._body.to_api({name: new.get(name)})
                # Who made the cluster is settled when it is made.
                body.get("accessConfig", {}).pop("bootstrapClusterCreatorAdminPermissions", None)
                api("update_cluster_config", name=resource_id, **body)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it, unless it is protected.

        Raises:
            ResourceError: it is.
        """
        if known.get("deletionProtection"):
            raise ResourceError(
                f"eks:DeleteCluster: {resource_id} has deletion protection; "
                "set deletionProtection to false and run `pulumi up` first"
            )
        api("delete_cluster", name=resource_id)
        eks_group.remove(self._ec2(api), resource_id)

    def _ec2(self, api: Api) -> Api:
        return self.cloud.api("ec2", api.region)


def _logging(inputs: Properties) -> dict[str, Any]:
    every = ("api", "audit", "authenticator", "controllerManager", "scheduler")
    wanted = set(inputs.get("enabledClusterLogTypes") or ())
    entries = ((True, sorted(wanted)), (False, sorted(set(every) - wanted)))
    return {"clusterLogging": [{"enabled": enabled, "types": types} for enabled, types in entries if types]}


TYPES: tuple[type[Resource], ...] = (Cluster,)
