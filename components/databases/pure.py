"""What both databases are given: where their members stand, when they are saved, and as whom they run."""

from __future__ import annotations

from typing import Any

_HOURS = 24
_WEEKLY = 7 * _HOURS
_ZONE, _HOST = "topology.kubernetes.io/zone", "kubernetes.io/hostname"
ZONES = 3

CONTAINER_SECURITY: dict[str, Any] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def pod_security(user: int) -> dict[str, Any]:
    """The security context of a pod whose volumes belong to `user`."""
    return {
        "runAsNonRoot": True,
        "runAsUser": user,
        "runAsGroup": user,
        "fsGroup": user,
        # A volume of many files is gone through once, not at every start.
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def apart_by(replicas: int) -> str:
    """What no two members may share: the zone, or the node where there are more members than zones."""
    return _ZONE if replicas <= ZONES else _HOST


def spread(labels: dict[str, str]) -> list[dict[str, Any]]:
    """No zone has two members more than another; a member that finds no zone waits."""
    return [
        {
            "maxSkew": 1,
            "minDomains": ZONES,
            "topologyKey": _ZONE,
            "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": {"matchLabels": labels},
        }
    ]


def schedule(every_hours: int, minute: int) -> str:
    """The schedule, in UTC and as Kubernetes writes it, of what happens every so many hours; weekly: on Sundays."""
    if every_hours == _WEEKLY:
        return f"{minute} 3 * * 0"
    if every_hours == _HOURS:
        return f"{minute} 3 * * *"
    return f"{minute} */{every_hours} * * *"


def kept(retention_days: int, every_hours: int) -> int:
    """How many backups are kept."""
    return retention_days * _HOURS // every_hours
