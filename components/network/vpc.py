"""The VPC: three kinds of subnets in every zone, ways out, endpoints of AWS's services, and a log of the traffic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_aws as aws

from components.base import Args, Component, Text
from components.network.endpoints import ServiceEndpoints, ServiceEndpointsArgs
from components.network.flows import FlowLog, FlowLogArgs
from components.sections.network import NatGateways
from components.sections.network import Network as Settings

if TYPE_CHECKING:
    import pulumi

    from components.providers import Account
    from components.sections.network import Zone

_ANYWHERE = "0.0.0.0/0"
# How AWS's load balancer controller finds subnets:
# https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/subnet_discovery/
_TAGS = {
    "public": {"kubernetes.io/role/elb": "1"},
    "private": {"kubernetes.io/role/internal-elb": "1"},
    "intra": {},
}


class NetworkArgs(Args):
    """What the network is like.

    Attributes:
        stack: the stack's name.
        settings: its addresses, zones and ways out.
        key_arn: the key that encrypts the log of its traffic.
        protect: whether the engine refuses to delete what holds data.
    """

    stack: str
    settings: Settings
    key_arn: Text
    protect: bool = True


class Network(Component):
    """The VPC and everything in it that is there before the first machine.

    Attributes:
        vpc_id: the VPC.
        public_subnets: their ids, one a zone, in the order of the settings; so are the other two.
        private_subnets: of nodes and pods.
        intra_subnets: of what needs no internet.
        ways_out: what machines in the private subnets wait for: until then they reach nothing; and nothing of it goes
            while they are there.
    """

    TYPE = "cartorio:network:Network"
    vpc_id: pulumi.Output[str]
    public_subnets: tuple[pulumi.Output[str], ...]
    private_subnets: tuple[pulumi.Output[str], ...]
    intra_subnets: tuple[pulumi.Output[str], ...]
    ways_out: tuple[pulumi.Resource, ...]

    def __init__(self, name: str, args: NetworkArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self._routes: list[pulumi.Resource] = []
        self.vpc_id = self._vpc()
        subnets = {kind: self._subnets(kind) for kind in _TAGS}
        gateway = aws.ec2.InternetGateway(
            f"{name}-internet", vpc_id=self.vpc_id, tags=self._tags("internet"), opts=self._child()
        )
        public = self._table("public", gateway_id=gateway.id)
        self._hold("public", subnets["public"], (public,) * len(subnets["public"]))
        private = self._private_tables(subnets["public"], gateway)
        held = self._hold("private", subnets["private"], private)
        self.ways_out = (*self._routes, *held)
        intra = self._table("intra")
        self._hold("intra", subnets["intra"], (intra,) * len(subnets["intra"]))
        ServiceEndpoints(
            f"{name}-endpoints",
            ServiceEndpointsArgs(
                vpc_id=self.vpc_id,
                cidr=args.settings.cidr,
                subnets=subnets["intra"],
                route_tables=(*dict.fromkeys(private), intra),
                services=args.settings.interface_endpoints,
                foreign_buckets=args.settings.foreign_buckets,
            ),
            account,
            self._child(),
        )
        FlowLog(
            f"{name}-flows",
            FlowLogArgs(
                vpc_id=self.vpc_id,
                key_arn=args.key_arn,
                retention_days=args.settings.flow_log_retention_days,
                protect=args.protect,
            ),
            account,
            self._child(),
        )
        self.public_subnets, self.private_subnets, self.intra_subnets = subnets.values()
        self.register_outputs(
            {
                "vpcId": self.vpc_id,
                "publicSubnets": list(self.public_subnets),
                "privateSubnets": list(self.private_subnets),
                "intraSubnets": list(self.intra_subnets),
            }
        )

    def _tags(self, role: str) -> dict[str, str]:
        return {"Name": f"cartorio-{self._args.stack}-{role}"}

    def _vpc(self) -> pulumi.Output[str]:
        vpc = aws.ec2.Vpc(
            f"{self._name}-vpc",
            cidr_block=self._args.settings.cidr,
            # Both are what private names of endpoints, and the cluster's own name, need.
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags=self._tags("vpc"),
            opts=self._child(),
        )
        # Every VPC has one that lets its members speak to each other: taken over, it lets nothing through.
        aws.ec2.DefaultSecurityGroup(
            f"{self._name}-default-group", vpc_id=vpc.id, tags=self._tags("unused"), opts=self._child()
        )
        return vpc.id

    def _subnets(self, kind: str) -> tuple[pulumi.Output[str], ...]:
        return tuple(self._subnet(kind, zone) for zone in self._args.settings.zones)

    def _subnet(self, kind: str, zone: Zone) -> pulumi.Output[str]:
        return aws.ec2.Subnet(
            f"{self._name}-{kind}-{zone.name}",
            vpc_id=self.vpc_id,
            availability_zone=zone.name,
            cidr_block=dict(zone.subnets())[kind].with_prefixlen,
            # Nothing gets a public address by itself: load balancers and NAT gateways bring their own.
            map_public_ip_on_launch=False,
            tags={**self._tags(f"{kind}-{zone.name}"), **_TAGS[kind]},
            opts=self._child(),
        ).id

    def _private_tables(
        self, public: tuple[pulumi.Output[str], ...], gateway: aws.ec2.InternetGateway
    ) -> tuple[pulumi.Output[str], ...]:
        """One a zone: its own, or the one that all share."""
        names = [zone.name for zone in self._args.settings.zones]
        if self._args.settings.nat_gateways is NatGateways.SINGLE:
            names = names[:1]
        tables = tuple(self._way_out(name, subnet, gateway) for name, subnet in zip(names, public, strict=False))
        return tables if len(tables) == len(public) else tables * len(public)

    def _way_out(self, zone: str, subnet: pulumi.Output[str], gateway: aws.ec2.InternetGateway) -> pulumi.Output[str]:
        address = aws.ec2.Eip(
            f"{self._name}-nat-{zone}-address", domain="vpc", tags=self._tags(f"nat-{zone}"), opts=self._child()
        )
        nat = aws.ec2.NatGateway(
            f"{self._name}-nat-{zone}",
            allocation_id=address.allocation_id,
            subnet_id=subnet,
            tags=self._tags(f"nat-{zone}"),
            # AWS refuses a NAT gateway in a VPC that the internet does not reach.
            opts=self._child(depends_on=[gateway]),
        )
        return self._table(f"private-{zone}", nat_gateway_id=nat.id)

    def _table(
        self, role: str, *, gateway_id: Text | None = None, nat_gateway_id: Text | None = None
    ) -> pulumi.Output[str]:
        table = aws.ec2.RouteTable(
            f"{self._name}-{role}-routes", vpc_id=self.vpc_id, tags=self._tags(role), opts=self._child()
        )
        if gateway_id is not None or nat_gateway_id is not None:
            route = aws.ec2.Route(
                f"{self._name}-{role}-default",
                route_table_id=table.id,
                destination_cidr_block=_ANYWHERE,
                gateway_id=gateway_id,
                nat_gateway_id=nat_gateway_id,
                opts=self._child(),
            )
            self._routes.append(route)
        return table.id

    def _hold(
        self, kind: str, subnets: tuple[pulumi.Output[str], ...], tables: tuple[pulumi.Output[str], ...]
    ) -> tuple[pulumi.Resource, ...]:
        return tuple(
            aws.ec2.RouteTableAssociation(
                f"{self._name}-{kind}-{zone.name}-association",
                subnet_id=subnet,
                route_table_id=table,
                opts=self._child(),
            )
            for zone, subnet, table in zip(self._args.settings.zones, subnets, tables, strict=True)
        )
