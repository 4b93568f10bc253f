"""Grafana: its administrator's password, its dashboards, its release."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pulumi
import pulumi_random as random
from pulumi_kubernetes import core, meta, rbac

from components import charts
from components.base import Args, Component, Text
from components.labels import labels
from components.observability.dashboards import dashboards
from components.observability.grafana import ADMIN_PASSWORD, ADMIN_USER, DASHBOARD_LABEL, GRAFANA, grafana_values
from components.sections.observability import Observability
from components.sources import Sources
from components.versions import GRAFANA_CHART

if TYPE_CHECKING:
    from components.observability.panels import Dashboard

_ADMIN = "grafana-admin"
_PASSWORD_LENGTH = 40


class ScreensArgs(Args):
    """What Grafana needs.

    Attributes:
        stack: the stack's name.
        settings: the section.
        sources: the mirrors.
        namespace: its own, known once it is closed.
        application: namespace of what the dashboards are about.
        after: what the pods wait for.
    """

    stack: str
    settings: Observability
    sources: Sources
    namespace: Text
    application: str
    after: tuple[pulumi.Resource, ...] = ()


class Screens(Component):
    """Grafana with its dashboards.

    Attributes:
        address: where people call it; inside the cluster where it has no name outside. Known once it runs.
        admin: name of the Secret with the administrator's password.
    """

    TYPE = "cartorio:observability:Screens"
    address: pulumi.Output[str]
    admin: pulumi.Output[str]

    def __init__(self, name: str, args: ScreensArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._args = args
        self._labels = labels(args.stack, "observability")
        settings = args.settings.grafana
        self.admin = (
            self._password(name) if settings.admin_secret is None else pulumi.Output.from_input(settings.admin_secret)
        )
        drawn: list[pulumi.Resource] = [
            self._draw(name, dashboard) for dashboard in dashboards(args.settings.slos, args.application)
        ]
        drawn.append(self._reader(name))
        release = charts.install(
            f"{name}-release",
            GRAFANA_CHART,
            sources=args.sources,
            release=GRAFANA,
            namespace=args.namespace,
            values=grafana_values(settings, admin=self.admin, sources=args.sources),
            opts=self._child(depends_on=[*args.after, *drawn]),
        )
        inside = pulumi.Output.concat(f"http://{GRAFANA}.", release.status["namespace"], ".svc")
        self.address = inside if settings.host is None else pulumi.Output.from_input(f"https://{settings.host}")
        self.register_outputs({"address": self.address, "admin": self.admin})

    def _password(self, name: str) -> pulumi.Output[str]:
        password = random.RandomPassword(f"{name}-password", length=_PASSWORD_LENGTH, special=False, opts=self._child())
        secret = core.v1.Secret(
            f"{name}-admin",
            metadata=meta.v1.ObjectMetaArgs(name=_ADMIN, namespace=self._args.namespace, labels=self._labels),
            type="Opaque",
            string_data={ADMIN_USER: "admin", ADMIN_PASSWORD: password.result},
            opts=self._child(),
        )
        return secret.metadata.name

    def _reader(self, name: str) -> pulumi.Resource:
        """What lets the sidecar find the dashboards, and nothing else."""
        metadata = meta.v1.ObjectMetaArgs(
            name="grafana-dashboards", namespace=self._args.namespace, labels=self._labels
        )
        role = rbac.v1.Role(
            f"{name}-reader",
            metadata=metadata,
            rules=[rbac.v1.PolicyRuleArgs(api_groups=[""], resources=["configmaps"], verbs=["get", "list", "watch"])],
            opts=self._child(),
        )
        return rbac.v1.RoleBinding(
            f"{name}-reads",
            metadata=metadata,
            role_ref=rbac.v1.RoleRefArgs(api_group="rbac.authorization.k8s.io", kind="Role", name=role.metadata.name),
            subjects=[rbac.v1.SubjectArgs(kind="ServiceAccount", name=GRAFANA, namespace=self._args.namespace)],
            opts=self._child(),
        )

    def _draw(self, name: str, dashboard: Dashboard) -> pulumi.Resource:
        return core.v1.ConfigMap(
            f"{name}-{dashboard.uid}",
            metadata=meta.v1.ObjectMetaArgs(
                name=dashboard.uid, namespace=self._args.namespace, labels={**self._labels, **DASHBOARD_LABEL}
            ),
            data={f"{dashboard.uid}.json": json.dumps(dashboard.rendered(), indent=1, sort_keys=True)},
            opts=self._child(),
        )
