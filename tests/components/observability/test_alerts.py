from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.observability.alerts import WATCHDOG, groups
from components.observability.rules import Alert
from tests.support.prometheus import Expected, Promtool

if TYPE_CHECKING:
    from components.sections.observability import Observability

APPLICATION = 'namespace="cartorio"'
API = f'kube_deployment_status_replicas_available{{{APPLICATION},deployment="cartorio-api"}}'
WORKERS = f'kube_deployment_status_replicas_available{{{APPLICATION},deployment="cartorio-workers"}}'
REQUESTS = f'http_server_request_duration_seconds_count{{{APPLICATION},container="api"}}'
NODE = 'kube_node_status_condition{node="a",condition="Ready",status="true"}'
PRESSURE = 'kube_node_status_condition{node="a",condition="DiskPressure",status="true"}'
ASKED = 'kube_pod_container_resource_requests{resource="cpu",pod="a"}'
ALLOCATABLE = 'kube_node_status_allocatable{resource="cpu",node="a"}'
VOLUME = 'namespace="vault",persistentvolumeclaim="data-0"'
FREE = f"kubelet_volume_stats_available_bytes{{{VOLUME}}}"
SIZE = f"kubelet_volume_stats_capacity_bytes{{{VOLUME}}}"
HPA = 'namespace="cartorio",horizontalpodautoscaler="cartorio-api"'
PODS = f"kube_horizontalpodautoscaler_status_current_replicas{{{HPA}}}"
MOST = f"kube_horizontalpodautoscaler_spec_max_replicas{{{HPA}}}"
RELOAD = 'alertmanager_config_last_reload_successful{pod="a"}'
ONE_HOUR = 60

# Alert; series while all is well; series while it is not. An hour of each.
CASES = [
    ("RulesFail", {'prometheus_rule_evaluation_failures_total{rule_group="x"}': "5x60"}, "0+1x60"),
    ("AlertsUndelivered", {'alertmanager_notifications_failed_total{integration="slack"}': "3x60"}, "0+1x60"),
    ("AlertmanagerMissing", {RELOAD: "1x60"}, "0x60"),
    ("TargetDown", {'up{job="loki",namespace="observability",pod="loki-0",instance="i"}': "1x60"}, "0x60"),
    ("ApiUnavailable", {API: "2x60"}, "0x60"),
    ("WorkersUnavailable", {WORKERS: "2x60"}, "0x60"),
    (
        "RolloutStuck",
        {'kube_deployment_status_condition{deployment="y",condition="Progressing",status="false"}': "0x60"},
        "1x60",
    ),
    ("AtMostPods", {PODS: "3x60", MOST: "5x60"}, "5x60"),
    ("ApiNotMeasured", {REQUESTS: "0+1x60", API: "2x60"}, "_x60"),
    (
        "ContainerRestarts",
        {'kube_pod_container_status_restarts_total{namespace="x",pod="y",container="z"}': "7x60"},
        "0+1x60",
    ),
    ("PodWaits", {'kube_pod_status_phase{namespace="x",pod="y",phase="Pending"}': "0x60"}, "1x60"),
    ("JobFailed", {'kube_job_status_failed{namespace="x",job_name="y"}': "0x60"}, "1x60"),
    ("NodeNotReady", {NODE: "1x60"}, "0x60"),
    ("NodePressure", {PRESSURE: "0x60"}, "1x60"),
    ("CapacityShort", {ASKED: "5x60", ALLOCATABLE: "10x60"}, "9.5x60"),
    ("VolumeFull", {FREE: "50x60", SIZE: "100x60"}, "10x60"),
    ("TelemetryLost", {'otelcol_exporter_send_failed_spans_total{exporter="otlp_grpc/tempo"}': "4x60"}, "0+1x60"),
    ("TelemetryLost", {'otelcol_exporter_send_failed_log_records{exporter="otlp_http/loki"}': "4x60"}, "0+1x60"),
    ("LogsRefused", {'loki_discarded_samples_total{reason="rate_limited"}': "4x60"}, "0+1x60"),
]


