"""Values of cert-manager's chart: https://artifacthub.io/packages/helm/cert-manager/cert-manager."""

from __future__ import annotations

from typing import Any

WEBHOOK_PORT = 10250


def cert_manager_values(replicas: int, registry: str) -> dict[str, Any]:
    """Every part `replicas` times, apart from each other; leases in its own namespace; CRDs outlive the release.

    Args:
        replicas: pods of each part.
        registry: registry and folder that its images come from.
    """
    part = {
        "replicaCount": replicas,
        "podDisruptionBudget": {"enabled": replicas > 1},
        "resources": {
            "requests": {"cpu": "25m", "memory": "96Mi"},
            "limits": {"cpu": "250m", "memory": "256Mi"},
        },
        "topologySpreadConstraints": [],
    }

    def spread(component: str) -> dict[str, Any]:
        constraint = {
            "maxSkew": 1,
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {
                "matchLabels": {
                    "app.kubernetes.io/instance": "cert-manager",
                    "app.kubernetes.io/component": component,
                }
            },
        }
        return {**part, "topologySpreadConstraints": [constraint]}

    host, _, folder = registry.partition("/")
    return {
        **spread("controller"),
        "imageRegistry": host,
        "imageNamespace": folder,
        "crds": {"enabled": True, "keep": True},
        "global": {"leaderElection": {"namespace": "cert-manager"}},
        # A Secret goes when its Certificate goes: no key is left behind.
        "enableCertificateOwnerRef": True,
        "webhook": spread("webhook"),
        "cainjector": spread("cainjector"),
    }
