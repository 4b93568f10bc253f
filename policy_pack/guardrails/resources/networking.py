"""What lets traffic in, out and through: Services, Ingresses, Gateways, NetworkPolicies.

Source of the shapes: https://kubernetes.io/docs/reference/kubernetes-api/service-resources/ (API v1.36), the Gateway
API 1.6 (https://gateway-api.sigs.k8s.io/reference/spec/), and the AWS load balancer controller's annotations
(https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from guardrails.resources import reading
from guardrails.resources.located import Located, metadata, place
from guardrails.resources.reading import Unknown
from guardrails.resources.selectors import Selector, selector

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from guardrails.resources.kubernetes import KubernetesObject

_ALB = "alb.ingress.kubernetes.io/"
_NLB = "service.beta.kubernetes.io/aws-load-balancer-"
_DEFAULT_POLICY = "ELBSecurityPolicy-2016-08"  # Elastic Load Balancing's, for a listener with a certificate


@dataclass(frozen=True, slots=True)
class Service(Located):
    """A Service.

    Args:
        type: None for the default, ClusterIP.
        external_ips: addresses whose traffic it takes.
        scheme: what its annotations say of a load balancer: `internal`, `internet-facing`, or None.
        tls_policy: the name of the TLS policy that its load balancer negotiates by.
    """

    label: ClassVar[str] = "Service"

    type: str | Unknown | None
    external_ips: tuple[str | Unknown, ...] | Unknown
    scheme: str | Unknown | None
    tls_policy: str | Unknown | None


@dataclass(frozen=True, slots=True)
class Ingress(Located):
    """An Ingress.

    Args:
        hosts: of its rules; `*` for a rule or a default backend that is for every host.
        secured: hosts that it has a certificate for; `*` where the load balancer has one for all.
        plain: whether it also answers without TLS, other than by a redirect; only a load balancer's annotations say so.
        tls_policy: the name of the TLS policy that its load balancer negotiates by.
        scheme: what its annotations say of a load balancer: `internal`, `internet-facing`, or None.
        firewall: whether its annotations name a web application firewall.
    """

    label: ClassVar[str] = "Ingress"

    hosts: tuple[str | Unknown, ...] | Unknown
    secured: tuple[str | Unknown, ...] | Unknown
    plain: bool | Unknown
    tls_policy: str | Unknown | None
    scheme: str | Unknown | None
    firewall: bool | Unknown


@dataclass(frozen=True, slots=True)
class IngressClass(Located):
    """IngressClassParams of AWS's load balancer controller: what every Ingress of a class has, whatever it says.

    Args:
        scheme: `internal`, `internet-facing`, or None where each Ingress says so itself.
        firewall: whether a web application firewall is named.
    """

    label: ClassVar[str] = "IngressClassParams"

    scheme: str | Unknown | None
    firewall: bool | Unknown


@dataclass(frozen=True, slots=True)
class Gateway(Located):
    """A Gateway: for each listener its place, its protocol and how it ends TLS (None without TLS)."""

    label: ClassVar[str] = "Gateway"

    listeners: tuple[tuple[str, str | Unknown, str | Unknown | None], ...] | Unknown


@dataclass(frozen=True, slots=True)
class NetworkPolicy(Located):
    """A NetworkPolicy.

    Args:
        pods: those it is about; None for none at all (the API takes no such policy).
        directions: `Ingress` and `Egress`, those it says something about.
        allows: whether it lets anything through.
        open: the places of rules that let everybody, or everything, through; an unknown is beside the place of one that
            may.
    """

    label: ClassVar[str] = "NetworkPolicy"

    pods: Selector | Unknown | None
    directions: tuple[str | Unknown, ...] | Unknown
    allows: bool | Unknown
    open: tuple[tuple[str, bool | Unknown], ...]


def service(found: KubernetesObject) -> Service:
    """Read a Service."""
    spec, notes = reading.mapping(found.properties, "spec", ""), metadata(found, "annotations")
    scheme, policy = _note(notes, f"{_NLB}scheme"), _note(notes, f"{_NLB}ssl-negotiation-policy")
    if policy is None and _note(notes, f"{_NLB}ssl-cert") is not None:
        policy = _DEFAULT_POLICY
    if scheme is None and _note(notes, f"{_NLB}internal") == "true":
        scheme = "internal"
    if isinstance(spec, Unknown):
        return Service(**place(found), type=spec, external_ips=spec, scheme=scheme, tls_policy=policy)
    return Service(
        **place(found),
        type=reading.text(spec, "type", "spec"),
        external_ips=reading.texts(spec, "externalIPs", "spec"),
        scheme=scheme,
        tls_policy=policy,
    )


def ingress(found: KubernetesObject) -> Ingress:
    """Read an Ingress."""
    spec, notes = reading.mapping(found.properties, "spec", ""), metadata(found, "annotations")
    certificate, redirect = _note(notes, f"{_ALB}certificate-arn"), _note(notes, f"{_ALB}ssl-redirect")
    ports = _note(notes, f"{_ALB}listen-ports")
    plain: bool | Unknown
    if isinstance(notes, Unknown) or isinstance(ports, Unknown) or isinstance(redirect, Unknown):
        plain = reading.UNKNOWN
    else:
        plain = redirect is None and ports is not None and _listens_plainly(ports)
    hosts: tuple[str | Unknown, ...] | Unknown = reading.UNKNOWN
    secured: tuple[str | Unknown, ...] | Unknown = reading.UNKNOWN
    if not isinstance(spec, Unknown):
        hosts = _hosts(spec)
        secured = _certificates(spec)
        if certificate is not None and not isinstance(secured, Unknown):
            secured = (*secured, "*")
    policy = _note(notes, f"{_ALB}ssl-policy")
    if policy is None and certificate is not None:
        policy = _DEFAULT_POLICY
    return Ingress(
        **place(found),
        hosts=hosts,
        secured=secured,
        plain=plain,
        tls_policy=policy,
        scheme=_note(notes, f"{_ALB}scheme"),
        firewall=_either(_note(notes, f"{_ALB}wafv2-acl-arn"), _note(notes, f"{_ALB}wafv2-acl-name")),
    )


def ingress_class(found: KubernetesObject) -> IngressClass:
    """Read the parameters of a class of Ingresses."""
    spec = reading.mapping(found.properties, "spec", "")
    if isinstance(spec, Unknown):
        return IngressClass(**place(found), scheme=spec, firewall=spec)
    return IngressClass(
        **place(found),
        scheme=reading.text(spec, "scheme", "spec"),
        firewall=_either(reading.text(spec, "wafv2AclArn", "spec"), reading.text(spec, "wafv2AclName", "spec")),
    )


def gateway(found: KubernetesObject) -> Gateway:
    """Read a Gateway of the Gateway API."""
    spec = reading.mapping(found.properties, "spec", "")
    members = spec if isinstance(spec, Unknown) else reading.sequence(spec, "listeners", "spec")
    if isinstance(members, Unknown):
        return Gateway(**place(found), listeners=members)
    return Gateway(
        **place(found), listeners=tuple(_listener(member, f"spec.listeners[{n}]") for n, member in enumerate(members))
    )


def network_policy(found: KubernetesObject) -> NetworkPolicy:
    """Read a NetworkPolicy."""
    spec = reading.mapping(found.properties, "spec", "")
    if isinstance(spec, Unknown):
        return NetworkPolicy(**place(found), pods=spec, directions=spec, allows=spec, open=(("spec", spec),))
    rules = [reading.sequence(spec, key, "spec") for key in ("ingress", "egress")]
    directions = reading.texts(spec, "policyTypes", "spec")
    if directions == ():
        # Without types it is about ingress, and about egress where it has such rules.
        directions = ("Ingress", "Egress") if rules[1] else ("Ingress",)
    known = [rule for rule in rules if not isinstance(rule, Unknown)]
    allows: bool | Unknown = any(known)
    if not allows and len(known) < len(rules):
        allows = reading.UNKNOWN
    return NetworkPolicy(
        **place(found),
        pods=selector(spec, "podSelector", "spec"),
        directions=directions,
        allows=allows,
        open=(*_open(spec, "ingress", "from"), *_open(spec, "egress", "to")),
    )


def _open(spec: Mapping[str, Any], direction: str, peers: str) -> Iterator[tuple[str, bool | Unknown]]:
    """The rules that name no port, and nobody, or everybody."""
    rules, at = reading.sequence(spec, direction, "spec"), f"spec.{direction}"
    if isinstance(rules, Unknown):
        yield at, rules
        return
    for index, rule in enumerate(rules):
        where = f"{at}[{index}]"
        if isinstance(rule, Unknown):
            yield where, rule
            continue
        raw = reading.as_mapping(rule, where)
        ports, others = reading.sequence(raw, "ports", where), reading.sequence(raw, peers, where)
        if ports and not isinstance(ports, Unknown):
            continue  # who is asked for one port answers there only
        unknown = isinstance(ports, Unknown) or isinstance(others, Unknown)
        if isinstance(others, Unknown) or not others:
            yield where, reading.UNKNOWN if unknown else True
            continue
        verdicts = [_everybody(peer, f"{where}.{peers}[{n}]") for n, peer in enumerate(others)]
        if any(verdict is True for verdict in verdicts):
            yield where, reading.UNKNOWN if unknown else True
        elif any(isinstance(verdict, Unknown) for verdict in verdicts):
            yield where, reading.UNKNOWN


def _everybody(peer: object, path: str) -> bool | Unknown:
    """Whether a peer is every address, or every pod of the cluster."""
    if isinstance(peer, Unknown):
        return peer
    raw = reading.as_mapping(peer, path)
    block = reading.mapping(raw, "ipBlock", path)
    if isinstance(block, Unknown):
        return block
    if block:
        cidr = reading.text(block, "cidr", f"{path}.ipBlock")
        return cidr if isinstance(cidr, Unknown) else (cidr or "").endswith("/0")
    namespaces = selector(raw, "namespaceSelector", path)
    if namespaces is None or raw.get("podSelector") is not None:
        return False
    return namespaces if isinstance(namespaces, Unknown) else namespaces.everything


def _either(*values: str | Unknown | None) -> bool | Unknown:
    """Whether one of some texts is there."""
    if any(isinstance(value, str) and value for value in values):
        return True
    return reading.UNKNOWN if any(isinstance(value, Unknown) for value in values) else False


def _note(notes: Mapping[str, Any] | Unknown, key: str) -> str | Unknown | None:
    return notes if isinstance(notes, Unknown) else reading.text(notes, key, "metadata.annotations")


def _listens_plainly(ports: str) -> bool:
    # `[{"HTTP": 80}, {"HTTPS": 443}]`
    try:
        listed = json.loads(ports)
    except ValueError:
        return True
    return not isinstance(listed, list) or any(not isinstance(one, dict) or "HTTP" in one for one in listed)


def _hosts(spec: Mapping[str, Any]) -> tuple[str | Unknown, ...] | Unknown:
    rules = reading.sequence(spec, "rules", "spec")
    if isinstance(rules, Unknown):
        return rules
    hosts: list[str | Unknown] = ["*"] if spec.get("defaultBackend") is not None else []
    for index, rule in enumerate(rules):
        where = f"spec.rules[{index}]"
        if isinstance(rule, Unknown):
            hosts.append(rule)
        else:
            hosts.append(reading.text(reading.as_mapping(rule, where), "host", where) or "*")
    return tuple(hosts)


def _certificates(spec: Mapping[str, Any]) -> tuple[str | Unknown, ...] | Unknown:
    members = reading.sequence(spec, "tls", "spec")
    if isinstance(members, Unknown):
        return members
    secured: list[str | Unknown] = []
    for index, member in enumerate(members):
        where = f"spec.tls[{index}]"
        if isinstance(member, Unknown):
            return member
        hosts = reading.texts(reading.as_mapping(member, where), "hosts", where)
        if isinstance(hosts, Unknown):
            return hosts
        secured.extend(hosts or ("*",))
    return tuple(secured)


def _listener(member: object, path: str) -> tuple[str, str | Unknown, str | Unknown | None]:
    if isinstance(member, Unknown):
        return path, member, member
    raw = reading.as_mapping(member, path)
    tls = reading.mapping(raw, "tls", path)
    protocol = reading.text(raw, "protocol", path) or ""
    if isinstance(tls, Unknown):
        return path, protocol, tls
    return path, protocol, (reading.text(tls, "mode", f"{path}.tls") or "Terminate") if tls else None


def listed(values: tuple[str | Unknown, ...] | Unknown) -> Iterator[str | Unknown]:
    """Each value, or the one unknown."""
    if isinstance(values, Unknown):
        yield values
    else:
        yield from values
