from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from components.observability import alerts, objectives
from components.observability.dashboards import dashboards
from components.observability.grafana import datasources
from components.observability.metrics import stack_values
from components.observability.panels import COLUMNS, LOKI, PROMETHEUS
from components.observability.rules import Group, Recording
from components.sections.observability import Observability
from components.sources import Sources
from tests.support.observability import OBSERVABILITY
from tests.support.prometheus import metrics_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.prometheus import Promtool

SETTINGS = Observability.model_validate_json(json.dumps(OBSERVABILITY))
DASHBOARDS = [dashboard.rendered() for dashboard in dashboards(SETTINGS.slos, "cartorio")]
RULES = (*objectives.groups(SETTINGS.slos, "cartorio"), *alerts.groups(SETTINGS.slos, "cartorio"))
# Series by who has them. https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics; kubelet and cAdvisor:
# https://kubernetes.io/docs/reference/instrumentation/metrics/ and
# https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md; the application:
# https://opentelemetry.io/docs/specs/semconv/http/http-metrics/ and charts/cartorio/values.yaml.
STATE = {
    "deployments": {
        "kube_deployment_labels",
        "kube_deployment_status_condition",
        "kube_deployment_status_replicas_available",
    },
    "horizontalpodautoscalers": {
        "kube_horizontalpodautoscaler_spec_max_replicas",
        "kube_horizontalpodautoscaler_status_current_replicas",
    },
    "jobs": {"kube_job_status_failed"},
    "nodes": {"kube_node_info", "kube_node_status_allocatable", "kube_node_status_condition"},
    "pods": {
        "kube_pod_container_resource_requests",
        "kube_pod_container_status_restarts_total",
        "kube_pod_status_phase",
    },
}
OTHERS = {
    "kubelet": {
        "container_cpu_usage_seconds_total",
        "container_memory_working_set_bytes",
        "kubelet_running_pods",
        "kubelet_volume_stats_available_bytes",
        "kubelet_volume_stats_capacity_bytes",
    },
    "prometheus": {"ALERTS", "prometheus_rule_evaluation_failures_total", "prometheus_tsdb_head_series", "up"},
    "alertmanager": {"alertmanager_config_last_reload_successful", "alertmanager_notifications_failed_total"},
    "loki": {"loki_discarded_samples_total", "loki_distributor_bytes_received_total"},
    "collector": {
        "otelcol_exporter_send_failed_(log_records|spans|metric_points)(_total)?",
        "otelcol_exporter_send_failed_log_records(_total)?",
        "otelcol_exporter_send_failed_spans(_total)?",
        "otelcol_exporter_sent_log_records(_total)?",
        "otelcol_exporter_sent_spans(_total)?",
    },
    "application": {
        "cartorio_jobs_waiting",
        "http_server_request_duration_seconds_bucket",
        "http_server_request_duration_seconds_count",
    },
}
KNOWN = frozenset().union(*STATE.values(), *OTHERS.values())


def _queries() -> Iterator[tuple[str, str]]:
    for dashboard in DASHBOARDS:
        for annotation in dashboard["annotations"]["list"]:
            yield f"{dashboard['uid']}: {annotation['name']}", annotation["expr"]
        for panel in dashboard["panels"]:
            if panel["datasource"] == PROMETHEUS:
                yield from ((f"{dashboard['uid']}: {panel['title']}", target["expr"]) for target in panel["targets"])


def _recorded() -> frozenset[str]:
    return frozenset(rule.record for group in RULES for rule in group.rules if isinstance(rule, Recording))


@pytest.mark.parametrize(("where", "expr"), list(_queries()), ids=lambda value: str(value)[:40])
def test_a_panel_asks_of_series_that_exist(where: str, expr: str) -> None:
    names = metrics_of(expr)
    assert names, where
    assert names <= KNOWN | _recorded(), f"{where}: {sorted(names - KNOWN - _recorded())}"


