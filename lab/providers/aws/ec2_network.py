"""EC2: subnets and the ways out of them.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/ and terraform-provider-aws' `internal/service/ec2`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws.ec2 import Ec2Tagging, arn, one
from lab.providers.aws.resource import Resource, Table
from lab.providers.model import NotFoundError

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

_GONE = frozenset({"deleted", "deleting", "failed"})


class Subnet(Resource):
    """`aws.ec2.Subnet`."""

    table = Table(
        "aws:ec2/subnet:Subnet",
        "ec2",
        inputs=("availabilityZone", "cidrBlock", "mapPublicIpOnLaunch", "tags", "vpcId"),
        outputs=frozenset({"arn", "ownerId"}),
        force_new=frozenset({"availabilityZone", "cidrBlock", "vpcId"}),
        defaults={"mapPublicIpOnLaunch": False},
        computed=frozenset({"availabilityZone"}),
        tagging=Ec2Tagging(kind="subnet"),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        answer = api(
            "create_subnet",
            VpcId=inputs["vpcId"],
            CidrBlock=inputs.get("cidrBlock"),
            AvailabilityZone=inputs.get("availabilityZone"),
            **self.creation_tags(inputs),
        )
        return str(answer["Subnet"]["SubnetId"])

    def finish(self, api: Api, resource_id: str, inputs: Properties) -> None:
        """Public addresses are an attribute."""
        if inputs.get("mapPublicIpOnLaunch"):
            self._publish(api, resource_id, inputs)

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it."""
        del known
        subnet = one(api, "describe_subnets", "Subnets", SubnetIds=[resource_id])
        return {
            "arn": arn(self, api, "subnet", resource_id),
            "availabilityZone": subnet["AvailabilityZone"],
            "cidrBlock": subnet["CidrBlock"],
            "mapPublicIpOnLaunch": subnet["MapPublicIpOnLaunch"],
            "ownerId": subnet["OwnerId"],
            "vpcId": subnet["VpcId"],
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Public addresses are all that can change."""
        del old, changed
        self._publish(api, resource_id, new)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_subnet", SubnetId=resource_id)

    @staticmethod
    def _publish(api: Api, subnet: str, inputs: Properties) -> None:
        wanted = bool(inputs.get("mapPublicIpOnLaunch"))
        api("modify_subnet_attribute", SubnetId=subnet, MapPublicIpOnLaunch={"Value": wanted})


class InternetGateway(Resource):
    """`aws.ec2.InternetGateway`, attached to its VPC."""

    table = Table(
        "aws:ec2/internetGateway:InternetGateway",
        "ec2",
        inputs=("tags", "vpcId"),
        outputs=frozenset({"arn", "ownerId"}),
        computed=frozenset({"vpcId"}),
        tagging=Ec2Tagging(kind="internet-gateway"),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        return str(api("create_internet_gateway", **self.creation_tags(inputs))["InternetGateway"]["InternetGatewayId"])

    def finish(self, api: Api, resource_id: str, inputs: Properties) -> None:
        """Attach it."""
        if inputs.get("vpcId"):
            api("attach_internet_gateway", InternetGatewayId=resource_id, VpcId=inputs["vpcId"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it."""
        del known
        found = one(api, "describe_internet_gateways", "InternetGateways", InternetGatewayIds=[resource_id])
        attached = found.get("Attachments") or [{}]
        return {
            "arn": arn(self, api, "internet-gateway", resource_id),
            "ownerId": found.get("OwnerId"),
            "vpcId": attached[0].get("VpcId"),
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Move it to another VPC."""
        del changed
        if old.get("vpcId"):
            api("detach_internet_gateway", InternetGatewayId=resource_id, VpcId=old["vpcId"])
        self.finish(api, resource_id, new)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Detach and delete it."""
        vpc = self.fetch(api, resource_id, known)["vpcId"]
        if vpc:
            api("detach_internet_gateway", InternetGatewayId=resource_id, VpcId=vpc)
        api("delete_internet_gateway", InternetGatewayId=resource_id)


class Eip(Resource):
    """`aws.ec2.Eip` in a VPC; who uses the address is the user's business (a NAT gateway names it)."""

    table = Table(
        "aws:ec2/eip:Eip",
        "ec2",
        inputs=("domain", "tags"),
        outputs=frozenset({"allocationId", "arn", "publicIp"}),
        force_new=frozenset({"domain"}),
        defaults={"domain": "vpc"},
        tagging=Ec2Tagging(kind="elastic-ip"),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Allocate an address."""
        return str(api("allocate_address", Domain=inputs["domain"], **self.creation_tags(inputs))["AllocationId"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it."""
        del known
        found = one(api, "describe_addresses", "Addresses", AllocationIds=[resource_id])
        return {
            "allocationId": resource_id,
            "arn": arn(self, api, "elastic-ip", resource_id),
            "domain": found["Domain"],
            "publicIp": found["PublicIp"],
        }

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Release it."""
        del known
        api("release_address", AllocationId=resource_id)


class NatGateway(Resource):
    """`aws.ec2.NatGateway`."""

    table = Table(
        "aws:ec2/natGateway:NatGateway",
        "ec2",
        inputs=("allocationId", "connectivityType", "privateIp", "subnetId", "tags"),
        outputs=frozenset({"publicIp"}),
        computed=frozenset({"allocationId", "privateIp"}),
        force_new=frozenset({"allocationId", "connectivityType", "privateIp", "subnetId"}),
        defaults={"connectivityType": "public"},
        tagging=Ec2Tagging(kind="natgateway"),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        answer = api(
            "create_nat_gateway",
            AllocationId=inputs.get("allocationId"),
            ConnectivityType=inputs["connectivityType"],
            PrivateIpAddress=inputs.get("privateIp"),
            SubnetId=inputs["subnetId"],
            **self.creation_tags(inputs),
        )
        return str(answer["NatGateway"]["NatGatewayId"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it. A deleted one is told of for an hour."""
        del known
        found = one(api, "describe_nat_gateways", "NatGateways", NatGatewayIds=[resource_id])
        if found["State"] in _GONE:
            raise NotFoundError(f"the NAT gateway {resource_id} is {found['State']}")
        address = (found.get("NatGatewayAddresses") or [{}])[0]
        return {
            "allocationId": address.get("AllocationId"),
            "connectivityType": found["ConnectivityType"],
            "privateIp": address.get("PrivateIp"),
            "publicIp": address.get("PublicIp"),
            "subnetId": found["SubnetId"],
        }

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_nat_gateway", NatGatewayId=resource_id)


TYPES: tuple[type[Resource], ...] = (Subnet, InternetGateway, Eip, NatGateway)
