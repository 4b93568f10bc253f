"""AWS's services inside the VPC: what the platform calls does not leave AWS's network.

https://docs.aws.amazon.com/vpc/latest/privatelink/what-is-privatelink.html. The gateway to S3 serves the
account's own principals only, and leads to its own buckets only; an interface serves whoever is inside the VPC, as
AWS has it by default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.base import Args, Component, Text
from components.policies import EVERYONE, Condition, Statement, document

if TYPE_CHECKING:
    from components.providers import Account

_HTTPS = 443
# S3 serves others than the account too: ECR keeps image layers in buckets of AWS's own.
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-setting-up-s3-gateway
_LAYERS = "prod-{region}-starport-layer-bucket"


class ServiceEndpointsArgs(Args):
    """Where they are, who may call them, and which services.

    Attributes:
        vpc_id: the VPC.
        cidr: its addresses: whoever has one may call.
        subnets: where the interfaces are, one a zone.
        route_tables: which of them know the way to S3.
        services: the last part of the names, such as `ecr.api`.
        foreign_buckets: buckets of other accounts that can be reached too.
    """

    vpc_id: Text
    cidr: str
    subnets: tuple[Text, ...]
    route_tables: tuple[Text, ...]
    services: tuple[str, ...]
    foreign_buckets: tuple[str, ...] = ()


class ServiceEndpoints(Component):
    """A gateway to S3, and an interface of each service in every zone.

    Attributes:
        security_group: the interfaces' group.
    """

    TYPE = "cartorio:network:ServiceEndpoints"
    security_group: pulumi.Output[str]

    def __init__(self, name: str, args: ServiceEndpointsArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        own = Condition("StringEquals", "aws:PrincipalAccount", (account.id,))
        # Otherwise whoever is inside could carry data to a bucket of their own: the credentials would be the account's.
        inside = Condition("StringEquals", "aws:ResourceAccount", (account.id,))
        aws.ec2.VpcEndpoint(
            f"{name}-s3",
            vpc_id=args.vpc_id,
            vpc_endpoint_type="Gateway",
            service_name=f"com.amazonaws.{account.region}.s3",
            route_table_ids=list(args.route_tables),
            policy=document(
                Statement("OwnAccount", ("s3:*",), ("*",), principal=EVERYONE, conditions=(own, inside)),
                *_foreign(account, args.foreign_buckets, own),
                Statement(
                    sid="ImageLayers",
                    principal=EVERYONE,
                    actions=("s3:GetObject",),
                    resources=(_layers(account),),
                ),
            ),
            tags={"Name": f"{name}-s3"},
            opts=self._child(),
        )
        group = aws.ec2.SecurityGroup(
            f"{name}-group",
            vpc_id=args.vpc_id,
            description="Endpoints of AWS services: TLS from inside the VPC",
            tags={"Name": f"{name}-group"},
            opts=self._child(),
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-tls",
            security_group_id=group.id,
            cidr_ipv4=args.cidr,
            ip_protocol="tcp",
            from_port=_HTTPS,
            to_port=_HTTPS,
            description="TLS from the VPC",
            opts=self._child(),
        )
        for service in args.services:
            aws.ec2.VpcEndpoint(
                f"{name}-{service.replace('.', '-')}",
                vpc_id=args.vpc_id,
                vpc_endpoint_type="Interface",
                service_name=f"com.amazonaws.{account.region}.{service}",
                subnet_ids=list(args.subnets),
                security_group_ids=[group.id],
                private_dns_enabled=True,
                tags={"Name": f"{name}-{service}"},
                opts=self._child(),
            )
        self.security_group = group.id
        self.register_outputs({"securityGroup": self.security_group})


def _foreign(account: Account, buckets: tuple[str, ...], own: Condition) -> tuple[Statement, ...]:
    if not buckets:
        return ()
    arns = [pulumi.Output.concat("arn:", account.partition, f":s3:::{bucket}") for bucket in buckets]
    objects = [pulumi.Output.concat(arn, "/*") for arn in arns]
    return (Statement("NamedBuckets", ("s3:*",), (*arns, *objects), principal=EVERYONE, conditions=(own,)),)


def _layers(account: Account) -> pulumi.Output[str]:
    bucket = _LAYERS.format(region=account.region)
    return pulumi.Output.concat("arn:", account.partition, f":s3:::{bucket}/*")
