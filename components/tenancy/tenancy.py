"""Namespaces as closed rooms: restricted pods, bounded resources, no traffic and no permission but what is listed.

The service accounts and the application's own flows come with its chart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_kubernetes import core, meta, networking, rbac

from components.base import Args, Component
from components.labels import ADMISSION_ENFORCED, ADMISSION_LABEL, labels
from components.sections import tenancy as section
from components.tenancy.access import OPERATE, READ, Rule
from components.versions import POD_SECURITY

if TYPE_CHECKING:
    import pulumi

    from components.sections.base import Quantities

_DNS_NAMESPACE = "kube-system"
_DNS_LABELS = {"k8s-app": "kube-dns"}
_DNS_PORT = 53


class TenancyArgs(Args):
    """The stack's name and the settings."""

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
            namespace = self._namespace(room, settings)
            self._bounds(room, settings, namespace)
            self._network(room, namespace)
            self._access(f"{room}-readers", "cartorio-reader", READ, args.settings.readers, namespace)
            self._access(f"{room}-operators", "cartorio-operator", OPERATE, args.settings.operators, namespace)
            self.namespaces[settings.name] = namespace
        self.register_outputs({"namespaces": self.namespaces})

    def _namespace(self, room: str, settings: section.Namespace) -> pulumi.Output[str]:
        security = {
            f"pod-security.kubernetes.io/{mode}{suffix}": value
            for mode in ("enforce", "audit", "warn")
            for suffix, value in (("", "restricted"), ("-version", POD_SECURITY))
        }
        namespace = core.v1.Namespace(
            f"{room}-namespace",
            metadata=meta.v1.ObjectMetaArgs(
                # Named, not automatic: people, the chart's release and network policies elsewhere rely on it.
                name=settings.name,
                labels={**labels(self._stack, "tenancy"), **security, ADMISSION_LABEL: ADMISSION_ENFORCED},
            ),
            opts=self._child(),
        )
        return namespace.metadata.name

    def _metadata(self, name: str, namespace: pulumi.Output[str]) -> meta.v1.ObjectMetaArgs:
        # Fixed names: one namespace holds one of each, and an interrupted creation is adopted by the next.
        return meta.v1.ObjectMetaArgs(name=name, namespace=namespace, labels=labels(self._stack, "tenancy"))

    def _bounds(self, room: str, settings: section.Namespace, namespace: pulumi.Output[str]) -> None:
        quota, limits = settings.quota, settings.container_limits
        core.v1.ResourceQuota(
            f"{room}-quota",
            metadata=self._metadata("cartorio", namespace),
            spec=core.v1.ResourceQuotaSpecArgs(
                hard={
                    "requests.cpu": quota.requests.cpu,
                    "requests.memory": quota.requests.memory,
                    "limits.cpu": quota.limits.cpu,
                    "limits.memory": quota.limits.memory,
                    "pods": str(quota.pods),
                    # Both would open the namespace to the outside past the ingress.
                    "services.loadbalancers": "0",
                    "services.nodeports": "0",
                }
            ),
            opts=self._child(),
        )
        core.v1.LimitRange(
            f"{room}-limits",
            metadata=self._metadata("cartorio", namespace),
            spec=core.v1.LimitRangeSpecArgs(
                limits=[
                    core.v1.LimitRangeItemArgs(
                        type="Container",
                        default_request=_amounts(limits.default_request),
                        default=_amounts(limits.default_limit),
                        max=_amounts(limits.maximum),
                    )
                ]
            ),
            opts=self._child(),
        )

    def _network(self, room: str, namespace: pulumi.Output[str]) -> None:
        everything = meta.v1.LabelSelectorArgs()
        networking.v1.NetworkPolicy(
            f"{room}-deny",
            metadata=self._metadata("default-deny", namespace),
            spec=networking.v1.NetworkPolicySpecArgs(pod_selector=everything, policy_types=["Ingress", "Egress"]),
            opts=self._child(),
        )
        networking.v1.NetworkPolicy(
            f"{room}-dns",
            metadata=self._metadata("allow-dns", namespace),
            spec=networking.v1.NetworkPolicySpecArgs(
                pod_selector=everything,
                policy_types=["Egress"],
                egress=[
                    networking.v1.NetworkPolicyEgressRuleArgs(
                        to=[
                            networking.v1.NetworkPolicyPeerArgs(
                                namespace_selector=meta.v1.LabelSelectorArgs(
                                    match_labels={"kubernetes.io/metadata.name": _DNS_NAMESPACE}
                                ),
                                pod_selector=meta.v1.LabelSelectorArgs(match_labels=_DNS_LABELS),
                            )
                        ],
                        ports=[
                            networking.v1.NetworkPolicyPortArgs(port=_DNS_PORT, protocol=protocol)
                            for protocol in ("UDP", "TCP")
                        ],
                    )
                ],
            ),
            opts=self._child(),
        )

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


def _amounts(quantities: Quantities) -> dict[str, str]:
    return {"cpu": quantities.cpu, "memory": quantities.memory}
