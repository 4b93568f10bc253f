"""Values of External Secrets' chart: https://external-secrets.io/latest/introduction/getting-started/."""

from __future__ import annotations

from typing import Any

WEBHOOK_PORT = 10250
SERVICE_ACCOUNT = "external-secrets"


def external_secrets_values(replicas: int, image: str) -> dict[str, Any]:
    """Every part `replicas` times, apart from each other; only what is used is processed.

    Args:
        replicas: pods of each part.
        image: repository that its image comes from; the chart knows the tag.
    """
    part: dict[str, Any] = {
        "image": {"repository": image},
        "replicaCount": replicas,
        "podDisruptionBudget": {"enabled": replicas > 1, "minAvailable": 1},
        "resources": {
            "requests": {"cpu": "25m", "memory": "96Mi"},
            "limits": {"cpu": "250m", "memory": "256Mi"},
        },
    }
    return {
        **part,
        "leaderElect": replicas > 1,
        "serviceAccount": {"create": True, "name": SERVICE_ACCOUNT},
        "installCRDs": True,
        # Secrets go one way, from their sources into the cluster; what is not used cannot be misused.
        "processClusterExternalSecret": False,
        "processPushSecret": False,
        "processClusterPushSecret": False,
        "processSecretStore": False,
        "processClusterGenerator": False,
        # Who may edit a namespace does not thereby decide which secrets come into it.
        "rbac": {"create": True, "aggregateToEdit": False, "aggregateToAdmin": False, "aggregateToView": False},
        "webhook": {**part, "port": WEBHOOK_PORT, "failurePolicy": "Fail"},
        "certController": part,
    }
