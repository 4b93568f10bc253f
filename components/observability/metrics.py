"""Values of kube-prometheus-stack: Prometheus, Alertmanager, the operator of both, kube-state-metrics.

https://github.com/prometheus-community/helm-charts/blob/main/charts/kube-prometheus-stack/values.yaml

There is no node-exporter: it wants the host's network, processes and files. What is asked of nodes, the kubelet and
kube-state-metrics tell too: conditions, what is allocatable, what containers and volumes use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.observability.channels import configuration, secrets
from components.observability.handle import MONITORED
from components.observability.places import MONITORING, apart, claim, image
from components.values import memory_bytes

if TYPE_CHECKING:
    from components.sections.observability import Alerting, Metrics, Observability
    from components.sources import Sources

_MEBI = 2**20
_QUAY = "quay.io"
_SMALL = {"requests": {"cpu": "25m", "memory": "64Mi"}, "limits": {"cpu": "250m", "memory": "256Mi"}}
# What rules and dashboards ask of; Secrets and ConfigMaps are nobody's business.
_WATCHED = (
    "daemonsets",
    "deployments",
    "horizontalpodautoscalers",
    "jobs",
    "namespaces",
    "nodes",
    "persistentvolumeclaims",
    "poddisruptionbudgets",
    "pods",
    "replicasets",
    "resourcequotas",
    "statefulsets",
)


def stack_values(settings: Observability, stack: str, sources: Sources) -> dict[str, Any]:
    """All of them.

    Args:
        settings: the section.
        stack: its name becomes a label of every alert.
        sources: the mirrors.
    """
    labels = {"additionalLabels": MONITORED}
    return {
        "fullnameOverride": MONITORING,
        "crds": {"enabled": True},
        "defaultRules": {"create": False},
        "grafana": {"enabled": False},
        "nodeExporter": {"enabled": False},
        # EKS runs these where nobody can ask them; the proxies listen on the nodes' loopback only.
        **{part: {"enabled": False} for part in ("kubeControllerManager", "kubeScheduler", "kubeEtcd", "kubeProxy")},
        "kubeApiServer": {"serviceMonitor": labels},
        "coreDns": {"serviceMonitor": labels},
        "kubelet": {"serviceMonitor": {**labels, "cAdvisorInterval": "30s"}},
        "kube-state-metrics": _state(sources),
        "prometheusOperator": _operator(sources),
        "prometheus": {
            "serviceMonitor": labels,
            "podDisruptionBudget": {"enabled": settings.metrics.replicas > 1, "minAvailable": 1},
            "prometheusSpec": _prometheus(settings.metrics, settings.storage_class, stack, sources),
        },
        "alertmanager": {
            "serviceMonitor": labels,
            "podDisruptionBudget": {"enabled": settings.alerting.replicas > 1, "minAvailable": 1},
            "config": configuration(settings.alerting),
            "alertmanagerSpec": _alertmanager(settings.alerting, settings.storage_class, sources),
        },
    }


def _operator(sources: Sources) -> dict[str, Any]:
    return {
        "image": image(sources, _QUAY, "prometheus-operator/prometheus-operator"),
        # Its webhook would make the API server depend on a pod; what it would refuse, the tests refuse.
        "admissionWebhooks": {"enabled": False},
        "tls": {"enabled": False},
        "resources": _SMALL,
        "serviceMonitor": {"additionalLabels": MONITORED},
        "prometheusConfigReloader": {
            "image": image(sources, _QUAY, "prometheus-operator/prometheus-config-reloader"),
            "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"cpu": "100m", "memory": "64Mi"}},
        },
    }


def _state(sources: Sources) -> dict[str, Any]:
    return {
        "image": image(sources, "registry.k8s.io", "kube-state-metrics/kube-state-metrics"),
        "collectors": list(_WATCHED),
        # The versions of what runs: they mark the deployments.
        "metricLabelsAllowlist": ["deployments=[app.kubernetes.io/version,app.kubernetes.io/component]"],
        "resources": _SMALL,
        "prometheus": {"monitor": {"enabled": True, "additionalLabels": MONITORED}},
    }


def _selected() -> dict[str, Any]:
    """What is read: all that has the label, wherever it is."""
    selectors: dict[str, Any] = {}
    for kind in ("rule", "serviceMonitor", "podMonitor", "probe", "scrapeConfig"):
        selectors[f"{kind}SelectorNilUsesHelmValues"] = False
        selectors[f"{kind}Selector"] = {"matchLabels": MONITORED}
        selectors[f"{kind}NamespaceSelector"] = {}
    return selectors


def _prometheus(settings: Metrics, storage_class: str | None, stack: str, sources: Sources) -> dict[str, Any]:
    used = memory_bytes(settings.storage) * 4 // 5 // _MEBI
    return {
        **_selected(),
        "image": image(sources, _QUAY, "prometheus/prometheus"),
        "replicas": settings.replicas,
        "retention": f"{settings.retention_days}d",
        "retentionSize": f"{used}MiB",
        "storageSpec": claim(settings.storage, storage_class),
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
        "resources": settings.resources.model_dump(),
        "scrapeInterval": "30s",
        "evaluationInterval": "30s",
        "externalLabels": {"stack": stack},
        # For metrics that the collector gets by OTLP; it writes to every replica.
        "enableOTLPReceiver": True,
        "enableAdminAPI": False,
        # A label full of identifiers would fill the memory: such a target is refused and told of by TargetDown.
        "enforcedSampleLimit": 100_000,
        "enforcedLabelValueLengthLimit": 1024,
        "podAntiAffinity": "hard" if settings.replicas > 1 else "soft",
        "topologySpreadConstraints": apart({"app.kubernetes.io/name": "prometheus"}),
    }


def _alertmanager(settings: Alerting, storage_class: str | None, sources: Sources) -> dict[str, Any]:
    return {
        "image": image(sources, _QUAY, "prometheus/alertmanager"),
        "replicas": settings.replicas,
        "retention": "120h",
        "storage": claim(settings.storage, storage_class),
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
        "secrets": secrets(settings),
        # It asks the API server for nothing.
        "automountServiceAccountToken": False,
        # No namespace adds routes of its own: the stack's file has them all. An empty selector would take them all.
        "alertmanagerConfigSelector": {"matchLabels": {"cartorio.digital/none": "true"}},
        "resources": {"requests": {"cpu": "25m", "memory": "64Mi"}, "limits": {"cpu": "250m", "memory": "256Mi"}},
        "podAntiAffinity": "hard" if settings.replicas > 1 else "soft",
        "topologySpreadConstraints": apart({"app.kubernetes.io/name": "alertmanager"}),
    }
