"""Which kinds of objects are typed resources beside the objects that they are, and who reads each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.resources import delivery, namespaces, networking, node_classes, rbac, storage, workloads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from guardrails.resources.base import Resource
    from guardrails.resources.kubernetes import KubernetesObject

_RBAC: Final = "rbac.authorization.k8s.io"
_FLUX: Final = "toolkit.fluxcd.io"
_READERS: Final[Mapping[tuple[str, str], tuple[Callable[[KubernetesObject], Resource | None], ...]]] = {
    ("", "Namespace"): (namespaces.namespace,),
    ("", "ResourceQuota"): (namespaces.quota,),
    ("", "LimitRange"): (namespaces.limits,),
    ("", "ServiceAccount"): (namespaces.service_account,),
    ("", "Service"): (networking.service,),
    ("networking.k8s.io", "Ingress"): (networking.ingress,),
    ("networking.k8s.io", "NetworkPolicy"): (networking.network_policy,),
    ("gateway.networking.k8s.io", "Gateway"): (networking.gateway,),
    ("apps", "Deployment"): (workloads.workload,),
    ("apps", "StatefulSet"): (workloads.workload,),
    ("autoscaling", "HorizontalPodAutoscaler"): (workloads.autoscaler,),
    ("keda.sh", "ScaledObject"): (workloads.autoscaler,),
    ("karpenter.k8s.aws", "EC2NodeClass"): (node_classes.node_class,),
    ("elbv2.k8s.aws", "IngressClassParams"): (networking.ingress_class,),
    ("storage.k8s.io", "StorageClass"): (storage.storage_class,),
    ("policy", "PodDisruptionBudget"): (workloads.budget,),
    ("batch", "Job"): (workloads.periodic,),
    ("batch", "CronJob"): (workloads.periodic,),
    (_RBAC, "Role"): (rbac.role,),
    (_RBAC, "ClusterRole"): (rbac.role,),
    (_RBAC, "RoleBinding"): (rbac.binding,),
    (_RBAC, "ClusterRoleBinding"): (rbac.binding,),
    **{(f"source.{_FLUX}", kind): (delivery.source,) for kind in delivery.SOURCES - {"HelmChart"}},
    (f"source.{_FLUX}", "HelmChart"): (delivery.source, delivery.chart_of_flux),
    (f"kustomize.{_FLUX}", "Kustomization"): (delivery.sync,),
    (f"helm.{_FLUX}", "HelmRelease"): (delivery.sync, delivery.chart_of_flux),
}


def typed(found: KubernetesObject) -> Iterator[Resource]:
    """What an object is besides an object; nothing for a kind that no rule looks into.

    Raises:
        MalformedError: a property has another type than the API allows.
    """
    for read in _READERS.get((found.group, found.kind), ()):
        resource = read(found)
        if resource is not None:
            yield resource
