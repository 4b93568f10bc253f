"""Whatever is reached from outside is reached by TLS, in a version that holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from guardrails.model import RELAXED_LOCALLY, Finding, Policy, Severity
from guardrails.resources.networking import Gateway, Ingress, Service, listed
from guardrails.resources.reading import Unknown
from guardrails.rules._containers import unknown
from guardrails.rules._objects import example
from guardrails.rules._sources import kubernetes_docs, load_balancer_policies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context

# Names of the policies of Elastic Load Balancing that offer nothing below TLS 1.2. Its default, for who names none, is
# ELBSecurityPolicy-2016-08, which takes TLS 1.0.
_STRONG: Final = re.compile(r"ELBSecurityPolicy-(?:TLS13-1-[23]|TLS-1-2|FS-1-2)(?:-[A-Za-z0-9]+)*-20\d\d-\d\d")


def _judge_ingress(ingress: Ingress, _context: Context) -> tuple[Finding, ...]:
    found = []
    secured = list(listed(ingress.secured))
    for host in listed(ingress.hosts):
        if isinstance(host, Unknown):
            # A certificate for every host secures even one that nobody knows yet.
            if "*" not in secured:
                found.append(unknown("spec.rules", "for which hosts the Ingress answers"))
        elif not any(_covers(one, host) for one in secured):
            if any(isinstance(one, Unknown) for one in secured):
                found.append(unknown("spec.tls", "for which hosts there is a certificate"))
            else:
                every = "every host" if host == "*" else host
                found.append(Finding("spec.tls", f"there is no certificate for {every}"))
    if isinstance(ingress.plain, Unknown):
        found.append(unknown("metadata.annotations", "whether the Ingress answers without TLS"))
    elif ingress.plain:
        found.append(Finding("metadata.annotations", "the Ingress answers without TLS, and redirects nobody"))
    return tuple(dict.fromkeys(found))


def _covers(certificate: str | Unknown, host: str) -> bool:
    if isinstance(certificate, Unknown):
        return False
    if certificate in {"*", host}:
        return True
    return certificate.startswith("*.") and host.partition(".")[2] == certificate[2:]


def _judge_gateway(gateway: Gateway, _context: Context) -> tuple[Finding, ...]:
    if isinstance(gateway.listeners, Unknown):
        return (unknown("spec.listeners", "what the Gateway listens to"),)
    return tuple(finding for listener in gateway.listeners for finding in _listener(*listener))


def _listener(path: str, protocol: str | Unknown, mode: str | Unknown | None) -> Iterator[Finding]:
    if isinstance(protocol, Unknown):
        yield unknown(f"{path}.protocol", "what the Gateway listens to")
    elif protocol in {"HTTP", "TCP", "UDP"}:
        yield Finding(f"{path}.protocol", f"the Gateway listens to {protocol}, without TLS")
    elif isinstance(mode, Unknown):
        yield unknown(f"{path}.tls", "whether the listener has a certificate")
    elif mode is None:
        yield Finding(f"{path}.tls", f"the {protocol} listener has no certificate")


def _judge_policy(balanced: Ingress | Service, _context: Context) -> tuple[Finding, ...]:
    name = balanced.tls_policy
    if isinstance(name, Unknown):
        return (unknown("metadata.annotations", "which TLS policy the load balancer negotiates by"),)
    if name is not None and _STRONG.fullmatch(name) is None:
        return (Finding("metadata.annotations", f"the TLS policy {name!r} is not known to keep TLS below 1.2 out"),)
    return ()


_INGRESS: Final = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: api, namespace: cartorio}
spec:
  rules: [{host: api.cartorio.example}]
  tls: [{hosts: [api.cartorio.example], secretName: api-tls}]
"""
_BALANCED: Final = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: api
  namespace: cartorio
  annotations:
    alb.ingress.kubernetes.io/certificate-arn: arn:aws:acm:sa-east-1:123456789012:certificate/api
    alb.ingress.kubernetes.io/ssl-policy: ELBSecurityPolicy-TLS13-1-2-Res-2021-06
spec:
  rules: [{host: api.cartorio.example}]
"""
_GATEWAY: Final = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: cartorio}
spec:
  gatewayClassName: edge
  listeners: [{name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: api-tls}]}}]
"""

POLICIES: Final = (
    Policy(
        id="network/ingress-tls",
        title="Every Ingress has a certificate for each of its hosts",
        severity=Severity.HIGH,
        rationale=(
            "Deeds and identity documents cross networks that others own. Without TLS anybody on the way reads them, "
            "and can answer in the notary's name."
        ),
        resource_types=(Ingress,),
        remediation=(
            "List the host under spec.tls with the certificate's secret, or name an ACM certificate in the annotation "
            "alb.ingress.kubernetes.io/certificate-arn and redirect port 80 with ssl-redirect."
        ),
        since="0.3.0",
        rule=_judge_ingress,
        controls=(kubernetes_docs("v1.36", "Ingress: TLS", "concepts/services-networking/ingress/"),),
        enforcement=RELAXED_LOCALLY,
        passing=example(_INGRESS),
        failing=example(_INGRESS.replace("hosts: [api.", "hosts: [www.")),
    ),
    Policy(
        id="network/gateway-tls",
        title="Every listener of a Gateway ends or passes on TLS",
        severity=Severity.HIGH,
        rationale="A listener without TLS answers whoever forgets the s, in clear text, and keeps no secret.",
        resource_types=(Gateway,),
        remediation="Use protocol HTTPS or TLS with a certificate; redirect port 80 before the Gateway, at the edge.",
        since="0.3.0",
        rule=_judge_gateway,
        controls=(kubernetes_docs("v1.36", "Gateway API", "concepts/services-networking/gateway/"),),
        enforcement=RELAXED_LOCALLY,
        passing=example(_GATEWAY),
        failing=example(_GATEWAY.replace("protocol: HTTPS", "protocol: HTTP")),
    ),
    Policy(
        id="network/tls-version",
        title="No load balancer of the cluster negotiates TLS below 1.2",
        severity=Severity.HIGH,
        rationale="TLS 1.0 and 1.1 were withdrawn (RFC 8996): their weaknesses are known and used.",
        resource_types=(Ingress, Service),
        remediation="Name a policy such as ELBSecurityPolicy-TLS13-1-2-Res-2021-06 in the annotation.",
        since="0.3.0",
        rule=_judge_policy,
        controls=(load_balancer_policies(),),
        passing=example(_BALANCED),
        failing=example(_BALANCED.replace("TLS13-1-2-Res-2021-06", "2016-08")),
    ),
)
