"""A namespace as a closed room: judged pods, bounded resources, no traffic but what is listed."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from pulumi_kubernetes import core, meta, networking

from components.base import Args, Component
from components.labels import ADMISSION_ENFORCED, ADMISSION_LABEL, labels
from components.sections.tenancy import ContainerLimits, Quota
from components.versions import POD_SECURITY

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

    from components.sections.base import Quantities

_NAMESPACE_NAME = "kubernetes.io/metadata.name"
_DNS_NAMESPACE = "kube-system"
_DNS_LABELS = {"k8s-app": "kube-dns"}
_DNS_PORT = 53
# A controller's room: its chart says how many pods there are, and what they need. This is what a controller gone wrong
# makes at most (an agent has one on each node), what a container gets that asks for nothing, and what none needs. The
# most is also the default limit, as the API server would have it: a small one could kill what a chart left unlimited.
_CONTROLLER_PODS = 500
_CONTROLLER_REQUEST = {"cpu": "50m", "memory": "64Mi"}
_CONTROLLER_MAXIMUM = {"cpu": "16", "memory": "64Gi"}


class PodSecurity(StrEnum):
    """Levels of https://kubernetes.io/docs/concepts/security/pod-security-standards/."""

    RESTRICTED = "restricted"
    BASELINE = "baseline"
    PRIVILEGED = "privileged"


class Direction(StrEnum):
    """Which way a flow goes, as seen from the room."""

    INGRESS = "ingress"
    EGRESS = "egress"


class Flow(Args):
    """Traffic that every pod of a room may have.

    Attributes:
        name: of the network policy, after `allow-`.
        direction: into the room or out of it.
        namespaces: whose pods are at the other end.
        cidrs: networks at the other end. Neither these nor namespaces: anywhere.
        ports: TCP ports; none: all of them.
    """

    name: str
    direction: Direction
    namespaces: tuple[str, ...] = ()
    cidrs: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()


APIS = Flow(name="apis", direction=Direction.EGRESS, ports=(443, 6443))
"""The cluster's API server, and the APIs of AWS: no policy knows their addresses."""


class RoomArgs(Args):
    """What a room is like.

    Attributes:
        stack: the stack's name.
        namespace: its name in the cluster. Named, not automatic: people, releases and policies elsewhere rely on it.
        component: what it belongs to, for its labels.
        quota: what all pods may ask for together; None for controllers, of which only the number is bounded.
        container_limits: defaults and bounds of one container; None for controllers, whose charts say what they need.
        pod_security: level that pods are held to.
        admission: whether the cluster's admission policy judges its images.
        flows: traffic besides DNS and that between its own pods.
        own_traffic: whether its pods may speak to each other.
    """

    stack: str
    namespace: str
    component: str
    quota: Quota | None = None
    container_limits: ContainerLimits | None = None
    pod_security: PodSecurity = PodSecurity.RESTRICTED
    admission: bool = False
    flows: tuple[Flow, ...] = ()
    own_traffic: bool = True


