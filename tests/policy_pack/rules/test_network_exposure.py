from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask

PORT, BALANCER, ADDRESSES = "network/no-node-port", "network/no-public-load-balancer", "network/no-external-ips"
SCHEME = "service.beta.kubernetes.io/aws-load-balancer-scheme"


def _service(type_: object = None, annotations: object = None, **spec: object) -> dict[str, Any]:
    metadata = {"name": "api", "annotations": annotations}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"type": type_, **spec}}


@pytest.mark.parametrize(
    ("type_", "port", "balancer"),
    [
        (None, 0, 0),
        ("ClusterIP", 0, 0),
        ("ExternalName", 0, 0),
        ("NodePort", 1, 0),
        ("LoadBalancer", 0, 1),
        (UNKNOWN, 1, 0),
    ],
)
def test_each_way_in_is_found_once(ask: Ask, type_: object, port: int, balancer: int) -> None:
    assert (len(ask(PORT, _service(type_))), len(ask(BALANCER, _service(type_)))) == (port, balancer)


@pytest.mark.parametrize(
    ("annotations", "findings"),
    [({SCHEME: "internal"}, 0), ({SCHEME: "internet-facing"}, 1), ({}, 1), ({SCHEME: UNKNOWN}, 1), (UNKNOWN, 1)],
)
def test_an_internal_load_balancer_says_that_it_is(ask: Ask, annotations: object, findings: int) -> None:
    assert len(ask(BALANCER, _service("LoadBalancer", annotations))) == findings


@pytest.mark.parametrize(
    ("addresses", "unknown"), [(["203.0.113.7"], [False]), (UNKNOWN, [True]), (["a", UNKNOWN], [False, True]), ([], [])]
)
def test_addresses_of_others_are_found(ask: Ask, addresses: object, unknown: list[bool]) -> None:
    assert [finding.unknown for finding in ask(ADDRESSES, _service(externalIPs=addresses))] == unknown


def test_a_service_of_which_nothing_is_known_is_found_as_unknown(ask: Ask) -> None:
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "api"}, "spec": UNKNOWN}
    assert ask(PORT, service)[0].unknown
    assert ask(ADDRESSES, service)[0].unknown


FIREWALL, ALB = "network/ingress-firewall", "alb.ingress.kubernetes.io/"


@pytest.mark.parametrize(
    ("annotations", "unknown"),
    [
        ({}, []),
        ({f"{ALB}scheme": "internal"}, []),
        ({f"{ALB}scheme": "internet-facing"}, [False]),
        ({f"{ALB}scheme": "internet-facing", f"{ALB}wafv2-acl-arn": "arn"}, []),
        ({f"{ALB}scheme": "internet-facing", f"{ALB}wafv2-acl-name": "edge"}, []),
        ({f"{ALB}scheme": "internet-facing", f"{ALB}wafv2-acl-arn": ""}, [False]),
        ({f"{ALB}scheme": "internet-facing", f"{ALB}wafv2-acl-arn": UNKNOWN}, [True]),
        ({f"{ALB}scheme": UNKNOWN}, [True]),
        ({f"{ALB}scheme": UNKNOWN, f"{ALB}wafv2-acl-arn": "arn"}, []),
        (UNKNOWN, [True]),
    ],
)
def test_a_public_ingress_has_a_firewall(ask: Ask, annotations: object, unknown: list[bool]) -> None:
    metadata = {"name": "api", "annotations": annotations}
    ingress = {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": metadata, "spec": {}}
    assert [finding.unknown for finding in ask(FIREWALL, ingress)] == unknown


@pytest.mark.parametrize(
    ("spec", "unknown"),
    [
        ({}, []),
        ({"scheme": "internet-facing"}, [False]),
        ({"scheme": "internet-facing", "wafv2AclArn": "arn"}, []),
        (UNKNOWN, [True]),
    ],
)
def test_so_has_a_class_that_makes_every_ingress_public(ask: Ask, spec: object, unknown: list[bool]) -> None:
    params = {
        "apiVersion": "elbv2.k8s.aws/v1beta1",
        "kind": "IngressClassParams",
        "metadata": {"name": "x"},
        "spec": spec,
    }
    assert [finding.unknown for finding in ask(FIREWALL, params)] == unknown
