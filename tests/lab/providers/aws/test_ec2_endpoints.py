from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.ec2 import ELSEWHERE, ENDPOINT, FLOW_LOG, GROUP, IN_VPC, SUBNET, TABLE, retag, vpc_of
from tests.support.provider_engine import RefusedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine

S3_ONLY = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Own", "Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject"], "Resource": ["*"]}],
}


CASES = (
    Case(
        ENDPOINT,
        {
            "vpcId": "$vpc.id",
            "serviceName": "com.amazonaws.sa-east-1.s3",
            "routeTableIds": ["$table.id"],
            "policy": json.dumps(S3_ONLY),
            "tags": {"Name": "s3"},
        },
        needs=(
            *IN_VPC,
            ("table", TABLE, {"vpcId": "$vpc.id"}),
        ),
        updates=({"tags": {"a": "b"}}, {"policy": json.dumps({**S3_ONLY, "Id": "other"})}),
        replaces=(
            {"serviceName": "com.amazonaws.sa-east-1.dynamodb"},
            {"vpcEndpointType": "Interface"},
            {"vpcId": "vpc-other"},
            ELSEWHERE,
        ),
        spoilt="tags",
        spoil=retag,
    ),
    Case(
        FLOW_LOG,
        {
            "vpcId": "$vpc.id",
            "trafficType": "ALL",
            "logDestination": "$logs.arn",
            "iamRoleArn": "$role.arn",
            "maxAggregationInterval": 60,
            "tags": {"Name": "flows"},
        },
        needs=(
            *IN_VPC,
            ("logs", "aws:cloudwatch/logGroup:LogGroup", {"name": "flows"}),
            ("role", "aws:iam/role:Role", {"name": "flows", "assumeRolePolicy": json.dumps({
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": "Allow",
                    "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }],
            })}),
        ),
        updates=({"tags": {"Name": "b"}},),
        replaces=(
            {"trafficType": "REJECT"},
            {"vpcId": "vpc-other"},
            {"iamRoleArn": "arn:aws:iam::123456789012:role/other"},
            {"logDestination": "arn:aws:s3:::flows"},
            {"logDestinationType": "s3"}, {"maxAggregationInterval": 600}, ELSEWHERE),
        spoilt="tags",
        spoil=retag,
    ),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", [case for case in CASES if case.spoilt], ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


def test_an_interface_endpoint_in_subnets_behind_a_group(engine: Engine) -> None:
    vpc = vpc_of(engine)
    subnets = [
        engine.create(SUBNET, zone, {"vpcId": vpc.id, "cidrBlock": f"10.20.{index}.0/24", "availabilityZone": zone})
        for index, zone in enumerate(("sa-east-1a", "sa-east-1b"))
    ]
    group = engine.create(GROUP, "group", {"vpcId": vpc.id})
    inputs = {
        "vpcId": vpc.id,
        "serviceName": "com.amazonaws.sa-east-1.kms",
        "vpcEndpointType": "Interface",
        # Another order than the API's: a set, and no difference.
        "subnetIds": [subnet.id for subnet in reversed(subnets)],
        "securityGroupIds": [group.id],
        "privateDnsEnabled": True,
    }
    endpoint = engine.create(ENDPOINT, "kms", inputs)
    fresh = engine.refresh(endpoint)
    assert fresh is not None
    assert not engine.diff(fresh, inputs).any
    fewer = {**inputs, "subnetIds": [subnets[0].id]}
    assert engine.diff(endpoint, fewer).replaces == frozenset()
    assert engine.update(endpoint, fewer).outputs["subnetIds"] == [subnets[0].id]
    engine.delete(endpoint)
    assert engine.refresh(endpoint) is None


def test_moto_s_gap_is_an_error_and_no_silent_success(engine: Engine) -> None:
    vpc = vpc_of(engine)
    tables = [engine.create(TABLE, name, {"vpcId": vpc.id}).id for name in ("one", "two")]
    inputs = {"vpcId": vpc.id, "serviceName": "com.amazonaws.sa-east-1.s3", "routeTableIds": tables[:1]}
    endpoint = engine.create(ENDPOINT, "s3", inputs)
    endpoint = engine.update(endpoint, {**inputs, "routeTableIds": tables})
    assert sorted(endpoint.outputs["routeTableIds"]) == sorted(tables)
    with pytest.raises(RefusedError, match="moto can't delete an endpoint that was given other route tables"):
        engine.delete(endpoint)
