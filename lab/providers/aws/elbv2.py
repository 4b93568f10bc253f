"""Elastic Load Balancing: application load balancers, and the attributes that everything of the service has.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/ and terraform-provider-aws'
`internal/service/elbv2`.

Gaps of moto 5.2: it deletes a load balancer that is protected from deletion; it asks nobody whether the bucket of the
logs lets the service write.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.shapes import Pairs, pascal
from lab.providers.aws.tags import Tagging
from lab.providers.model import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

_PAIRS = Pairs()


class ElbTagging(Tagging):
    """Its operations take and tell of several resources at once."""

    def read(self, api: Api, target: str) -> dict[str, str]:
        """All tags that the resource has."""
        found = api(self.listing, ResourceArns=[target])["TagDescriptions"]
        return _PAIRS.from_api(found[0]["Tags"]) if found else {}

    def write(self, api: Api, target: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
        """Make the tags `new` that were `old`; others stay."""
        gone = sorted(set(old) - set(new))
        if gone:
            api(self.removing, ResourceArns=[target], TagKeys=gone)
        changed = {name: value for name, value in new.items() if old.get(name) != value}
        if changed:
            api(self.adding, ResourceArns=[target], Tags=_PAIRS.to_api(changed))


TAGGING: Final = ElbTagging(
    by="id", target="ResourceArns", listing="describe_tags", adding="add_tags", removing="remove_tags"
)


@dataclass(frozen=True)
class Attribute:
    """A property that the service has as a pair of texts: the name in the pair, and what the text stands for."""

    key: str
    kind: type[bool | int | str] = str

    def encoded(self, value: Any) -> str:  # noqa: ANN401 - JSON
        """The text; an absent one is empty."""
        if value is None:
            return ""
        return str(value).lower() if self.kind is bool else str(int(value)) if self.kind is int else str(value)

    def decoded(self, text: str | None) -> Any:  # noqa: ANN401 - JSON
        """What it stands for; None for nothing."""
        if not text:
            return None
        return text == "true" if self.kind is bool else int(text) if self.kind is int else text


def pairs(attributes: Mapping[str, Attribute], inputs: Properties) -> list[dict[str, str]]:
    """The attributes as the API takes them."""
    return [{"Key": one.key, "Value": one.encoded(inputs.get(name))} for name, one in attributes.items()]


def told(attributes: Mapping[str, Attribute], found: list[dict[str, str]]) -> dict[str, Any]:
    """The attributes that the API tells of."""
    texts = {pair["Key"]: pair.get("Value") for pair in found}
    return {name: one.decoded(texts.get(one.key)) for name, one in attributes.items()}


def same_set(left: Any, right: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether two lists have the same in them."""
    return sorted(left) == sorted(right)


_ATTRIBUTES = {
    "desyncMitigationMode": Attribute("routing.http.desync_mitigation_mode"),
    "dropInvalidHeaderFields": Attribute("routing.http.drop_invalid_header_fields.enabled", bool),
    "enableDeletionProtection": Attribute("deletion_protection.enabled", bool),
    "idleTimeout": Attribute("idle_timeout.timeout_seconds", int),
    "preserveHostHeader": Attribute("routing.http.preserve_host_header.enabled", bool),
}
_DEFAULTS = {
    "desyncMitigationMode": "defensive",
    "dropInvalidHeaderFields": False,
    "enableDeletionProtection": False,
    "idleTimeout": 60,
    "internal": False,
    "loadBalancerType": "application",
    "preserveHostHeader": False,
}
_LOGS = {"accessLogs": "access_logs.s3", "connectionLogs": "connection_logs.s3"}
_LOG = pascal("bucket", "enabled", "prefix")
_SCHEMES = {True: "internal", False: "internet-facing"}


