"""EC2: route tables, their routes, and the subnets that they hold for.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/ and terraform-provider-aws' `internal/service/ec2`. A table's
routes are resources of their own here; the table's inline `routes` are not supported: a route with two owners drifts.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from lab.providers.aws.ec2 import Ec2Tagging, arn, one
from lab.providers.aws.resource import Resource, Table
from lab.providers.model import NotFoundError, ResourceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

_TARGETS = {"gatewayId": "GatewayId", "natGatewayId": "NatGatewayId"}


class RouteTable(Resource):
    """`aws.ec2.RouteTable`."""

    table = Table(
        "aws:ec2/routeTable:RouteTable",
        "ec2",
        inputs=("tags", "vpcId"),
        outputs=frozenset({"arn", "ownerId"}),
        force_new=frozenset({"vpcId"}),
        tagging=Ec2Tagging(kind="route-table"),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        answer = api("create_route_table", VpcId=inputs["vpcId"], **self.creation_tags(inputs))
        return str(answer["RouteTable"]["RouteTableId"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it."""
        del known
        found = _table(api, resource_id)
        return {
            "arn": arn(self, api, "route-table", resource_id),
            "ownerId": found.get("OwnerId") or self.cloud.identity["Account"],
            "vpcId": found["VpcId"],
        }

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_route_table", RouteTableId=resource_id)


class Route(Resource):
    """`aws.ec2.Route`, to an internet or a NAT gateway. Imported by `TABLE_DESTINATION`, as the official one."""

    table = Table(
        "aws:ec2/route:Route",
        "ec2",
        inputs=("destinationCidrBlock", "gatewayId", "natGatewayId", "routeTableId"),
        outputs=frozenset({"origin", "state"}),
        force_new=frozenset({"destinationCidrBlock", "routeTableId"}),
    )

    def check(self, inputs: Properties) -> Mapping[str, str]:
        """Exactly one target."""
        if sum(name in inputs for name in _TARGETS) != 1:
            return {"gatewayId": f"exactly one of {', '.join(_TARGETS)} must be there"}
        return {}

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        table, destination = str(inputs["routeTableId"]), str(inputs["destinationCidrBlock"])
        if _route(api, table, destination):
            raise ResourceError(f"the route table {table} has a route to {destination} already: import it")
        api("create_route", **self._body(table, destination, inputs))
        return self.identify(f"{table}_{destination}", inputs)

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Search it in its table."""
        table, _, destination = resource_id.partition("_")
        if known:
            table, destination = str(known["routeTableId"]), str(known["destinationCidrBlock"])
        found = _route(api, table, destination)
        if found is None:
            raise NotFoundError(f"the route table {table} has no route to {destination}")
        return {
            "destinationCidrBlock": destination,
            "gatewayId": found.get("GatewayId"),
            "natGatewayId": found.get("NatGatewayId"),
            "origin": found.get("Origin"),
            "routeTableId": table,
            "state": found.get("State"),
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Another target."""
        del resource_id, old, changed
        api("replace_route", **self._body(str(new["routeTableId"]), str(new["destinationCidrBlock"]), new))

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del resource_id
        api("delete_route", RouteTableId=known["routeTableId"], DestinationCidrBlock=known["destinationCidrBlock"])

    def identify(self, resource_id: str, properties: Properties) -> str:
        """`r-TABLE` and a checksum of the destination: the official provider's form, with another checksum."""
        del resource_id
        destination = str(properties["destinationCidrBlock"])
        return f"r-{properties['routeTableId']}{int(hashlib.sha256(destination.encode()).hexdigest()[:8], 16)}"

    @staticmethod
    def _body(table: str, destination: str, inputs: Properties) -> dict[str, Any]:
        targets = {api: inputs.get(name) for name, api in _TARGETS.items()}
        return {"RouteTableId": table, "DestinationCidrBlock": destination, **targets}


class RouteTableAssociation(Resource):
    """`aws.ec2.RouteTableAssociation` of a subnet. Imported by `SUBNET/TABLE`, as the official one."""

    table = Table(
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "ec2",
        inputs=("routeTableId", "subnetId"),
        force_new=frozenset({"routeTableId", "subnetId"}),
        # A subnet has one table at a time.
        delete_before_replace=True,
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Associate them."""
        answer = api("associate_route_table", RouteTableId=inputs["routeTableId"], SubnetId=inputs["subnetId"])
        return str(answer["AssociationId"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Search it in the tables."""
        del known
        found = _association(api, resource_id)
        return {"routeTableId": found["RouteTableId"], "subnetId": found["SubnetId"]}

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Part them: the subnet then has the VPC's main table."""
        del known
        api("disassociate_route_table", AssociationId=resource_id)

    def read(self, resource_id: str, known: Properties) -> Any:  # noqa: ANN401 - State, as the base class
        """As all do; on import the id is worked out first."""
        subnet, found, table = resource_id.partition("/")
        if found and not known:
            api = self._api({})
            for item in _table(api, table)["Associations"]:
                if item.get("SubnetId") == subnet:
                    return super().read(str(item["RouteTableAssociationId"]), known)
            raise NotFoundError(f"the route table {table} does not hold for {subnet}")
        return super().read(resource_id, known)


def _table(api: Api, table: str) -> dict[str, Any]:
    return one(api, "describe_route_tables", "RouteTables", RouteTableIds=[table])


def _route(api: Api, table: str, destination: str) -> Mapping[str, Any] | None:
    routes = _table(api, table)["Routes"]
    return next((route for route in routes if route.get("DestinationCidrBlock") == destination), None)


def _association(api: Api, association: str) -> dict[str, Any]:
    wanted = [{"Name": "association.route-table-association-id", "Values": [association]}]
    table = one(api, "describe_route_tables", "RouteTables", Filters=wanted)
    found = [item for item in table["Associations"] if item["RouteTableAssociationId"] == association]
    if not found or "SubnetId" not in found[0]:
        raise NotFoundError(f"there is no association {association} of a subnet")
    return {**found[0], "RouteTableId": table["RouteTableId"]}


TYPES: tuple[type[Resource], ...] = (RouteTable, Route, RouteTableAssociation)