def _count(alert: str) -> str:
    return f'count(ALERTS{{alertname="{alert}",alertstate="firing"}})'


@pytest.mark.parametrize(("alert", "well", "ill"), CASES, ids=[case[0] for case in CASES])
def test_an_alert_fires_when_it_should_and_not_before(
    promtool: Promtool, settings: Observability, alert: str, well: dict[str, str], ill: str
) -> None:
    rules = groups(settings.slos, "cartorio")
    assert promtool.test(rules, well, [Expected(_count(alert), ONE_HOUR, ())]) == ""
    first, *others = well
    broken = {first: ill, **{name: well[name] for name in others}}
    assert promtool.test(rules, broken, [Expected(_count(alert), ONE_HOUR, (("{}", 1),))]) == ""


def test_every_alert_has_its_case(settings: Observability) -> None:
    rules = [rule for group in groups(settings.slos, "cartorio") for rule in group.rules]
    named = {rule.name for rule in rules if isinstance(rule, Alert)}
    assert named - {WATCHDOG} == {case[0] for case in CASES}


def test_a_volume_that_is_all_but_full_wakes_somebody(promtool: Promtool) -> None:
    critical = 'count(ALERTS{alertname="VolumeFull",alertstate="firing",severity="critical"})'
    expected = [Expected(critical, ONE_HOUR, (("{}", 1),))]
    assert promtool.test(groups((), "cartorio"), {FREE: "4x60", SIZE: "100x60"}, expected) == ""


def test_the_watchdog_fires_always(promtool: Promtool) -> None:
    assert promtool.test(groups((), "cartorio"), {}, [Expected(_count(WATCHDOG), 5, (("{}", 1),))]) == ""


def test_flaggers_copies_count_as_the_api(promtool: Promtool, settings: Observability) -> None:
    paused = {API: "0x60", API.replace("cartorio-api", "cartorio-api-primary"): "3x60"}
    expected = [Expected(_count("ApiUnavailable"), ONE_HOUR, ())]
    assert promtool.test(groups(settings.slos, "cartorio"), paused, expected) == ""


def test_nothing_is_missed_before_the_first_release(promtool: Promtool, settings: Observability) -> None:
    expected = [Expected(_count(name), ONE_HOUR, ()) for name in ("ApiNotMeasured", "ApiUnavailable")]
    assert promtool.test(groups(settings.slos, "cartorio"), {NODE: "1x60"}, expected) == ""


def test_a_release_is_the_version_that_has_pods(promtool: Promtool) -> None:
    def labels(name: str, component: str, version: str) -> str:
        return (
            f'kube_deployment_labels{{{APPLICATION},deployment="{name}",label_app_kubernetes_io_component="{component}",'
            f'label_app_kubernetes_io_version="{version}"}}'
        )

    series = {
        labels("cartorio-api", "api", "1.4.0"): "1x60",
        labels("cartorio-api-primary", "api-primary", "1.3.0"): "1x60",
        labels("cartorio-workers", "workers", "1.3.0"): "1x60",
        API: "0x60",
        API.replace("cartorio-api", "cartorio-api-primary"): "3x60",
        WORKERS: "2x60",
    }
    name = "cartorio:release:info"
    found = tuple((f'{name}{{namespace="cartorio",role="{role}",version="1.3.0"}}', 1) for role in ("api", "workers"))
    assert promtool.test(groups((), "cartorio"), series, [Expected(name, ONE_HOUR, found)]) == ""


def test_every_rule_is_one_for_prometheus(promtool: Promtool, settings: Observability) -> None:
    assert promtool.check(groups(settings.slos, "cartorio")) == ""


def test_a_broken_rule_is_told(promtool: Promtool) -> None:
    (group,) = [group for group in groups((), "cartorio") if group.name == "platform-pods"]
    broken = type(group)(group.name, (Alert("X", "sum(", None, "s", "d"),))
    assert "parse error" in promtool.check((broken,))
