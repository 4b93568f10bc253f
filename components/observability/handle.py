"""What other areas need of Prometheus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from components.base import Text

MONITORED: Final = {"cartorio.digital/monitored": "true"}
"""Label of the ServiceMonitors, PodMonitors, Probes and PrometheusRules that Prometheus reads, in every namespace.

What they lead to has to let Prometheus in: a room by a flow from `MonitoringHandle.namespace`.
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
