from __future__ import annotations

from typing import Any

import pytest

from guardrails.resources.reading import UNKNOWN
from tests.support.cloud import aws, found

LISTENER, BALANCER = "lb/listener:Listener", "lb/loadBalancer:LoadBalancer"


@pytest.mark.parametrize(
    ("policy", "good"),
    [
        ("ELBSecurityPolicy-TLS13-1-2-Res-2021-06", True),
        ("ELBSecurityPolicy-TLS13-1-2-2021-06", True),
        ("ELBSecurityPolicy-TLS13-1-3-2021-06", True),
        ("ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04", True),
        ("ELBSecurityPolicy-FS-1-2-Res-2020-10", True),
        # Their names say 1.2, and they negotiate ciphers without forward secrecy.
        ("ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06", False),
        ("ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06", False),
        ("ELBSecurityPolicy-TLS13-1-0-2021-06", False),
        ("ELBSecurityPolicy-TLS13-1-1-2021-06", False),
        ("ELBSecurityPolicy-TLS-1-1-2017-01", False),
        ("ELBSecurityPolicy-2016-08", False),
        ("ELBSecurityPolicy-FS-2018-06", False),
        (None, False),
    ],
)
def test_only_current_tls_is_spoken(policy: str | None, *, good: bool) -> None:
    assert (found("aws/lb-tls", aws(LISTENER, protocol="HTTPS", sslPolicy=policy)) == []) is good


def test_what_ends_no_tls_needs_no_policy_and_what_is_unknown_is_not_passed_over() -> None:
    assert found("aws/lb-tls", aws(LISTENER, protocol="HTTP")) == []
    assert found("aws/lb-tls", aws(LISTENER, protocol="TLS", sslPolicy=UNKNOWN)) == ["x: sslPolicy?"]


@pytest.mark.parametrize(
    ("actions", "where"),
    [
        ([{"type": "redirect", "redirect": {"protocol": "HTTPS"}}], []),
        ([{"type": "redirect", "redirect": {"port": "8080"}}], ["defaultActions[0].type"]),
        ([{"type": "forward"}], ["defaultActions[0].type"]),
        ([], ["defaultActions"]),
        (UNKNOWN, ["defaultActions?"]),
    ],
)
def test_plain_http_is_redirected(actions: object, where: list[str]) -> None:
    assert found("aws/lb-redirect", aws(LISTENER, protocol="HTTP", defaultActions=actions)) == [
        f"x: {p}" for p in where
    ]
    assert found("aws/lb-redirect", aws(LISTENER, protocol="HTTPS", defaultActions=actions)) == []


@pytest.mark.parametrize(
    ("rule", "inputs", "where"),
    [
        ("headers", {"dropInvalidHeaderFields": True}, []),
        ("headers", {"dropInvalidHeaderFields": True, "desyncMitigationMode": "monitor"}, ["desyncMitigationMode"]),
        ("headers", {"dropInvalidHeaderFields": UNKNOWN}, ["dropInvalidHeaderFields?"]),
        ("headers", {"loadBalancerType": "network"}, []),
        ("logs", {"accessLogs": {"enabled": True, "bucket": UNKNOWN}}, []),
        ("logs", {"accessLogs": {"bucket": "b"}}, ["accessLogs.enabled"]),
        ("logs", {}, ["accessLogs.enabled", "accessLogs.bucket"]),
    ],
)
def test_what_a_load_balancer_is_like(rule: str, inputs: dict[str, Any], where: list[str]) -> None:
    assert found(f"aws/lb-{rule}", aws(BALANCER, **inputs)) == [f"x: {path}" for path in where]


@pytest.mark.parametrize(
    ("inputs", "where"),
    [
        ({"validationMethod": "DNS"}, []),
        ({"validationMethod": "EMAIL"}, ["validationMethod"]),
        ({"certificateBody": "x"}, ["certificateBody"]),
        ({"validationMethod": "DNS", "keyAlgorithm": "RSA_1024"}, ["keyAlgorithm"]),
        (
            {"validationMethod": "DNS", "options": {"certificateTransparencyLoggingPreference": "DISABLED"}},
            ["options.certificateTransparencyLoggingPreference"],
        ),
    ],
)
def test_certificates_renew_themselves(inputs: dict[str, Any], where: list[str]) -> None:
    assert found("aws/certificate", aws("acm/certificate:Certificate", **inputs)) == [f"x: {path}" for path in where]


def test_a_public_zone_names_its_authorities() -> None:
    zone, record = aws("route53/zone:Zone", "z", zoneId="Z1", name="cartorio.example"), "route53/record:Record"
    issue = {"type": "CAA", "records": ['0 issue "amazon.com"']}
    assert found("aws/dns-authorities", zone) == ["z: "]
    assert found("aws/dns-authorities", zone, aws(record, zoneId="Z1", name="Cartorio.example.", **issue)) == []
    linked = aws(record, zoneId=UNKNOWN, name=UNKNOWN, links={"zoneId": "z"}, **issue)
    assert found("aws/dns-authorities", zone, linked) == []
    for wrong in ({**issue, "type": "A"}, {**issue, "records": []}, {**issue, "name": "api.cartorio.example"}):
        assert found("aws/dns-authorities", zone, aws(record, zoneId="Z1", **wrong)) == ["z: "]
    assert found("aws/dns-authorities", aws("route53/zone:Zone", vpcs=[{"vpcId": "v"}])) == []


TO_HTTPS = [{"type": "redirect", "redirect": {"protocol": "HTTPS"}}]


def test_no_rule_of_a_plain_port_serves_anything() -> None:
    rule, kind = "aws/lb-redirect-rules", "lb/listenerRule:ListenerRule"
    plain = aws(LISTENER, "l", arn="arn:l", protocol="HTTP", defaultActions=TO_HTTPS)
    assert found(rule, plain, aws(kind, listenerArn="arn:l", actions=TO_HTTPS)) == []
    for link in ({"listenerArn": "arn:l"}, {"listenerArn": UNKNOWN, "links": {"listenerArn": "l"}}):
        assert found(rule, plain, aws(kind, actions=[{"type": "forward"}], **link)) == ["x: actions[0].type"]
    assert found(rule, plain, aws(kind, listenerArn="arn:l", actions=UNKNOWN)) == ["x: actions?"]
    secure = aws(LISTENER, "l", arn="arn:l", protocol="HTTPS")
    assert found(rule, secure, aws(kind, listenerArn="arn:l", actions=[{"type": "forward"}])) == []


@pytest.mark.parametrize("service", ["alb", "elasticloadbalancingv2", "applicationloadbalancing"])
def test_a_load_balancer_is_one_by_any_of_its_names(service: str) -> None:
    assert found("aws/lb-tls", aws(f"{service}/listener:Listener", protocol="HTTPS")) == ["x: sslPolicy"]
    assert found("stack/ingress-firewall", aws(f"{service}/loadBalancer:LoadBalancer")) == ["x: "]


def test_what_a_port_speaks_is_known() -> None:
    assert found("aws/lb-tls", aws(LISTENER, protocol=UNKNOWN)) == ["x: protocol?"]
    assert found("aws/lb-redirect", aws(LISTENER, protocol=UNKNOWN)) == ["x: protocol?"]
    assert found("aws/lb-redirect", aws(LISTENER, protocol="http", defaultActions=[])) == ["x: defaultActions"]
