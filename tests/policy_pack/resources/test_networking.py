from __future__ import annotations

from typing import Any

import pytest

from guardrails.resources.kubernetes import parse_object
from guardrails.resources.networking import Gateway, Ingress, NetworkPolicy, Service, listed
from guardrails.resources.reading import UNKNOWN

ALB, NLB = "alb.ingress.kubernetes.io/", "service.beta.kubernetes.io/aws-load-balancer-"


def _read(kind: type[Any], version: str, spec: object, annotations: object = None) -> Any:  # noqa: ANN401 - that type
    metadata = {"name": "api", "namespace": "n", "annotations": annotations}
    manifest = {"apiVersion": version, "kind": kind.__name__, "metadata": metadata, "spec": spec}
    (found,) = [each for each in parse_object(manifest, address="a") if isinstance(each, kind)]
    return found


@pytest.mark.parametrize(
    ("annotations", "scheme", "policy"),
    [
        (None, None, None),
        ({f"{NLB}scheme": "internet-facing"}, "internet-facing", None),
        ({f"{NLB}internal": "true"}, "internal", None),
        ({f"{NLB}internal": "false"}, None, None),
        ({f"{NLB}ssl-cert": "arn"}, None, "ELBSecurityPolicy-2016-08"),
        ({f"{NLB}ssl-cert": "arn", f"{NLB}ssl-negotiation-policy": "p"}, None, "p"),
        (UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_a_service_says_what_its_load_balancer_is(annotations: object, scheme: object, policy: object) -> None:
    found = _read(Service, "v1", {"type": "LoadBalancer", "externalIPs": ["203.0.113.7"]}, annotations)
    assert (found.type, found.external_ips) == ("LoadBalancer", ("203.0.113.7",))
    assert (found.scheme, found.tls_policy) == (scheme, policy)


def test_an_ingress_says_for_whom_it_answers() -> None:
    spec = {
        "defaultBackend": {"service": {"name": "x"}},
        "rules": [{"host": "a.example"}, {}, UNKNOWN, {"host": UNKNOWN}],
        "tls": [{"hosts": ["a.example", UNKNOWN]}, {"secretName": "default"}],
    }
    found = _read(Ingress, "networking.k8s.io/v1", spec)
    assert found.hosts == ("*", "a.example", "*", UNKNOWN, UNKNOWN)
    assert found.secured == ("a.example", UNKNOWN, "*")
    assert (found.plain, found.tls_policy) == (False, None)


@pytest.mark.parametrize(
    ("annotations", "plain"),
    [
        ({f"{ALB}listen-ports": '[{"HTTPS": 443}]'}, False),
        ({f"{ALB}listen-ports": '[{"HTTP": 80}, {"HTTPS": 443}]'}, True),
        ({f"{ALB}listen-ports": '[{"HTTP": 80}, {"HTTPS": 443}]', f"{ALB}ssl-redirect": "443"}, False),
        ({f"{ALB}listen-ports": "80"}, True),
        ({f"{ALB}listen-ports": "no list"}, True),
        ({f"{ALB}listen-ports": UNKNOWN}, UNKNOWN),
        (UNKNOWN, UNKNOWN),
    ],
)
def test_a_load_balancer_may_answer_without_tls(annotations: object, plain: object) -> None:
    found = _read(Ingress, "networking.k8s.io/v1", {}, annotations)
    assert found.plain is plain


def test_a_certificate_of_the_load_balancer_is_for_every_host_and_its_policy_an_old_one() -> None:
    found = _read(Ingress, "networking.k8s.io/v1", {}, {f"{ALB}certificate-arn": "arn"})
    assert (found.secured, found.tls_policy) == (("*",), "ELBSecurityPolicy-2016-08")


def test_a_gateway_shows_its_listeners() -> None:
    listeners = [
        {"protocol": "HTTP"},
        {"protocol": "HTTPS", "tls": {"certificateRefs": []}},
        {"protocol": "TLS", "tls": {"mode": "Passthrough"}},
        {"protocol": "HTTPS", "tls": UNKNOWN},
        UNKNOWN,
    ]
    found = _read(Gateway, "gateway.networking.k8s.io/v1", {"listeners": listeners})
    assert found.listeners == (
        ("spec.listeners[0]", "HTTP", None),
        ("spec.listeners[1]", "HTTPS", "Terminate"),
        ("spec.listeners[2]", "TLS", "Passthrough"),
        ("spec.listeners[3]", "HTTPS", UNKNOWN),
        ("spec.listeners[4]", UNKNOWN, UNKNOWN),
    )
    assert _read(Gateway, "gateway.networking.k8s.io/v1", {"listeners": UNKNOWN}).listeners is UNKNOWN


@pytest.mark.parametrize(
    ("spec", "directions", "allows"),
    [
        ({"policyTypes": ["Ingress", "Egress"]}, ("Ingress", "Egress"), False),
        ({}, ("Ingress",), False),
        ({"egress": [{}]}, ("Ingress", "Egress"), True),
        ({"ingress": [{}]}, ("Ingress",), True),
        ({"ingress": UNKNOWN}, ("Ingress",), UNKNOWN),
        ({"ingress": UNKNOWN, "egress": [{}]}, ("Ingress", "Egress"), True),
        (UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_a_policy_says_what_it_is_about(spec: object, directions: object, allows: object) -> None:
    found = _read(NetworkPolicy, "networking.k8s.io/v1", spec)
    assert (found.directions, found.allows) == (directions, allows)


def test_what_is_unknown_is_listed_once() -> None:
    assert list(listed(UNKNOWN)) == [UNKNOWN]
    assert list(listed(("a", UNKNOWN))) == ["a", UNKNOWN]
