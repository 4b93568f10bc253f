"""The rooms of observability: a restricted one, and one for the agents, which read the nodes' files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.base import Args, Component
from components.cluster.identity import CREDENTIALS
from components.observability.channels import mail_ports
from components.observability.places import (
    AGENTS_NAMESPACE,
    APPLICATION_PORT,
    COLLECTOR_METRICS,
    GRAFANA_PORT,
    NAMESPACE,
    OTLP_GRPC,
    OTLP_HTTP,
    PROMETHEUS_PORT,
)
from components.sections.observability import Observability
from components.tenancy.room import Direction, Flow, PodSecurity, Room, RoomArgs

if TYPE_CHECKING:
    import pulumi

# The API server, S3, the issuer of sign-ins and the receivers of alerts: all outside of the cluster, none with an
# address that stays.
_HTTPS = Flow(name="https", direction=Direction.EGRESS, ports=(443, 6443))
_KUBELETS = Flow(name="kubelets", direction=Direction.EGRESS, ports=(10250,))
_NAMES = Flow(name="coredns-metrics", direction=Direction.EGRESS, namespaces=("kube-system",), ports=(9153,))

_AGENTS_FLOWS = (
    Flow(name="collector", direction=Direction.EGRESS, namespaces=(NAMESPACE,), ports=(OTLP_GRPC,)),
    Flow(name="metrics", direction=Direction.INGRESS, namespaces=(NAMESPACE,), ports=(COLLECTOR_METRICS,)),
)


class RoomsArgs(Args):
    """What the rooms need to know.

    Attributes:
        stack: the stack's name.
        settings: the section.
        application: namespace of what is measured.
        senders: namespaces of which pods send telemetry.
        askers: namespaces of which pods ask Prometheus.
    """

    stack: str
    settings: Observability
    application: str
    senders: tuple[str, ...]
    askers: tuple[str, ...] = ()


class Rooms(Component):
    """Both rooms.

    Attributes:
        namespace: of all but the agents, known once it is closed.
        agents: namespace of the agents, known once it is closed.
        ready: what their pods wait for.
    """

    TYPE = "cartorio:observability:Rooms"
    namespace: pulumi.Output[str]
    agents: pulumi.Output[str]
    ready: tuple[pulumi.Resource, ...]

    def __init__(self, name: str, args: RoomsArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        room = Room(
            f"{name}-room",
            RoomArgs(stack=args.stack, namespace=NAMESPACE, component="observability", flows=flows(args)),
            self._child(),
        )
        agents = Room(
            f"{name}-agents",
            RoomArgs(
                stack=args.stack,
                namespace=AGENTS_NAMESPACE,
                component="observability",
                # The kubelet keeps the pods' logs in files of the node, which no other level lets a pod see. The agent
                # is all there is in here, and has no capability.
                pod_security=PodSecurity.PRIVILEGED,
                flows=_AGENTS_FLOWS,
                own_traffic=False,
            ),
            self._child(),
        )
        self.namespace, self.agents = room.namespace, agents.namespace
        self.ready = (room, agents)
        self.register_outputs({"namespace": self.namespace, "agents": self.agents})


def flows(args: RoomsArgs) -> tuple[Flow, ...]:
    """What the pods of the restricted room may say to whom, and who may speak to them."""
    found = [
        _HTTPS,
        CREDENTIALS,
        _KUBELETS,
        _NAMES,
        Flow(
            name="application-metrics",
            direction=Direction.EGRESS,
            namespaces=(args.application,),
            ports=(APPLICATION_PORT,),
        ),
        Flow(
            name="agents-metrics",
            direction=Direction.EGRESS,
            namespaces=(AGENTS_NAMESPACE,),
            ports=(COLLECTOR_METRICS,),
        ),
        Flow(
            name="telemetry",
            direction=Direction.INGRESS,
            namespaces=(*args.senders, AGENTS_NAMESPACE),
            ports=(OTLP_GRPC, OTLP_HTTP),
        ),
    ]
    mail = mail_ports(args.settings.alerting)
    if mail:
        found.append(Flow(name="mail", direction=Direction.EGRESS, ports=mail))
    if args.askers:
        found.append(
            Flow(name="questions", direction=Direction.INGRESS, namespaces=args.askers, ports=(PROMETHEUS_PORT,))
        )
    gateway = args.settings.grafana.gateway
    if gateway is not None:
        found.append(
            Flow(name="people", direction=Direction.INGRESS, namespaces=(gateway.namespace,), ports=(GRAFANA_PORT,))
        )
    return tuple(found)
