"""What scales the application and lets new versions of it in: metrics-server, KEDA and Flagger, where they are wanted.

Values: https://github.com/kubernetes-sigs/metrics-server/tree/master/charts, https://github.com/kedacore/charts and
https://github.com/fluxcd/flagger/tree/main/charts.
"""

from __future__ import annotations

from typing import Any

import pulumi
from pydantic import InstanceOf

from components import charts
from components.base import Args, Component
from components.observability.handle import MonitoringHandle
from components.sections.application import Workload
from components.sources import ChartPin, Sources
from components.tenancy.room import APIS, Direction, Flow, Room, RoomArgs
from components.versions import (
    FLAGGER,
    FLAGGER_IMAGE,
    KEDA,
    KEDA_IMAGE_REGISTRY,
    LOAD_TESTER_CHART,
    LOAD_TESTER_IMAGE,
    METRICS_SERVER,
    METRICS_SERVER_IMAGE,
)

FLAGGER_NAMESPACE = "flagger"
LOAD_TESTER = f"http://flagger-loadtester.{FLAGGER_NAMESPACE}/"
_PROMETHEUS_PORT = 9090
_APPLICATION_PORT = 8080
# The API server is outside of every namespace.
_METRICS_SERVER_PORT, _KEDA_PORTS = 10250, (6443, 9443)
_KUBELET_PORT = 10250
_TWO = 2  # pods of each controller: one leads, the other stands by

_RESTRICTED: dict[str, Any] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


class ControllersArgs(Args):
    """What is wanted and from where.

    Attributes:
        stack: the stack's name.
        settings: of the application; they say what is wanted.
        namespace: of the application.
        sources: the mirrors.
        monitoring: where Prometheus is; None without one.
        after: what the pods wait for.
    """

    stack: str
    settings: Workload
    namespace: str
    sources: Sources
    monitoring: InstanceOf[MonitoringHandle] | None = None
    after: tuple[pulumi.Resource, ...] = ()