class Room(Component):
    """The namespace and what bounds it.

    Attributes:
        namespace: its name, known once it exists.
    """

    TYPE = "cartorio:tenancy:Room"
    namespace: pulumi.Output[str]

    def __init__(self, name: str, args: RoomArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._args = args
        self.namespace = self._namespace(name)
        self._quota(name, args.quota)
        self._limits(name, args.container_limits)
        self._policy(name, "deny", "default-deny", ("Ingress", "Egress"))
        self._policy(name, "dns", "allow-dns", ("Egress",), egress=_dns())
        if args.own_traffic:
            own = [networking.v1.NetworkPolicyPeerArgs(pod_selector=meta.v1.LabelSelectorArgs())]
            self._policy(
                name,
                "own",
                "allow-own",
                ("Ingress", "Egress"),
                ingress=[networking.v1.NetworkPolicyIngressRuleArgs(from_=own)],
                egress=[networking.v1.NetworkPolicyEgressRuleArgs(to=own)],
            )
        for flow in args.flows:
            self._flow(name, flow)
        self.register_outputs({"namespace": self.namespace})

    def _namespace(self, name: str) -> pulumi.Output[str]:
        args = self._args
        security = {
            f"pod-security.kubernetes.io/{mode}{suffix}": value
            for mode in ("enforce", "audit", "warn")
            for suffix, value in (("", args.pod_security.value), ("-version", POD_SECURITY))
        }
        admission = {ADMISSION_LABEL: ADMISSION_ENFORCED} if args.admission else {}
        created = core.v1.Namespace(
            f"{name}-namespace",
            metadata=meta.v1.ObjectMetaArgs(
                name=args.namespace, labels={**labels(args.stack, args.component), **security, **admission}
            ),
            opts=self._child(),
        )
        return created.metadata.name

    def _metadata(self, name: str) -> meta.v1.ObjectMetaArgs:
        # Fixed names: one namespace holds one of each, and an interrupted creation is adopted by the next.
        return meta.v1.ObjectMetaArgs(
            name=name, namespace=self.namespace, labels=labels(self._args.stack, self._args.component)
        )

    def _quota(self, name: str, quota: Quota | None) -> None:
        hard = {"pods": str(_CONTROLLER_PODS if quota is None else quota.pods)}
        if quota is not None:
            hard |= {
                "requests.cpu": quota.requests.cpu,
                "requests.memory": quota.requests.memory,
                "limits.cpu": quota.limits.cpu,
                "limits.memory": quota.limits.memory,
            }
        # Both would open the namespace to the outside past the ingress.
        hard |= {"services.loadbalancers": "0", "services.nodeports": "0"}
        core.v1.ResourceQuota(
            f"{name}-quota",
            metadata=self._metadata("cartorio"),
            spec=core.v1.ResourceQuotaSpecArgs(hard=hard),
            opts=self._child(),
        )

    def _limits(self, name: str, limits: ContainerLimits | None) -> None:
        if limits is None:
            item = core.v1.LimitRangeItemArgs(
                type="Container",
                default_request=_CONTROLLER_REQUEST,
                default=_CONTROLLER_MAXIMUM,
                max=_CONTROLLER_MAXIMUM,
            )
        else:
            item = core.v1.LimitRangeItemArgs(
                type="Container",
                default_request=_amounts(limits.default_request),
                default=_amounts(limits.default_limit),
                max=_amounts(limits.maximum),
            )
        core.v1.LimitRange(
            f"{name}-limits",
            metadata=self._metadata("cartorio"),
            spec=core.v1.LimitRangeSpecArgs(limits=[item]),
            opts=self._child(),
        )

    def _flow(self, name: str, flow: Flow) -> None:
        peers = [
            *(
                networking.v1.NetworkPolicyPeerArgs(
                    namespace_selector=meta.v1.LabelSelectorArgs(match_labels={_NAMESPACE_NAME: namespace})
                )
                for namespace in flow.namespaces
            ),
            *(
                networking.v1.NetworkPolicyPeerArgs(ip_block=networking.v1.IPBlockArgs(cidr=cidr))
                for cidr in flow.cidrs
            ),
        ]
        ports = [networking.v1.NetworkPolicyPortArgs(port=port, protocol="TCP") for port in flow.ports] or None
        if flow.direction is Direction.INGRESS:
            rule_in = networking.v1.NetworkPolicyIngressRuleArgs(from_=peers or None, ports=ports)
            self._policy(name, flow.name, f"allow-{flow.name}", ("Ingress",), ingress=[rule_in])
        else:
            rule_out = networking.v1.NetworkPolicyEgressRuleArgs(to=peers or None, ports=ports)
            self._policy(name, flow.name, f"allow-{flow.name}", ("Egress",), egress=[rule_out])

    def _policy(
        self,
        name: str,
        role: str,
        policy: str,
        types: Sequence[str],
        *,
        ingress: Sequence[networking.v1.NetworkPolicyIngressRuleArgs] | None = None,
        egress: Sequence[networking.v1.NetworkPolicyEgressRuleArgs] | None = None,
    ) -> None:
        networking.v1.NetworkPolicy(
            f"{name}-{role}",
            metadata=self._metadata(policy),
            spec=networking.v1.NetworkPolicySpecArgs(
                pod_selector=meta.v1.LabelSelectorArgs(),
                policy_types=list(types),
                ingress=list(ingress) if ingress else None,
                egress=list(egress) if egress else None,
            ),
            opts=self._child(),
        )


def _dns() -> list[networking.v1.NetworkPolicyEgressRuleArgs]:
    return [
        networking.v1.NetworkPolicyEgressRuleArgs(
            to=[
                networking.v1.NetworkPolicyPeerArgs(
                    namespace_selector=meta.v1.LabelSelectorArgs(match_labels={_NAMESPACE_NAME: _DNS_NAMESPACE}),
                    pod_selector=meta.v1.LabelSelectorArgs(match_labels=_DNS_LABELS),
                )
            ],
            ports=[
                networking.v1.NetworkPolicyPortArgs(port=_DNS_PORT, protocol=protocol) for protocol in ("UDP", "TCP")
            ],
        )
    ]


def _amounts(quantities: Quantities) -> dict[str, str]:
    return {"cpu": quantities.cpu, "memory": quantities.memory}