@pytest.mark.parametrize("group", RULES, ids=lambda group: group.name)
def test_a_rule_asks_of_series_that_exist(group: Group) -> None:
    for rule in group.rules:
        names = metrics_of(rule.expr)
        assert names <= KNOWN | _recorded(), sorted(names - KNOWN - _recorded())


def test_nothing_is_listed_that_nobody_asks_of() -> None:
    asked = frozenset().union(*(metrics_of(expr) for _, expr in _queries()))
    asked |= frozenset().union(*(metrics_of(rule.expr) for group in RULES for rule in group.rules))
    assert asked >= KNOWN


def test_kube_state_metrics_watches_what_is_asked_of() -> None:
    values = stack_values(SETTINGS, "producao", Sources())["kube-state-metrics"]
    assert set(values["collectors"]) >= set(STATE)
    assert not {"secrets", "configmaps"} & set(values["collectors"])


def test_a_name_that_does_not_exist_is_found() -> None:
    assert metrics_of('sum by (a) (rate(nobody_knows_total{b="up"}[5m])) / on (c) up') == {"nobody_knows_total", "up"}


def test_every_query_is_one_for_prometheus(promtool: Promtool) -> None:
    exprs = [expr.replace("$__rate_interval", "5m") for _, expr in _queries()]
    group = Group("dashboards", tuple(Recording(f"query:{index}", expr) for index, expr in enumerate(exprs)))
    assert promtool.check((group,)) == ""


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda dashboard: str(dashboard["uid"]))
def test_a_dashboard_is_one_that_grafana_reads(dashboard: dict[str, Any]) -> None:
    sources = {source["uid"]: source["type"] for source in datasources()}
    assert re.fullmatch(r"[a-z0-9-]{1,40}", dashboard["uid"])
    assert dashboard["editable"] is False
    numbers = [panel["id"] for panel in dashboard["panels"]]
    assert len(numbers) == len(set(numbers)) > 0
    for panel in dashboard["panels"]:
        assert panel["title"]
        assert panel["type"] in {"timeseries", "stat", "gauge", "table", "logs"}
        assert sources[panel["datasource"]["uid"]] == panel["datasource"]["type"]
        assert [target["refId"] for target in panel["targets"]] == ["A", "B", "C", "D"][: len(panel["targets"])]
        steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
        assert steps[0]["value"] is None
        rising = [step["value"] for step in steps[1:]]
        assert rising == sorted(rising)


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda dashboard: str(dashboard["uid"]))
def test_panels_lie_side_by_side(dashboard: dict[str, Any]) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= COLUMNS
        cells = {
            (column, row)
            for column in range(place["x"], place["x"] + place["w"])
            for row in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda dashboard: str(dashboard["uid"]))
def test_deployments_are_marked_everywhere(dashboard: dict[str, Any]) -> None:
    (marks,) = dashboard["annotations"]["list"]
    assert marks["enable"] is True
    assert metrics_of(marks["expr"]) == {"cartorio:release:info"}
    assert "{{version}}" in marks["titleFormat"]


def test_the_api_shows_what_is_left_of_each_promise() -> None:
    (api,) = [dashboard for dashboard in DASHBOARDS if dashboard["uid"] == "cartorio-api"]
    titles = [panel["title"] for panel in api["panels"]]
    for slo in SETTINGS.slos:
        assert f"{slo.name}: budget left" in titles
        assert f"{slo.name}: how fast it burns" in titles


def test_logs_are_asked_of_loki() -> None:
    found = [panel for dashboard in DASHBOARDS for panel in dashboard["panels"] if panel["type"] == "logs"]
    assert len(found) == 2
    assert all(panel["datasource"] == LOKI for panel in found)


def test_no_two_dashboards_are_one() -> None:
    assert len({dashboard["uid"] for dashboard in DASHBOARDS}) == len(DASHBOARDS) == 5
