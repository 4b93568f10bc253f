"""Nothing is reached from outside but through the edge, where the firewall and TLS are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import RELAXED_LOCALLY, Finding, Policy, Severity
from guardrails.resources.networking import Ingress, IngressClass, Service, listed
from guardrails.resources.reading import Unknown
from guardrails.rules._containers import unknown
from guardrails.rules._objects import example
from guardrails.rules._sources import fsbp, kubernetes_docs, nist_800_190

if TYPE_CHECKING:
    from guardrails.model import Context


def _judge_node_port(service: Service, _context: Context) -> tuple[Finding, ...]:
    if isinstance(service.type, Unknown):
        return (unknown("spec.type", "how the Service is reached"),)
    if service.type == "NodePort":
        return (Finding("spec.type", "every node answers for this Service on a port of its own"),)
    return ()


def _judge_load_balancer(service: Service, _context: Context) -> tuple[Finding, ...]:
    if service.type != "LoadBalancer":  # one that is not known is network/no-node-port's to report
        return ()
    if isinstance(service.scheme, Unknown):
        return (unknown("metadata.annotations", "whether the load balancer is public"),)
    if service.scheme != "internal":
        return (Finding("spec.type", "the Service gets a load balancer that the whole world reaches"),)
    return ()


def _judge_external_ips(service: Service, _context: Context) -> tuple[Finding, ...]:
    return tuple(
        unknown("spec.externalIPs", "which addresses' traffic the Service takes")
        if isinstance(address, Unknown)
        else Finding("spec.externalIPs", f"the Service takes the traffic of {address}")
        for address in listed(service.external_ips)
    )


def _judge_firewall(way_in: Ingress | IngressClass, _context: Context) -> tuple[Finding, ...]:
    path = "metadata.annotations" if isinstance(way_in, Ingress) else "spec"
    if way_in.firewall is True or way_in.scheme not in {_PUBLIC, Unknown.UNKNOWN}:
        return ()
    if isinstance(way_in.scheme, Unknown):
        return (unknown(path, "whether the load balancer is public"),)
    if isinstance(way_in.firewall, Unknown):
        return (unknown(path, "whether a firewall stands before the public load balancer"),)
    return (Finding(path, "its load balancer is public, and no firewall stands before it"),)


_PUBLIC: Final = "internet-facing"
_SERVICE: Final = """\
apiVersion: v1
kind: Service
metadata: {name: api, namespace: cartorio}
spec: {type: ClusterIP, selector: {app: api}, ports: [{port: 80}]}
"""
_INTERNAL: Final = """\
apiVersion: v1
kind: Service
metadata:
  name: api
  namespace: cartorio
  annotations: {service.beta.kubernetes.io/aws-load-balancer-scheme: internal}
spec: {type: LoadBalancer, selector: {app: api}, ports: [{port: 443}]}
"""
_FIREWALL: Final = (
    "alb.ingress.kubernetes.io/wafv2-acl-arn: arn:aws:wafv2:sa-east-1:444455556666:regional/webacl/edge/1"
)
_PUBLIC_INGRESS: Final = f"""\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: api
  namespace: cartorio
  annotations:
    alb.ingress.kubernetes.io/scheme: {_PUBLIC}
    {_FIREWALL}
spec:
  rules: [{{host: api.cartorio.example}}]
  tls: [{{hosts: [api.cartorio.example], secretName: api-tls}}]
"""
_PAGE: Final = kubernetes_docs("v1.36", "Service", "concepts/services-networking/service/")

POLICIES: Final = (
    Policy(
        id="network/no-node-port",
        title="No Service opens a port on every node",
        severity=Severity.HIGH,
        rationale=(
            "A node port is a door in every node's firewall, past the ingress, its certificates and its web "
            "application firewall."
        ),
        resource_types=(Service,),
        remediation="Make the Service ClusterIP and reach it through the edge.",
        since="0.3.0",
        rule=_judge_node_port,
        controls=(_PAGE, nist_800_190("4.3")),
        passing=example(_SERVICE),
        failing=example(_SERVICE.replace("ClusterIP", "NodePort")),
    ),
    Policy(
        id="network/no-public-load-balancer",
        title="No Service has a public load balancer of its own",
        severity=Severity.HIGH,
        rationale=(
            "The edge is the one way in: it has the firewall, the certificate and the log. A Service of type "
            "LoadBalancer is public unless it says otherwise, and is a second way in."
        ),
        resource_types=(Service,),
        remediation=(
            "Make the Service ClusterIP and reach it through the edge; for callers in the network, annotate it with "
            "service.beta.kubernetes.io/aws-load-balancer-scheme: internal."
        ),
        since="0.3.0",
        rule=_judge_load_balancer,
        controls=(_PAGE, nist_800_190("4.3")),
        passing=example(_INTERNAL),
        failing=example(_INTERNAL.replace("scheme: internal", "scheme: internet-facing")),
    ),
    Policy(
        id="network/ingress-firewall",
        title="Before every public Ingress stands a firewall",
        severity=Severity.HIGH,
        rationale=(
            "A way in that the load balancer controller makes is on the internet without the edge's firewall, and is "
            "the one that is tried."
        ),
        resource_types=(Ingress, IngressClass),
        remediation=(
            "Name the firewall in the annotation alb.ingress.kubernetes.io/wafv2-acl-arn (a class, in wafv2AclArn), or "
            "make the load balancer internal."
        ),
        since="0.3.0",
        rule=_judge_firewall,
        controls=(fsbp("ELB.16"),),
        enforcement=RELAXED_LOCALLY,
        passing=example(_PUBLIC_INGRESS),
        failing=example(_PUBLIC_INGRESS.replace(f"    {_FIREWALL}\n", "")),
    ),
    Policy(
        id="network/no-external-ips",
        title="No Service takes the traffic of addresses that it names itself",
        severity=Severity.HIGH,
        rationale=(
            "Whoever may create a Service can name any address in externalIPs, and the cluster's nodes hand over what "
            "was meant for that (CVE-2020-8554)."
        ),
        resource_types=(Service,),
        remediation="Leave externalIPs out.",
        since="0.3.0",
        rule=_judge_external_ips,
        controls=(_PAGE,),
        passing=example(_SERVICE),
        failing=example(_SERVICE.replace("ports:", "externalIPs: [203.0.113.7], ports:")),
    ),
)
