from __future__ import annotations

import pytest

from components.observability.grafana import grafana_values
from tests.support.telemetry import SOURCES, loki, section, tempo


@pytest.mark.parametrize(("replicas", "copies"), [(1, 1), (3, 3), (5, 3)])
def test_loki_keeps_as_many_copies_as_it_can(replicas: int, copies: int) -> None:
    values = loki(section(logs__replicas=replicas))
    assert values["loki"]["commonConfig"]["replication_factor"] == copies
    assert values["singleBinary"]["replicas"] == replicas
    assert values["singleBinary"]["podDisruptionBudget"]["enabled"] is (replicas > 1)


def test_logs_and_traces_are_forgotten_in_time() -> None:
    logs, traces = loki(section()), tempo(section())
    assert logs["loki"]["limits_config"]["retention_period"] == "720h"
    assert logs["loki"]["compactor"]["retention_enabled"] is True
    assert traces["tempo"]["retention"] == "168h"


def test_nobody_reports_home() -> None:
    assert loki(section())["loki"]["analytics"] == {"reporting_enabled": False}
    assert tempo(section())["tempo"]["reportingEnabled"] is False
    ini = grafana_values(section().grafana, admin="x", sources=SOURCES)["grafana.ini"]
    assert not any(ini["analytics"].values())
