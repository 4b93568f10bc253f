"""The section about the VPC: its addresses, zone by zone. Addresses are written out: adding a zone moves no other."""

from __future__ import annotations

import ipaddress
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from components.sections.base import RetentionDays, Section, unique
from components.values import AvailabilityZone, BucketName, Cidr, EndpointService

if TYPE_CHECKING:
    from collections.abc import Iterator

# https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
_SMALLEST, _LARGEST = 28, 16
_PRIVATE = tuple(
    ipaddress.IPv4Network(network) for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)
_ZONES = 3


class NatGateways(StrEnum):
    """How many ways out there are: `per-zone` survives the loss of one, `single` costs a third."""

    PER_ZONE = "per-zone"
    SINGLE = "single"


class Zone(Section):
    """The subnets of one availability zone."""

    name: AvailabilityZone
    """The zone."""
    public: Cidr
    """Addresses of load balancers and NAT gateways: the only subnet that the internet reaches."""
    private: Cidr
    """Addresses of nodes and pods: they reach the internet through NAT."""
    intra: Cidr
    """Addresses of what needs no internet: the control plane's and the endpoints' interfaces."""

    @field_validator("public", "private", "intra")
    @classmethod
    def _sized(cls, value: str) -> str:
        _in_bounds(value)
        return value

    def subnets(self) -> Iterator[tuple[str, ipaddress.IPv4Network]]:
        """Its subnets by their names."""
        for name in ("public", "private", "intra"):
            yield name, ipaddress.IPv4Network(getattr(self, name))


class Network(Section):
    """The VPC that the cluster runs in."""

    cidr: Cidr
    """Addresses of the whole VPC, out of the private ranges."""
    zones: Annotated[tuple[Zone, ...], Field(min_length=_ZONES)]
    """Its zones; three, so that a quorum survives the loss of one."""
    nat_gateways: NatGateways
    """How many ways out there are."""
    interface_endpoints: tuple[EndpointService, ...] = ("ecr.api", "ecr.dkr", "kms", "logs", "sts")
    """AWS services that are reached inside the VPC, by the last part of their endpoint's name; S3 always is."""
    foreign_buckets: tuple[BucketName, ...] = ()
    """Buckets of other accounts that the VPC reaches; otherwise S3's endpoint leads to the account's own only."""
    flow_log_retention_days: RetentionDays
    """Days that the log of the traffic is kept."""

    @field_validator("cidr")
    @classmethod
    def _private(cls, value: str) -> str:
        network = _in_bounds(value)
        if not any(network.subnet_of(private) for private in _PRIVATE):
            raise PydanticCustomError(
                "private", "must be out of the private ranges {ranges}", {"ranges": ", ".join(map(str, _PRIVATE))}
            )
        return value

    @field_validator("zones")
    @classmethod
    def _apart(cls, value: tuple[Zone, ...], info: ValidationInfo) -> tuple[Zone, ...]:
        unique(tuple(zone.name for zone in value), "zone")
        whole = info.data.get("cidr")
        taken: list[tuple[str, ipaddress.IPv4Network]] = []
        for index, zone in enumerate(value):
            for name, network in zone.subnets():
                where = f"{index}.{name}"
                if whole is not None and not network.subnet_of(ipaddress.IPv4Network(whole)):
                    raise PydanticCustomError("inside", "must be inside cidr ({cidr})", {"at": where, "cidr": whole})
                for other, theirs in taken:
                    if network.overlaps(theirs):
                        raise PydanticCustomError(
                            "overlap",
                            "must not overlap {other} ({network})",
                            {"at": where, "other": other, "network": str(theirs)},
                        )
                taken.append((f"{zone.name} {name}", network))
        return value

    @field_validator("interface_endpoints")
    @classmethod
    def _once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return unique(value, "service")


def in_region(network: Network, region: str) -> None:
    """Refuse zones of another region."""
    for index, zone in enumerate(network.zones):
        if zone.name[:-1] != region:
            raise PydanticCustomError(
                "region",
                "must be a zone of aws.region ({region}), such as {region}a; it is '{zone}'",
                {"at": f"zones.{index}.name", "region": region, "zone": zone.name},
            )


def _in_bounds(cidr: str) -> ipaddress.IPv4Network:
    try:
        network = ipaddress.IPv4Network(cidr)
    except ValueError as error:
        raise PydanticCustomError("ipv4", "must be an IPv4 network", {}) from error
    if not _LARGEST <= network.prefixlen <= _SMALLEST:
        raise PydanticCustomError(
            "size",
            "must be a network between /{largest} and /{smallest}, which is what AWS takes",
            {"largest": _LARGEST, "smallest": _SMALLEST},
        )
    return network
