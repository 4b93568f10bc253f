"""The application: a Helm release of the project's own chart, and the secret that it signs its sessions with."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_random as random
from pulumi_kubernetes import apps, core, helm, meta
from pydantic import InstanceOf

from components.base import Args, Component, Text
from components.labels import labels
from components.observability.handle import MonitoringHandle
from components.release import Images, Release
from components.sections.application import Workload
from components.workload.chart import Chart
from components.workload.drift import set_by_hand
from components.workload.values import render

_NAME = "cartorio"  # of the release; the chart's objects are called after it
_SECRET = "cartorio-session"  # noqa: S105 - a name
_SESSION_KEY_LENGTH = 64
_HISTORY = 5
# The chart's own progress deadline is 300 s; a rolling update of both roles needs at most that, plus the drain.
_TIMEOUT_SECONDS = 600


class ApplicationArgs(Args):
    """What runs, where, from which chart, what measures it, from which networks load balancers call, and after what.

    Attributes:
        stack: the stack's name.
        settings: how many pods of what size, who may call them, how a new version takes over.
        release: what is released.
        images: its images, by digest.
        chart: the chart that it is installed by.
        namespace: where it runs; it exists already.
        monitoring: where Prometheus is; None without one.
        balancers: networks from which load balancers call the API.
        after: what has to stand before it: an argument, as a component's own `depends_on` does not reach its children.
    """

    stack: str
    settings: Workload
    release: Release
    images: Images
    chart: Chart
    namespace: Text
    monitoring: InstanceOf[MonitoringHandle] | None = None
    balancers: tuple[str, ...] = ()
    after: tuple[pulumi.Resource, ...] = ()


class Application(Component):
    """The release.

    Attributes:
        endpoint: where the API is, inside the cluster.
        version: the version that runs.
        drift: what of the running Deployments was set by hand, one text a field; none is as it should be.
    """

    TYPE = "cartorio:workload:Application"
    endpoint: pulumi.Output[str]
    version: pulumi.Output[str]
    drift: pulumi.Output[list[str]]

    def __init__(self, name: str, args: ApplicationArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        secret = self._session_secret(name, args)
        release = helm.v3.Release(
            f"{name}-release",
            name=_NAME,
            namespace=args.namespace,
            chart=args.chart.path,
            values=render(
                args.settings,
                args.release,
                args.images,
                args.chart,
                secret.metadata.name,
                args.monitoring,
                args.balancers,
            ),
            atomic=True,
            cleanup_on_fail=True,
            create_namespace=False,
            max_history=_HISTORY,
            timeout=_TIMEOUT_SECONDS,
            opts=self._child(depends_on=[*args.after, secret]),
        )
        self.endpoint = pulumi.Output.concat(f"http://{_NAME}-api.", args.namespace, ".svc")
        self.version = pulumi.Output.from_input(args.release.version)
        self.drift = self._drift(name, args, release)
        self.register_outputs({"endpoint": self.endpoint, "version": self.version, "drift": self.drift})

    def _drift(self, name: str, args: ApplicationArgs, release: helm.v3.Release) -> pulumi.Output[list[str]]:
        """Read the Deployments back: a release does not look at its objects again, neither on refresh nor on update."""
        found = []
        for role, settings in (("api", args.settings.api), ("workers", args.settings.workers)):
            # The id comes out of the release's status, so that nothing is read before the release is there.
            running = apps.v1.Deployment.get(
                f"{name}-{role}",
                pulumi.Output.concat(release.status.namespace, f"/{_NAME}-{role}"),
                opts=self._child(),
            )
            facts = pulumi.Output.all(
                name=f"{_NAME}-{role}", floor=settings.replicas.min, spec=running.spec, metadata=running.metadata
            )
            found.append(facts.apply(_by_hand))
        return pulumi.Output.all(*found).apply(_told)

    def _session_secret(self, name: str, args: ApplicationArgs) -> core.v1.Secret:
        key = random.RandomPassword(
            f"{name}-session-key", length=_SESSION_KEY_LENGTH, special=False, opts=self._child()
        )
        return core.v1.Secret(
            f"{name}-session",
            metadata=meta.v1.ObjectMetaArgs(
                name=_SECRET, namespace=args.namespace, labels=labels(args.stack, "workload")
            ),
            type="Opaque",
            string_data={"session-key": key.result},
            opts=self._child(depends_on=args.after),
        )


def _by_hand(facts: dict[str, Any]) -> tuple[str, ...]:
    return set_by_hand(facts["name"], facts["floor"], facts)


def _told(parts: list[tuple[str, ...]]) -> list[str]:
    """All of it in one list, and in the diagnostics of every preview until it is put right."""
    found = [text for part in parts for text in part]
    for text in found:
        pulumi.log.warn(f"drift: {text}; put it back, or declare it in the stack's file")
    return found