class Controllers(Component):
    """The controllers, each in a room of its own.

    Attributes:
        ready: what the application waits for: their releases bring the kinds that its chart uses.
        installed: version of each chart, by its name.
    """

    TYPE = "cartorio:workload:Controllers"
    ready: tuple[pulumi.Resource, ...]
    installed: dict[str, str]

    def __init__(self, name: str, args: ControllersArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._args = args
        self.installed = {}
        settings = args.settings
        ready: list[pulumi.Resource] = []
        if settings.metrics_server:
            ready.append(self._metrics_server(name))
        if settings.api.queue is not None or settings.workers.queue is not None:
            ready.append(self._keda(name))
        if settings.canary is not None:
            ready += self._flagger(name)
        self.ready = tuple(ready)
        self.register_outputs({"installed": self.installed})

    def _prometheus(self) -> tuple[Flow, ...]:
        monitoring = self._args.monitoring
        if monitoring is None:
            return ()
        return (
            Flow(
                name="prometheus",
                direction=Direction.EGRESS,
                namespaces=(monitoring.namespace,),
                ports=(_PROMETHEUS_PORT,),
            ),
        )

    def _room(self, name: str, namespace: str, *flows: Flow) -> Room:
        return Room(
            f"{name}-{namespace}-room",
            RoomArgs(stack=self._args.stack, namespace=namespace, component="workload", flows=(APIS, *flows)),
            self._child(),
        )

    def _install(self, name: str, pin: ChartPin, room: Room, values: dict[str, Any]) -> pulumi.Resource:
        self.installed[pin.name] = pin.version
        return charts.install(
            f"{name}-{pin.name}",
            pin,
            sources=self._args.sources,
            release=pin.name,
            namespace=room.namespace,
            values=values,
            opts=self._child(depends_on=[room, *self._args.after]),
        )

    def _metrics_server(self, name: str) -> pulumi.Resource:
        room = self._room(
            name,
            "metrics-server",
            Flow(name="kubelets", direction=Direction.EGRESS, ports=(_KUBELET_PORT,)),
            Flow(name="metrics", direction=Direction.INGRESS, ports=(_METRICS_SERVER_PORT,)),
        )
        image = self._args.sources.repository(METRICS_SERVER_IMAGE)
        return self._install(name, METRICS_SERVER, room, metrics_server_values(image))

    def _keda(self, name: str) -> pulumi.Resource:
        room = self._room(
            name, "keda", Flow(name="webhooks", direction=Direction.INGRESS, ports=_KEDA_PORTS), *self._prometheus()
        )
        registry = self._args.sources.repository(KEDA_IMAGE_REGISTRY)
        return self._install(name, KEDA, room, keda_values(self._args.namespace, registry))

    def _flagger(self, name: str) -> tuple[pulumi.Resource, ...]:
        to_application = Flow(
            name="application",
            direction=Direction.EGRESS,
            namespaces=(self._args.namespace,),
            ports=(_APPLICATION_PORT,),
        )
        room = self._room(name, FLAGGER_NAMESPACE, to_application, *self._prometheus())
        namespace, image = self._args.namespace, self._args.sources.repository
        return (
            self._install(name, FLAGGER, room, flagger_values(namespace, image(FLAGGER_IMAGE))),
            self._install(name, LOAD_TESTER_CHART, room, load_tester_values(namespace, image(LOAD_TESTER_IMAGE))),
        )


def wanted(settings: Workload) -> bool:
    """Whether the application wants any of them."""
    queues = (settings.api.queue, settings.workers.queue)
    return settings.metrics_server or settings.canary is not None or any(queue is not None for queue in queues)


def metrics_server_values(image: str) -> dict[str, Any]:
    """Two of them, apart from each other: without them no autoscaler knows anything."""
    return {
        "image": {"repository": image},
        "replicas": _TWO,
        "podDisruptionBudget": {"enabled": True, "minAvailable": 1},
        "resources": {"requests": {"cpu": "100m", "memory": "200Mi"}, "limits": {"cpu": "500m", "memory": "400Mi"}},
        "topologySpreadConstraints": [_apart({"app.kubernetes.io/name": "metrics-server"})],
    }


def keda_values(namespace: str, registry: str) -> dict[str, Any]:
    """KEDA for one namespace; it reads no Secrets of it: what it asks, Prometheus, wants none.

    Args:
        namespace: of what it scales.
        registry: registry and folder of its images.
    """
    host, _, folder = registry.partition("/")
    apps = {
        "operator": "keda-operator",
        "metricsServer": "keda-operator-metrics-apiserver",
        "webhooks": "keda-admission-webhooks",
    }
    images = {"keda": "keda", "metricsApiServer": "keda-metrics-apiserver", "webhooks": "keda-admission-webhooks"}
    return {
        "watchNamespace": namespace,
        "crds": {"install": True, "additionalAnnotations": {"helm.sh/resource-policy": "keep"}},
        "image": {
            "pullPolicy": "IfNotPresent",
            **{part: {"registry": host, "repository": f"{folder}/{image}"} for part, image in images.items()},
        },
        **{part: {"replicaCount": _TWO} for part in apps},
        "podDisruptionBudget": {
            "operator": {"minAvailable": 1},
            "metricServer": {"minAvailable": 1},
            "webhooks": {"minAvailable": 1},
        },
        "topologySpreadConstraints": {part: [_apart({"app": app})] for part, app in apps.items()},
        "permissions": {"metricServer": {"restrict": {"secret": True}}, "operator": {"restrict": {"secret": True}}},
    }


def flagger_values(namespace: str, image: str) -> dict[str, Any]:
    """Flagger for one namespace; Secrets and ConfigMaps it neither reads nor copies: a new one is a new release."""
    return {
        "image": {"repository": image},
        "namespace": namespace,
        # The label in which the chart's Deployments differ from each other.
        "selectorLabels": "app.kubernetes.io/component",
        "configTracking": {"enabled": False},
        "noCrossNamespaceRefs": True,
        "leaderElection": {"enabled": True, "replicaCount": _TWO},
        "podDisruptionBudget": {"enabled": True, "minAvailable": 1},
        "securityContext": {"enabled": True, "context": {**_RESTRICTED, "runAsUser": 10001}},
        "resources": {"requests": {"cpu": "25m", "memory": "64Mi"}, "limits": {"cpu": "250m", "memory": "256Mi"}},
    }


def load_tester_values(namespace: str, image: str) -> dict[str, Any]:
    """The load tester; it runs commands, so only for canaries of one namespace, and only Flagger's room reaches it."""
    return {
        "image": {"repository": image},
        "fullnameOverride": "flagger-loadtester",
        "cmd": {"timeout": "1h", "namespaceRegexp": f"^{namespace}$"},
        "securityContext": {"enabled": True, "context": {**_RESTRICTED, "runAsUser": 100, "runAsGroup": 101}},
        "resources": {"requests": {"cpu": "25m", "memory": "64Mi"}, "limits": {"cpu": "500m", "memory": "256Mi"}},
    }


def _apart(pods: dict[str, str]) -> dict[str, Any]:
    return {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": pods},
    }
