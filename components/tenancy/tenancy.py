"""Namespaces as closed rooms: restricted pods, bounded resources, no traffic and no permission but what is listed.

The service accounts and the application's own flows come with its chart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_kubernetes import meta, rbac

from components.base import Args, Component
from components.labels import labels
from components.sections import tenancy as section
from components.tenancy.access import OPERATE, READ, Rule
from components.tenancy.room import Room, RoomArgs

if TYPE_CHECKING:
    import pulumi


class TenancyArgs(Args):
    """Which namespaces there are, and who may do what in them.

    Attributes:
        stack: the stack's name.
        settings: the namespaces and the groups.
    """

    stack: str
    settings: section.Tenancy


class Tenancy(Component):
    """The namespaces and everything that bounds them.

    Attributes:
        namespaces: names in the cluster, known once the namespace exists; by the name in the settings.
    """

    TYPE = "cartorio:tenancy:Tenancy"
    namespaces: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: TenancyArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._stack = args.stack
        self.namespaces = {}
        for settings in args.settings.namespaces:
            room = f"{name}-{settings.name}"
            namespace = self._room(room, settings)
            self._access(f"{room}-readers", "cartorio-reader", READ, args.settings.readers, namespace)
            self._access(f"{room}-operators", "cartorio-operator", OPERATE, args.settings.operators, namespace)
            self.namespaces[settings.name] = namespace
        self.register_outputs({"namespaces": self.namespaces})

    def _room(self, name: str, settings: section.Namespace) -> pulumi.Output[str]:
        room = Room(
            name,
            RoomArgs(
                stack=self._stack,
                namespace=settings.name,
                component="tenancy",
                quota=settings.quota,
                container_limits=settings.container_limits,
                admission=True,
                own_traffic=False,  # the application's chart lists its flows
            ),
            self._child(),
        )
        return room.namespace

    def _metadata(self, name: str, namespace: pulumi.Output[str]) -> meta.v1.ObjectMetaArgs:
        # Fixed names: one namespace holds one of each, and an interrupted creation is adopted by the next.
        return meta.v1.ObjectMetaArgs(name=name, namespace=namespace, labels=labels(self._stack, "tenancy"))

    def _access(
        self, child: str, role: str, rules: tuple[Rule, ...], groups: tuple[str, ...], namespace: pulumi.Output[str]
    ) -> None:
        created = rbac.v1.Role(
            f"{child}-role",
            metadata=self._metadata(role, namespace),
            rules=[
                rbac.v1.PolicyRuleArgs(api_groups=[rule.group], resources=list(rule.resources), verbs=list(rule.verbs))
                for rule in rules
            ],
            opts=self._child(),
        )
        if not groups:
            return
        rbac.v1.RoleBinding(
            f"{child}-binding",
            metadata=self._metadata(role, namespace),
            role_ref=rbac.v1.RoleRefArgs(
                api_group="rbac.authorization.k8s.io", kind="Role", name=created.metadata.name
            ),
            subjects=[
                rbac.v1.SubjectArgs(api_group="rbac.authorization.k8s.io", kind="Group", name=group) for group in groups
            ],
            opts=self._child(),
        )
