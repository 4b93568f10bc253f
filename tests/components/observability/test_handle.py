from __future__ import annotations

from components.observability.handle import MonitoringHandle, scraped
from components.tenancy.room import Direction, Flow


def test_prometheus_is_let_in_at_the_port_of_metrics_where_there_is_one() -> None:
    assert scraped(None, 9090) == ()
    monitoring = MonitoringHandle(namespace="observability", prometheus="http://prometheus")
    assert scraped(monitoring, 9090) == (
        Flow(name="monitoring", direction=Direction.INGRESS, namespaces=("observability",), ports=(9090,)),
    )