class LoadBalancer(Resource):
    """`aws.lb.LoadBalancer` of the kind `application`. Its id is its ARN."""

    table = Table(
        "aws:lb/loadBalancer:LoadBalancer",
        "elbv2",
        inputs=(
            *_ATTRIBUTES,
            *_LOGS,
            "internal",
            "ipAddressType",
            "loadBalancerType",
            "name",
            "securityGroups",
            "subnets",
            "tags",
        ),
        outputs=frozenset({"arn", "arnSuffix", "dnsName", "vpcId", "zoneId"}),
        force_new=frozenset({"internal", "loadBalancerType", "name"}),
        defaults=_DEFAULTS,
        computed=frozenset({"ipAddressType"}),
        equivalent={"securityGroups": same_set, "subnets": same_set},
        shapes=dict.fromkeys(_LOGS, _LOG),
        autoname="name",
        autoname_max=32,
        tagging=TAGGING,
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        answer = api(
            "create_load_balancer",
            Name=inputs["name"],
            Type=inputs["loadBalancerType"],
            Scheme=_SCHEMES[inputs["internal"]],
            IpAddressType=inputs.get("ipAddressType"),
            SecurityGroups=inputs.get("securityGroups"),
            Subnets=inputs.get("subnets"),
            **self.creation_tags(inputs),
        )
        return str(answer["LoadBalancers"][0]["LoadBalancerArn"])

    def finish(self, api: Api, resource_id: str, inputs: Properties) -> None:
        """Set its attributes."""
        _set(api, resource_id, inputs)

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it and its attributes."""
        del known
        balancers = api("describe_load_balancers", LoadBalancerArns=[resource_id])["LoadBalancers"]
        if not balancers:
            raise NotFoundError(f"there is no load balancer {resource_id}")
        found = balancers[0]
        attributes = api("describe_load_balancer_attributes", LoadBalancerArn=resource_id)["Attributes"]
        present = {name: value for name, value in told(_ATTRIBUTES, attributes).items() if value is not None}
        return {
            **{name: value for name, value in _DEFAULTS.items() if name in _ATTRIBUTES},
            **present,
            **{name: _log(prefix, attributes) for name, prefix in _LOGS.items()},
            "arn": resource_id,
            "arnSuffix": resource_id.partition(":loadbalancer/")[2],
            "dnsName": found["DNSName"],
            "internal": found["Scheme"] == _SCHEMES[True],
            "ipAddressType": found["IpAddressType"],
            "loadBalancerType": found["Type"],
            "name": found["LoadBalancerName"],
            "securityGroups": found.get("SecurityGroups") or None,
            "subnets": [zone["SubnetId"] for zone in found["AvailabilityZones"]],
            "vpcId": found["VpcId"],
            "zoneId": found["CanonicalHostedZoneId"],
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Each has an operation of its own, and the attributes have one."""
        del old
        if "securityGroups" in changed:
            api("set_security_groups", LoadBalancerArn=resource_id, SecurityGroups=new.get("securityGroups") or [])
        if "subnets" in changed:
            api("set_subnets", LoadBalancerArn=resource_id, Subnets=new["subnets"])
        if "ipAddressType" in changed:
            api("set_ip_address_type", LoadBalancerArn=resource_id, IpAddressType=new["ipAddressType"])
        if changed & {*_ATTRIBUTES, *_LOGS}:
            _set(api, resource_id, new)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_load_balancer", LoadBalancerArn=resource_id)


def _set(api: Api, balancer: str, inputs: Properties) -> None:
    attributes = pairs(_ATTRIBUTES, inputs)
    for name, prefix in _LOGS.items():
        log = inputs.get(name) or {}
        _LOG.to_api(log, name)  # which refuses what it does not know
        enabled = bool(log.get("enabled"))
        attributes.append({"Key": f"{prefix}.enabled", "Value": str(enabled).lower()})
        if enabled:
            attributes += [{"Key": f"{prefix}.{one}", "Value": log.get(one) or ""} for one in ("bucket", "prefix")]
    api("modify_load_balancer_attributes", LoadBalancerArn=balancer, Attributes=attributes)


def _log(prefix: str, attributes: list[dict[str, str]]) -> dict[str, Any] | None:
    texts = {pair["Key"]: pair.get("Value") for pair in attributes}
    if texts.get(f"{prefix}.enabled") != "true":
        return None
    found = {"bucket": texts.get(f"{prefix}.bucket"), "enabled": True, "prefix": texts.get(f"{prefix}.prefix")}
    return {name: value for name, value in found.items() if value}


TYPES: tuple[type[Resource], ...] = (LoadBalancer,)
