from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lab.providers.aws.test_elbv2 import BALANCED, BALANCER
from tests.support.aws_case import Case, drifts, lives
from tests.support.ec2 import ELSEWHERE, IN_VPC

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

GROUP = "aws:lb/targetGroup:TargetGroup"
LISTENER = "aws:lb/listener:Listener"
CHECK = {
    "healthyThreshold": 2,
    "interval": 10,
    "matcher": "200",
    "path": "/readyz",
    "port": "traffic-port",
    "protocol": "HTTP",
    "timeout": 5,
    "unhealthyThreshold": 3,
}
TARGETS = {"port": 8080, "protocol": "HTTP", "targetType": "ip", "vpcId": "$vpc.id"}
CERTIFICATE = "aws:acm/certificate:Certificate"
TO_TLS = {"type": "redirect", "redirect": {"port": "443", "protocol": "HTTPS", "statusCode": "HTTP_301"}}
FORWARD = {"type": "forward", "targetGroupArn": "$targets.arn"}
HSTS = "routingHttpResponseStrictTransportSecurityHeaderValue"


def _patient(hands: Hands, group: Managed) -> None:
    hands("elbv2").modify_target_group(TargetGroupArn=group.id, UnhealthyThresholdCount=10)


def _elsewhere(hands: Hands, listener: Managed) -> None:
    hands("elbv2").modify_listener(ListenerArn=listener.id, Port=8080)


CASES = (
    Case(
        GROUP,
        {**TARGETS, "name": "api", "healthCheck": CHECK, "protocolVersion": "HTTP1", "tags": {"a": "b"}},
        needs=IN_VPC,
        updates=(
            {"healthCheck": {**CHECK, "path": "/healthz", "interval": 15, "timeout": 4, "unhealthyThreshold": 2}},
            {"deregistrationDelay": 30},
            {"loadBalancingAlgorithmType": "least_outstanding_requests"},
            {"tags": {"c": "d"}},
        ),
        replaces=(
            {"name": "other"},
            {"port": 80},
            {"protocol": "HTTPS"},
            {"protocolVersion": "HTTP2"},
            {"targetType": "instance"},
            {"vpcId": "vpc-other"},
            ELSEWHERE,
        ),
        spoilt="healthCheck",
        spoil=_patient,
    ),
    Case(
        LISTENER,
        {"loadBalancerArn": "$balancer.arn", "port": 80, "protocol": "HTTP", "defaultActions": [TO_TLS]},
        needs=(
            *BALANCED,
            ("balancer", BALANCER, {"name": "edge", "subnets": ["$a.id", "$b.id"]}),
            ("targets", GROUP, TARGETS),
            ("certificate", CERTIFICATE, {"domainName": "api.cartorio.example"}),
            ("renewed", CERTIFICATE, {"domainName": "api.cartorio.example"}),
        ),
        updates=(
            {"port": 443},
            {
                "protocol": "HTTPS",
                "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
                "certificateArn": "$certificate.arn",
            },
            {"defaultActions": [FORWARD]},
            {HSTS: "max-age=63072000; includeSubDomains"},
            {HSTS: None},
            {"routingHttpResponseXContentTypeOptionsHeaderValue": "nosniff"},
            {"routingHttpResponseXFrameOptionsHeaderValue": "DENY"},
            {"routingHttpResponseServerEnabled": False},
            {"certificateArn": "$renewed.arn"},
            {"sslPolicy": "ELBSecurityPolicy-TLS13-1-3-2021-06"},
            {"tags": {"a": "b"}},
        ),
        replaces=({"loadBalancerArn": "arn:other"}, ELSEWHERE),
        spoilt="port",
        spoil=_elsewhere,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)
