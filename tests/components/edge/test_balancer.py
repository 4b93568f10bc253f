from __future__ import annotations

from typing import Any

import pytest

from components.edge.balancer import LoadBalancer, LoadBalancerArgs
from tests.support.edge import cloud, edge
from tests.support.plan import ACCOUNT, Plan, policy_of, run
from tests.support.site import account

RULES = ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",)
OUT = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"


def _plan(*, protect: bool = True, **changes: object) -> Plan:
    def program() -> None:
        args = LoadBalancerArgs(
            settings=edge(**changes),
            vpc_id="vpc",
            subnets=("a", "b", "c"),
            targets=("10.20.32.0/19", "10.20.64.0/19"),
            certificate_arn="arn:certificate",
            protect=protect,
        )
        LoadBalancer("edge", args, account(), cloud())

    return run(program)[0]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return _plan()


def _listener(plan: Plan, name: str) -> dict[str, Any]:
    return plan.one("aws:lb/listener:Listener", name).inputs


def test_it_is_strict_and_does_not_go_by_accident(plan: Plan) -> None:
    balancer = plan.one("aws:lb/loadBalancer:LoadBalancer")
    inputs = balancer.inputs
    assert (inputs["internal"], inputs["loadBalancerType"], inputs["subnets"]) == (
        False,
        "application",
        ["a", "b", "c"],
    )
    assert inputs["desyncMitigationMode"] == "strictest"
    assert inputs["dropInvalidHeaderFields"]
    assert inputs["enableDeletionProtection"]
    assert balancer.protect
    loose = _plan(protect=False).one("aws:lb/loadBalancer:LoadBalancer")
    assert not loose.inputs["enableDeletionProtection"]
    assert not loose.protect


def test_http_only_leads_to_https(plan: Plan) -> None:
    listener = _listener(plan, "edge-to-https")
    assert (listener["port"], listener["protocol"]) == (80, "HTTP")
    (action,) = listener["defaultActions"]
    assert action["type"] == "redirect"
    assert action["redirect"] == {"port": "443", "protocol": "HTTPS", "statusCode": "HTTP_301"}


def test_https_is_current_and_stays_https(plan: Plan) -> None:
    listener = _listener(plan, "edge-tls")
    assert (listener["port"], listener["protocol"], listener["certificateArn"]) == (443, "HTTPS", "arn:certificate")
    assert listener["sslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    hsts = listener["routingHttpResponseStrictTransportSecurityHeaderValue"]
    assert hsts == "max-age=63072000; includeSubDomains"
    assert listener["routingHttpResponseXContentTypeOptionsHeaderValue"] == "nosniff"
    assert listener["routingHttpResponseServerEnabled"] is False
    newer = _listener(_plan(tlsPolicy="ELBSecurityPolicy-TLS13-1-3-2021-06"), "edge-tls")
    assert newer["sslPolicy"] == "ELBSecurityPolicy-TLS13-1-3-2021-06"


def test_it_lets_in_two_ports_and_reaches_the_pods_alone(plan: Plan) -> None:
    inward = {rule.inputs["fromPort"]: rule.inputs for rule in plan.of(RULES[0])}
    assert set(inward) == {80, 443}
    outward = [(rule.inputs["cidrIpv4"], rule.inputs["fromPort"], rule.inputs["toPort"]) for rule in plan.of(OUT)]
    assert sorted(outward) == [("10.20.32.0/19", 8080, 8080), ("10.20.64.0/19", 8080, 8080)]


def test_a_pod_is_asked_whether_it_is_ready_and_may_end_what_it_does(plan: Plan) -> None:
    group = plan.one("aws:lb/targetGroup:TargetGroup").inputs
    assert (group["targetType"], group["port"], group["deregistrationDelay"]) == ("ip", 8080, 30)
    assert (group["healthCheck"]["path"], group["healthCheck"]["matcher"]) == ("/readyz", "200")


def test_every_call_and_connection_is_written_down_where_only_the_service_writes(plan: Plan) -> None:
    balancer = plan.one("aws:lb/loadBalancer:LoadBalancer")
    bucket = plan.one("aws:s3/bucket:Bucket")
    for log, prefix in (("accessLogs", "access"), ("connectionLogs", "connections")):
        assert balancer.inputs[log] == {"bucket": "edge-logs-bucket-1234567", "enabled": True, "prefix": prefix}
    assert bucket.protect
    written = policy_of(plan.one("aws:s3/bucketPolicy:BucketPolicy"))["WriteLogs"]
    assert written["Principal"] == {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    assert written["Action"] == "s3:PutObject"
    assert written["Resource"] == [
        f"arn:aws:s3:::edge-logs-bucket-1234567/{prefix}/AWSLogs/{ACCOUNT}/*" for prefix in ("access", "connections")
    ]
    source = f"arn:aws:elasticloadbalancing:sa-east-1:{ACCOUNT}:loadbalancer/*"
    assert written["Condition"] == {"ArnLike": {"aws:SourceArn": source}}
    (rule,) = plan.one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs["rules"]
    assert rule["expiration"] == {"days": 400}


def test_the_bucket_is_open_to_the_service_before_it_is_told_to_write(plan: Plan) -> None:
    before = plan.one("aws:lb/loadBalancer:LoadBalancer").depends_on
    assert any("aws:s3/bucketPolicy:BucketPolicy" in dependency for dependency in before)
