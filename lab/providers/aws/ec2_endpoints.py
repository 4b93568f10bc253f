"""EC2: endpoints of AWS's services inside a VPC, and the log of its traffic.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/ and terraform-provider-aws' `internal/service/ec2`.

A gap of moto 5.2: it adds no routes for route tables that an endpoint is given later, and then fails to delete the
endpoint because it misses them: an error that says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws import documents
from lab.providers.aws.cloud import ApiError
from lab.providers.aws.ec2 import Ec2Tagging, arn, one
from lab.providers.aws.resource import Resource, Table
from lab.providers.model import NotFoundError, ResourceError

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

_ROUTE_MISSING = "InvalidRoute.NotFound"
_GONE = frozenset({"deleted", "deleting"})
# What can be changed one by one: the property, and the parameters that add to and take from it.
_LISTS = {
    "routeTableIds": ("AddRouteTableIds", "RemoveRouteTableIds"),
    "securityGroupIds": ("AddSecurityGroupIds", "RemoveSecurityGroupIds"),
    "subnetIds": ("AddSubnetIds", "RemoveSubnetIds"),
}


def _same_set(left: Any, right: Any) -> bool:  # noqa: ANN401 - JSON
    return sorted(left or ()) == sorted(right or ())


class VpcEndpoint(Resource):
    """`aws.ec2.VpcEndpoint`, of a gateway or interface kind."""

    table = Table(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "ec2",
        inputs=(
            "policy",
            "privateDnsEnabled",
            "routeTableIds",
            "securityGroupIds",
            "serviceName",
            "subnetIds",
            "tags",
            "vpcEndpointType",
            "vpcId",
        ),
        outputs=frozenset({"arn", "state"}),
        force_new=frozenset({"serviceName", "vpcEndpointType", "vpcId"}),
        defaults={"vpcEndpointType": "Gateway"},
        computed=frozenset({"policy", "privateDnsEnabled", "routeTableIds", "securityGroupIds", "subnetIds"}),
        documents={"policy": documents.same_policy},
        equivalent=dict.fromkeys(_LISTS, _same_set),
        tagging=Ec2Tagging(kind="vpc-endpoint"),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        answer = api(
            "create_vpc_endpoint",
            VpcEndpointType=inputs["vpcEndpointType"],
            VpcId=inputs["vpcId"],
            ServiceName=inputs["serviceName"],
            PolicyDocument=inputs.get("policy"),
            RouteTableIds=inputs.get("routeTableIds"),
            SubnetIds=inputs.get("subnetIds"),
            SecurityGroupIds=inputs.get("securityGroupIds"),
            PrivateDnsEnabled=inputs.get("privateDnsEnabled"),
            **self.creation_tags(inputs),
        )
        return str(answer["VpcEndpoint"]["VpcEndpointId"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it."""
        del known
        found = one(api, "describe_vpc_endpoints", "VpcEndpoints", VpcEndpointIds=[resource_id])
        if str(found["State"]).lower() in _GONE:
            raise NotFoundError(f"the endpoint {resource_id} is {found['State']}")
        policy = found.get("PolicyDocument")
        return {
            "arn": arn(self, api, "vpc-endpoint", resource_id),
            "policy": documents.normal(policy) if policy else None,
            "privateDnsEnabled": found.get("PrivateDnsEnabled"),
            "routeTableIds": found.get("RouteTableIds") or None,
            "securityGroupIds": [group["GroupId"] for group in found.get("Groups") or ()] or None,
            "serviceName": found["ServiceName"],
            "state": found.get("State"),
            "subnetIds": found.get("SubnetIds") or None,
            "vpcEndpointType": found["VpcEndpointType"],
            "vpcId": found["VpcId"],
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """What it is about, and where it is."""
        body: dict[str, Any] = {}
        for name, (adding, removing) in _LISTS.items():
            before, after = set(old.get(name) or ()), set(new.get(name) or ())
            if name in changed:
                body[adding] = sorted(after - before) or None
                body[removing] = sorted(before - after) or None
        if "policy" in changed:
            body["PolicyDocument"] = new.get("policy")
        if "privateDnsEnabled" in changed:
            body["PrivateDnsEnabled"] = new.get("privateDnsEnabled")
        api("modify_vpc_endpoint", VpcEndpointId=resource_id, **body)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it. The operation answers "fine" with a list of what was not."""
        self.fetch(api, resource_id, known)  # one that is deleted already is still told of for a while
        try:
            failed = api("delete_vpc_endpoints", VpcEndpointIds=[resource_id]).get("Unsuccessful")
        except ApiError as error:
            if error.code == _ROUTE_MISSING:  # which is not to be taken for the endpoint being gone
                message = f"{resource_id}: moto can't delete an endpoint that was given other route tables"
                raise ResourceError(f"{message}: end the lab with `make down`") from error
            raise
        if failed:
            raise ResourceError(f"{resource_id} can't be deleted: {failed[0].get('Error', {}).get('Message')}")


class FlowLog(Resource):
    """`aws.ec2.FlowLog` of a VPC, to CloudWatch Logs or S3."""

    table = Table(
        "aws:ec2/flowLog:FlowLog",
        "ec2",
        inputs=(
            "iamRoleArn",
            "logDestination",
            "logDestinationType",
            "maxAggregationInterval",
            "tags",
            "trafficType",
            "vpcId",
        ),
        outputs=frozenset({"arn"}),
        force_new=frozenset(
            {"iamRoleArn", "logDestination", "logDestinationType", "maxAggregationInterval", "trafficType", "vpcId"}
        ),
        defaults={"logDestinationType": "cloud-watch-logs", "maxAggregationInterval": 600},
        tagging=Ec2Tagging(kind="vpc-flow-log"),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it. The operation answers "fine" with a list of what was not."""
        answer = api(
            "create_flow_logs",
            ResourceIds=[inputs["vpcId"]],
            ResourceType="VPC",
            TrafficType=inputs.get("trafficType"),
            LogDestinationType=inputs["logDestinationType"],
            LogDestination=inputs.get("logDestination"),
            DeliverLogsPermissionArn=inputs.get("iamRoleArn"),
            MaxAggregationInterval=inputs["maxAggregationInterval"],
            **self.creation_tags(inputs),
        )
        if not answer["FlowLogIds"]:
            error = answer["Unsuccessful"][0]["Error"]
            raise ResourceError(f"ec2:CreateFlowLogs in {api.region}: {error.get('Message')} ({error.get('Code')})")
        return str(answer["FlowLogIds"][0])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it."""
        del known
        found = one(api, "describe_flow_logs", "FlowLogs", FlowLogIds=[resource_id])
        return {
            "arn": arn(self, api, "vpc-flow-log", resource_id),
            "iamRoleArn": found.get("DeliverLogsPermissionArn") or None,
            "logDestination": found.get("LogDestination"),
            "logDestinationType": found["LogDestinationType"],
            "maxAggregationInterval": int(found["MaxAggregationInterval"]),
            "trafficType": found.get("TrafficType"),
            "vpcId": found["ResourceId"],
        }

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_flow_logs", FlowLogIds=[resource_id])


TYPES: tuple[type[Resource], ...] = (VpcEndpoint, FlowLog)
