"""What other areas need of Prometheus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from components.base import Text


@dataclass(frozen=True)
class MonitoringHandle:
    """Where Prometheus is.

    Attributes:
        namespace: of its pods, for who lets them in and for who calls them.
        prometheus: its address, known once it runs.
    """

    namespace: str
    prometheus: Text
