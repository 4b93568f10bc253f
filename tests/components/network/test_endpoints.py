from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.network.endpoints import ServiceEndpoints, ServiceEndpointsArgs
from components.providers import Account
from tests.support.plan import ACCOUNT, Plan, policy_of, run

ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"


def _plan(*foreign: str) -> Plan:
    def program() -> None:
        provider = aws.Provider("aws")
        account = Account(pulumi.Output.from_input(ACCOUNT), pulumi.Output.from_input("aws"), "sa-east-1")
        args = ServiceEndpointsArgs(
            vpc_id="vpc-1",
            cidr="10.20.0.0/16",
            subnets=("subnet-a", "subnet-b"),
            route_tables=("rtb-1",),
            services=("ecr.api", "kms"),
            foreign_buckets=foreign,
        )
        ServiceEndpoints("endpoints", args, account, pulumi.ResourceOptions(providers=[provider]))

    return run(program, stack="local")[0]


def test_each_service_is_in_every_zone_under_its_own_name() -> None:
    plan = _plan()
    for name, service in (("endpoints-ecr-api", "ecr.api"), ("endpoints-kms", "kms")):
        inputs = plan.one(ENDPOINT, name).inputs
        assert inputs["serviceName"] == f"com.amazonaws.sa-east-1.{service}"
        assert inputs["vpcEndpointType"] == "Interface"
        assert inputs["subnetIds"] == ["subnet-a", "subnet-b"]
        assert inputs["privateDnsEnabled"] is True
        assert inputs["securityGroupIds"] == ["endpoints-group-id"]


def test_only_tls_from_the_vpc_comes_in() -> None:
    (rule,) = _plan().of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert {key: rule.inputs[key] for key in ("cidrIpv4", "fromPort", "ipProtocol", "securityGroupId", "toPort")} == {
        "cidrIpv4": "10.20.0.0/16",
        "fromPort": 443,
        "ipProtocol": "tcp",
        "securityGroupId": "endpoints-group-id",
        "toPort": 443,
    }


def test_s3_is_no_way_out_for_other_accounts_credentials() -> None:
    statements = policy_of(_plan().one(ENDPOINT, "endpoints-s3"))
    assert statements["OwnAccount"]["Condition"] == {
        "StringEquals": {"aws:PrincipalAccount": ACCOUNT, "aws:ResourceAccount": ACCOUNT}
    }
    assert statements["ImageLayers"]["Action"] == "s3:GetObject"
    assert statements["ImageLayers"]["Resource"] == "arn:aws:s3:::prod-sa-east-1-starport-layer-bucket/*"
    assert set(statements) == {"OwnAccount", "ImageLayers"}


def test_a_bucket_of_another_account_is_reached_only_if_it_is_named() -> None:
    named = policy_of(_plan("partner").one(ENDPOINT, "endpoints-s3"))["NamedBuckets"]
    assert named["Resource"] == ["arn:aws:s3:::partner", "arn:aws:s3:::partner/*"]
    assert named["Condition"] == {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}
