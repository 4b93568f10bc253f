"""EC2: what its resource types share, and the VPC itself.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/ and terraform-provider-aws' `internal/service/ec2`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.tags import Tagging
from lab.providers.model import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties


@dataclass(frozen=True)
class Ec2Tagging(Tagging):
    """EC2's way: one operation for all kinds, `kind` only where something is created."""

    by: str = "id"
    target: str = "Resources"
    kind: str = ""

    def creation(self, tags: Mapping[str, str]) -> dict[str, Any]:
        """The parameter of the create operation that carries the tags."""
        if not tags:
            return {}
        return {"TagSpecifications": [{"ResourceType": self.kind, "Tags": self._encoded(tags)}]}

    def read(self, api: Api, target: str) -> dict[str, str]:
        """All tags that the resource has."""
        found = api.pages("describe_tags", "Tags", Filters=[{"Name": "resource-id", "Values": [target]}])
        return {str(tag["Key"]): str(tag.get("Value", "")) for tag in found}

    def write(self, api: Api, target: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
        """Make the tags `new` that were `old`; others stay."""
        gone = sorted(set(old) - set(new))
        if gone:
            api("delete_tags", Resources=[target], Tags=[{"Key": name} for name in gone])
        changed = {name: value for name, value in new.items() if old.get(name) != value}
        if changed:
            api("create_tags", Resources=[target], Tags=self._encoded(changed))


def one(api: Api, operation: str, key: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - botocore checks them
    """The one thing under `key` in the answer.

    Raises:
        NotFoundError: there is none: some operations answer that with an empty list.
    """
    found = api(operation, **parameters)[key]
    if not found:
        named = ", ".join(str(value) for value in parameters.values())
        raise NotFoundError(f"{operation} in {api.region} finds nothing for {named}")
    first: dict[str, Any] = found[0]
    return first


def arn(resource: Resource, api: Api, kind: str, resource_id: str) -> str:
    """The ARN of something of EC2's, which its API does not tell."""
    return f"arn:{resource.cloud.partition}:ec2:{api.region}:{resource.cloud.identity['Account']}:{kind}/{resource_id}"


class Vpc(Resource):
    """`aws.ec2.Vpc`."""

    table = Table(
        "aws:ec2/vpc:Vpc",
        "ec2",
        inputs=("cidrBlock", "enableDnsHostnames", "enableDnsSupport", "instanceTenancy", "tags"),
        outputs=frozenset({"arn", "defaultNetworkAclId", "defaultRouteTableId", "defaultSecurityGroupId", "ownerId"}),
        force_new=frozenset({"cidrBlock", "instanceTenancy"}),
        defaults={"enableDnsHostnames": False, "enableDnsSupport": True, "instanceTenancy": "default"},
        tagging=Ec2Tagging(kind="vpc"),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        answer = api(
            "create_vpc",
            CidrBlock=inputs["cidrBlock"],
            InstanceTenancy=inputs.get("instanceTenancy"),
            **self.creation_tags(inputs),
        )
        return str(answer["Vpc"]["VpcId"])

    def finish(self, api: Api, resource_id: str, inputs: Properties) -> None:
        """DNS has operations of its own."""
        self._names(api, resource_id, inputs)

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it, and what AWS made with it."""
        del known
        vpc = one(api, "describe_vpcs", "Vpcs", VpcIds=[resource_id])
        within = [{"Name": "vpc-id", "Values": [resource_id]}]
        acl = api("describe_network_acls", Filters=[*within, {"Name": "default", "Values": ["true"]}])["NetworkAcls"]
        main = [*within, {"Name": "association.main", "Values": ["true"]}]
        tables = api("describe_route_tables", Filters=main)["RouteTables"]
        groups = api("describe_security_groups", Filters=[*within, {"Name": "group-name", "Values": ["default"]}])
        return {
            "arn": arn(self, api, "vpc", resource_id),
            "cidrBlock": vpc["CidrBlock"],
            "defaultNetworkAclId": acl[0]["NetworkAclId"] if acl else None,
            "defaultRouteTableId": tables[0]["RouteTableId"] if tables else None,
            "defaultSecurityGroupId": groups["SecurityGroups"][0]["GroupId"] if groups["SecurityGroups"] else None,
            "enableDnsHostnames": _attribute(api, resource_id, "enableDnsHostnames"),
            "enableDnsSupport": _attribute(api, resource_id, "enableDnsSupport"),
            "instanceTenancy": vpc["InstanceTenancy"],
            "ownerId": self.cloud.identity["Account"],
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """DNS is all that can change."""
        del old, changed
        self._names(api, resource_id, new)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_vpc", VpcId=resource_id)

    @staticmethod
    def _names(api: Api, vpc: str, inputs: Properties) -> None:
        # One attribute a call, and support before host names, which need it.
        api("modify_vpc_attribute", VpcId=vpc, EnableDnsSupport={"Value": bool(inputs["enableDnsSupport"])})
        api("modify_vpc_attribute", VpcId=vpc, EnableDnsHostnames={"Value": bool(inputs["enableDnsHostnames"])})


def _attribute(api: Api, vpc: str, name: str) -> bool:
    answer = api("describe_vpc_attribute", VpcId=vpc, Attribute=name)
    return bool(answer[name[:1].upper() + name[1:]]["Value"])


TYPES: tuple[type[Resource], ...] = (Vpc,)
