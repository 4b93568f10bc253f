"""What Flux may change in the cluster: a list, not everything.

The controller takes this account's place when it applies a tree
(https://fluxcd.io/flux/components/kustomize/kustomizations/#role-based-access-control). Secrets, workloads, roles and
whatever else is not listed cannot come from the repository, whoever signed it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_kubernetes import core, meta, rbac

from components.base import Args, Component, Text
from components.labels import labels
from components.naming import physical_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

_LOOK = ("get", "list", "watch")
_KEEP = (*_LOOK, "create", "update", "patch", "delete")
_RULES: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    # It closes namespaces that are there, and neither makes nor deletes one. An applied object counts as created.
    ("", ("namespaces",), (*_LOOK, "create", "update", "patch")),
    ("", ("configmaps", "limitranges", "resourcequotas", "serviceaccounts"), _KEEP),
    ("networking.k8s.io", ("networkpolicies",), _KEEP),
    ("scheduling.k8s.io", ("priorityclasses",), _KEEP),
    (
        "admissionregistration.k8s.io",
        ("validatingadmissionpolicies", "validatingadmissionpolicybindings"),
        _KEEP,
    ),
)


class ReconcilerArgs(Args):
    """Whose rights, and where.

    Attributes:
        stack: the stack's name.
        namespace: Flux's.
    """

    stack: str
    namespace: Text


class Reconciler(Component):
    """The account and its rights.

    Attributes:
        account: its name, known once it has them.
    """

    TYPE = "cartorio:gitops:Reconciler"
    account: pulumi.Output[str]

    def __init__(self, name: str, args: ReconcilerArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        marks = labels(args.stack, "gitops")
        # Named: the trees name it, and people look for it in the audit log.
        account = core.v1.ServiceAccount(
            f"{name}-account",
            metadata=meta.v1.ObjectMetaArgs(name="cartorio-reconciler", namespace=args.namespace, labels=marks),
            automount_service_account_token=False,
            opts=self._child(),
        )
        role = rbac.v1.ClusterRole(
            f"{name}-role",
            metadata=meta.v1.ObjectMetaArgs(
                name=physical_name("cartorio", args.stack, "reconciler", limit=253), labels=marks
            ),
            rules=[
                rbac.v1.PolicyRuleArgs(api_groups=[group], resources=list(resources), verbs=list(verbs))
                for group, resources, verbs in _RULES
            ],
            opts=self._child(),
        )
        binding = rbac.v1.ClusterRoleBinding(
            f"{name}-binding",
            metadata=meta.v1.ObjectMetaArgs(name=role.metadata.name, labels=marks),
            role_ref=rbac.v1.RoleRefArgs(
                api_group="rbac.authorization.k8s.io", kind="ClusterRole", name=role.metadata.name
            ),
            subjects=[rbac.v1.SubjectArgs(kind="ServiceAccount", name=account.metadata.name, namespace=args.namespace)],
            opts=self._child(),
        )
        self.account = binding.subjects.apply(_first_name)
        self.register_outputs({"account": self.account})


def _first_name(subjects: Sequence[rbac.v1.outputs.Subject]) -> str:
    return subjects[0].name
