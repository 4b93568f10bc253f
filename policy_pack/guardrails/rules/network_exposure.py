"""Nothing is reached from outside but through the edge, where the firewall and TLS are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Finding, Policy, Severity
from guardrails.resources.networking import Service, listed
from guardrails.resources.reading import Unknown
from guardrails.rules._containers import unknown
from guardrails.rules._objects import example
from guardrails.rules._sources import kubernetes_docs, nist_800_190

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
