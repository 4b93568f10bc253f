"""What other areas need of Prometheus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from components.tenancy.room import Direction, Flow

if TYPE_CHECKING:
    from components.base import Text

MONITORED: Final = {"cartorio.digital/monitored": "true"}
"""Label of the ServiceMonitors, PodMonitors, Probes and PrometheusRules that Prometheus reads, in every namespace.

What they lead to has to let Prometheus in: a room by `scraped`.
"""


@dataclass(frozen=True)
class MonitoringHandle:
    """Where Prometheus is.

    Attributes:
        namespace: of its pods, for who lets them in and for who calls them.
        prometheus: its address, known once it runs.
    """

    namespace: str
    prometheus: Text


def scraped(monitoring: MonitoringHandle | None, port: int) -> tuple[Flow, ...]:
    """What lets Prometheus into a room, at the port of its metrics; nothing without Prometheus."""
    if monitoring is None:
        return ()
    return (Flow(name="monitoring", direction=Direction.INGRESS, namespaces=(monitoring.namespace,), ports=(port,)),)
