"""Elastic Load Balancing: what a load balancer listens to, and where it sends what it hears.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/ and terraform-provider-aws'
`internal/service/elbv2`. Of actions, forwarding to one group, redirection and fixed answers are supported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws.elbv2 import TAGGING, Attribute, pairs, told
from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.shapes import Member, Text, pascal
from lab.providers.model import NotFoundError

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

_GROUP_ATTRIBUTES = {
    "deregistrationDelay": Attribute("deregistration_delay.timeout_seconds", int),
    "loadBalancingAlgorithmType": Attribute("load_balancing.algorithm.type"),
}
_CHECK = pascal(
    healthyThreshold="HealthyThresholdCount",
    interval="HealthCheckIntervalSeconds",
    matcher=Member("Matcher", Text(lambda codes: {"HttpCode": codes}, lambda matcher: str(matcher["HttpCode"]))),
    path="HealthCheckPath",
    port="HealthCheckPort",
    protocol="HealthCheckProtocol",
    timeout="HealthCheckTimeoutSeconds",
    unhealthyThreshold="UnhealthyThresholdCount",
)
_HEADERS = {
    f"routingHttpResponse{name}HeaderValue": Attribute(f"routing.http.response.{key}.header_value")
    for name, key in (
        ("StrictTransportSecurity", "strict_transport_security"),
        ("XContentTypeOptions", "x_content_type_options"),
        ("XFrameOptions", "x_frame_options"),
    )
}
_SERVER = {"routingHttpResponseServerEnabled": Attribute("routing.http.response.server.enabled", bool)}
_ACTION = pascal(
    "targetGroupArn",
    "type",
    fixedResponse=Member("FixedResponseConfig", pascal("contentType", "messageBody", "statusCode")),
    redirect=Member("RedirectConfig", pascal("host", "path", "port", "protocol", "query", "statusCode")),
)
_TLS = "HTTPS"


class TargetGroup(Resource):
    """`aws.lb.TargetGroup`. Its id is its ARN; what is registered in it is the cluster's affair."""

    table = Table(
        "aws:lb/targetGroup:TargetGroup",
        "elbv2",
        inputs=(
            *_GROUP_ATTRIBUTES,
            "healthCheck",
            "name",
            "port",
            "protocol",
            "protocolVersion",
            "tags",
            "targetType",
            "vpcId",
        ),
        outputs=frozenset({"arn", "arnSuffix"}),
        force_new=frozenset({"name", "port", "protocol", "protocolVersion", "targetType", "vpcId"}),
        defaults={"deregistrationDelay": 300, "targetType": "instance"},
        computed=frozenset({"healthCheck", "loadBalancingAlgorithmType", "protocolVersion"}),
        shapes={"healthCheck": _CHECK},
        autoname="name",
        autoname_max=32,
        tagging=TAGGING,
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        answer = api(
            "create_target_group",
            Name=inputs["name"],
            Port=inputs.get("port"),
            Protocol=inputs.get("protocol"),
            ProtocolVersion=inputs.get("protocolVersion"),
            TargetType=inputs["targetType"],
            VpcId=inputs.get("vpcId"),
            **_CHECK.to_api(inputs.get("healthCheck") or {}, "healthCheck"),
            **self.creation_tags(inputs),
        )
        return str(answer["TargetGroups"][0]["TargetGroupArn"])

    def finish(self, api: Api, resource_id: str, inputs: Properties) -> None:
        """Set its attributes."""
        _set_group(api, resource_id, inputs)

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it and its attributes."""
        del known
        groups = api("describe_target_groups", TargetGroupArns=[resource_id])["TargetGroups"]
        if not groups:
            raise NotFoundError(f"there is no target group {resource_id}")
        found = groups[0]
        attributes = api("describe_target_group_attributes", TargetGroupArn=resource_id)["Attributes"]
        return {
            **told(_GROUP_ATTRIBUTES, attributes),
            "arn": resource_id,
            "arnSuffix": resource_id.rpartition(":")[2],
            "healthCheck": _CHECK.from_api(found),
            "name": found["TargetGroupName"],
            "port": found.get("Port"),
            "protocol": found.get("Protocol"),
            "protocolVersion": found.get("ProtocolVersion"),
            "targetType": found["TargetType"],
            "vpcId": found.get("VpcId"),
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """How healthy its targets have to be, and its attributes."""
        del old
        if "healthCheck" in changed:
            check = _CHECK.to_api(new.get("healthCheck") or {}, "healthCheck")
            api("modify_target_group", TargetGroupArn=resource_id, **check)
        if changed & _GROUP_ATTRIBUTES.keys():
            _set_group(api, resource_id, new)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_target_group", TargetGroupArn=resource_id)


def _set_group(api: Api, group: str, inputs: Properties) -> None:
    wanted = [pair for pair in pairs(_GROUP_ATTRIBUTES, inputs) if pair["Value"]]
    api("modify_target_group_attributes", TargetGroupArn=group, Attributes=wanted)


class Listener(Resource):
    """`aws.lb.Listener` of an application load balancer, with one certificate. Its id is its ARN."""

    table = Table(
        "aws:lb/listener:Listener",
        "elbv2",
        inputs=(
            *_HEADERS,
            *_SERVER,
            "certificateArn",
            "defaultActions",
            "loadBalancerArn",
            "port",
            "protocol",
            "sslPolicy",
            "tags",
        ),
        outputs=frozenset({"arn"}),
        force_new=frozenset({"loadBalancerArn"}),
        computed=frozenset({"protocol", "routingHttpResponseServerEnabled", "sslPolicy"}),
        shapes={"defaultActions": _ACTION},
        tagging=TAGGING,
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        answer = api(
            "create_listener",
            LoadBalancerArn=inputs["loadBalancerArn"],
            **_heard(inputs),
            **self.creation_tags(inputs),
        )
        return str(answer["Listeners"][0]["ListenerArn"])

    def finish(self, api: Api, resource_id: str, inputs: Properties) -> None:
        """Set what it adds to answers."""
        wanted = [pair for pair in pairs({**_HEADERS, **_SERVER}, inputs) if pair["Value"]]
        if wanted:
            api("modify_listener_attributes", ListenerArn=resource_id, Attributes=wanted)

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it and its attributes."""
        del known
        found = api("describe_listeners", ListenerArns=[resource_id])["Listeners"][0]
        attributes = api("describe_listener_attributes", ListenerArn=resource_id)["Attributes"]
        certificates = found.get("Certificates") or [{}]
        return {
            **told({**_HEADERS, **_SERVER}, attributes),
            "arn": resource_id,
            "certificateArn": certificates[0].get("CertificateArn"),
            "defaultActions": _ACTION.from_api(found["DefaultActions"]),
            "loadBalancerArn": found["LoadBalancerArn"],
            "port": found["Port"],
            "protocol": found["Protocol"],
            # Which moto tells of a listener without TLS too.
            "sslPolicy": found.get("SslPolicy") if found["Protocol"] == _TLS else None,
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """What it listens to and does, and what it adds to answers; an empty header is none."""
        del old
        if changed - _HEADERS.keys() - _SERVER.keys():
            api("modify_listener", ListenerArn=resource_id, **_heard(new))
        if changed & {*_HEADERS, *_SERVER}:
            headers = pairs(_HEADERS, new)
            server = [pair for pair in pairs(_SERVER, new) if pair["Value"]]
            api("modify_listener_attributes", ListenerArn=resource_id, Attributes=[*headers, *server])

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_listener", ListenerArn=resource_id)


def _heard(inputs: Properties) -> dict[str, Any]:
    certificate = inputs.get("certificateArn")
    return {
        "Port": inputs.get("port"),
        "Protocol": inputs.get("protocol"),
        "SslPolicy": inputs.get("sslPolicy"),
        "Certificates": [{"CertificateArn": certificate}] if certificate else None,
        "DefaultActions": _ACTION.to_api(inputs["defaultActions"], "defaultActions"),
    }


TYPES: tuple[type[Resource], ...] = (TargetGroup, Listener)
