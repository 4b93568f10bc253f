from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask

TLS, GATEWAY, VERSION = "network/ingress-tls", "network/gateway-tls", "network/tls-version"
ALB = "alb.ingress.kubernetes.io/"


def _ingress(hosts: object, tls: object = None, **annotations: object) -> dict[str, Any]:
    metadata = {"name": "x", "annotations": {f"{ALB}{key.replace('_', '-')}": v for key, v in annotations.items()}}
    rules = [{"host": host} for host in hosts] if isinstance(hosts, list) else hosts
    spec = {"rules": rules, "tls": tls}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": metadata, "spec": spec}


@pytest.mark.parametrize(
    "manifest",
    [
        _ingress(["a.example"], [{"hosts": ["a.example"]}]),
        _ingress(["a.example"], [{"hosts": ["*.example"]}]),
        _ingress(["a.example", None], [{"secretName": "x"}]),
        _ingress(["a.example"], certificate_arn="arn"),
        _ingress([UNKNOWN], [{"secretName": "x"}]),
        _ingress([]),
    ],
)
def test_every_host_has_a_certificate(ask: Ask, manifest: dict[str, Any]) -> None:
    assert ask(TLS, manifest) == ()


@pytest.mark.parametrize(
    ("manifest", "is_unknown"),
    [
        (_ingress(["a.example"]), False),
        (_ingress(["a.example"], [{"hosts": ["b.example"]}]), False),
        (_ingress(["a.b.example"], [{"hosts": ["*.example"]}]), False),
        (_ingress([None], [{"hosts": ["a.example"]}]), False),
        (_ingress([], listen_ports='[{"HTTP": 80}]'), False),
        (_ingress(["a.example"], [{"hosts": [UNKNOWN]}]), True),
        (_ingress(["a.example"], UNKNOWN), True),
        (_ingress(UNKNOWN), True),
        (_ingress([], ssl_redirect=UNKNOWN), True),
    ],
)
def test_a_host_without_one_is_found(ask: Ask, manifest: dict[str, Any], *, is_unknown: bool) -> None:
    (finding,) = ask(TLS, manifest)
    assert finding.unknown is is_unknown


@pytest.mark.parametrize(
    ("listener", "findings"),
    [
        ({"protocol": "HTTPS", "tls": {"mode": "Terminate"}}, 0),
        ({"protocol": "TLS", "tls": {"mode": "Passthrough"}}, 0),
        ({"protocol": "HTTP"}, 1),
        ({"protocol": "HTTP", "tls": {"mode": "Terminate"}}, 1),
        ({"protocol": "TCP"}, 1),
        ({"protocol": "HTTPS"}, 1),
        ({"protocol": UNKNOWN}, 1),
        (UNKNOWN, 1),
    ],
)
def test_a_listener_speaks_tls(ask: Ask, listener: object, findings: int) -> None:
    gateway = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "x"}}
    assert len(ask(GATEWAY, {**gateway, "spec": {"listeners": [listener]}})) == findings
    assert ask(GATEWAY, {**gateway, "spec": {"listeners": UNKNOWN}})[0].unknown


@pytest.mark.parametrize(
    "policy",
    [
        "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
        "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
        "ELBSecurityPolicy-TLS13-1-3-2021-06",
        "ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04",
        "ELBSecurityPolicy-TLS-1-2-Ext-2018-06",
        "ELBSecurityPolicy-FS-1-2-Res-2020-10",
    ],
)
def test_a_policy_of_now_passes(ask: Ask, policy: str) -> None:
    assert ask(VERSION, _ingress([], ssl_policy=policy)) == ()


@pytest.mark.parametrize(
    "policy",
    [
        "ELBSecurityPolicy-2016-08",
        "ELBSecurityPolicy-TLS-1-1-2017-01",
        "ELBSecurityPolicy-TLS13-1-0-2021-06",
        "ELBSecurityPolicy-TLS13-1-1-FIPS-2023-04",
        "ELBSecurityPolicy-FS-2018-06",
        "my-own",
    ],
)
def test_an_old_policy_is_found(ask: Ask, policy: str) -> None:
    assert ask(VERSION, _ingress([], ssl_policy=policy))


def test_without_a_policy_a_load_balancer_takes_an_old_one(ask: Ask) -> None:
    assert ask(VERSION, _ingress([], certificate_arn="arn"))
    assert ask(VERSION, _ingress([])) == ()
    assert ask(VERSION, _ingress([], ssl_policy=UNKNOWN))[0].unknown
