"""The dashboards: the platform at a glance, the API with its objectives, the workers, capacity, telemetry itself. Pure.

Deployments are marked on all of them: `cartorio:release:info` has a series for every version that runs, so that a
version which was not there five minutes ago is a deployment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.observability.panels import LOKI, Dashboard, Panel, Query

if TYPE_CHECKING:
    from components.sections.observability import Slo

_MARKS = "cartorio:release:info unless on (role, version) (cartorio:release:info offset 5m)"
_MARK_TITLE = "{{role}} {{version}}"
_LOW_IS_GOOD = ((None, "green"), (0.7, "orange"), (0.9, "red"))
_ANY_IS_BAD = ((None, "green"), (1, "red"))
_BUDGET = ((None, "red"), (0.0, "orange"), (0.25, "green"))
_SHARE = (0.0, 1.0)
_REQUESTS = "http_server_request_duration_seconds"
_RATE = "$__rate_interval"


def dashboards(slos: tuple[Slo, ...], namespace: str) -> tuple[Dashboard, ...]:
    """All of them.

    Args:
        slos: what is promised of the API.
        namespace: of the application.
    """
    return (
        _of("cartorio-platform", "Platform", _platform(namespace), hours=24),
        _of("cartorio-api", "API", _api(slos, namespace)),
        _of("cartorio-workers", "Workers", _workers(namespace)),
        _of("cartorio-capacity", "Capacity", _capacity(), hours=24),
        _of("cartorio-telemetry", "Telemetry", _telemetry()),
    )


def _of(uid: str, title: str, panels: tuple[Panel, ...], *, hours: int = 6) -> Dashboard:
    return Dashboard(uid=uid, title=title, panels=panels, marks=_MARKS, mark_title=_MARK_TITLE, hours=hours)


def _platform(namespace: str) -> tuple[Panel, ...]:
    return (
        Panel(
            "Alerts that fire",
            (Query('sum(ALERTS{alertstate="firing",severity=~"critical|warning"}) or vector(0)'),),
            kind="stat",
            width=4,
            height=5,
            steps=_ANY_IS_BAD,
        ),
        Panel(
            "Error budget left",
            (Query("slo:error_budget:left_ratio", "{{slo}}"),),
            kind="stat",
            unit="percentunit",
            width=8,
            height=5,
            steps=_BUDGET,
            description="Of thirty days. Below nothing, the promise is broken: change less until it is back.",
        ),
        Panel(
            "Nodes that are ready",
            (Query('sum(kube_node_status_condition{condition="Ready",status="true"})'),),
            kind="stat",
            width=4,
            height=5,
        ),
        Panel(
            "Versions that run",
            (Query("cartorio:release:info", table=True),),
            kind="table",
            width=8,
            height=5,
        ),
        Panel(
            "Pods by role",
            (
                Query(
                    f'sum by (deployment) (kube_deployment_status_replicas_available{{namespace="{namespace}"}})',
                    "{{deployment}}",
                ),
            ),
        ),
        Panel(
            "Containers that started again",
            (
                Query(
                    "sum by (namespace) (increase(kube_pod_container_status_restarts_total[1h])) > 0", "{{namespace}}"
                ),
            ),
        ),
        Panel(
            "What fires",
            (Query('ALERTS{alertstate="firing",severity=~"critical|warning"}', table=True),),
            kind="table",
            width=24,
        ),
    )


def _api(slos: tuple[Slo, ...], namespace: str) -> tuple[Panel, ...]:
    pods = f'namespace="{namespace}",container="api"'
    objectives = tuple(panel for slo in slos for panel in _objective(slo))
    return (
        *objectives,
        Panel(
            "Requests by answer",
            (
                Query(
                    f"sum by (http_response_status_code) (rate({_REQUESTS}_count{{{pods}}}[{_RATE}]))",
                    "{{http_response_status_code}}",
                ),
            ),
            unit="reqps",
        ),
        Panel(
            "Time to answer",
            tuple(
                Query(
                    f"histogram_quantile({share}, sum by (le) (rate({_REQUESTS}_bucket{{{pods}}}[{_RATE}])))",
                    f"of {share * 100:g} %",
                )
                for share in (0.5, 0.9, 0.99)
            ),
            unit="s",
        ),
        Panel(
            "Routes with faults",
            (
                Query(
                    "topk(10, sum by (http_route)"
                    f' (rate({_REQUESTS}_count{{{pods},http_response_status_code=~"5.."}}[{_RATE}])))',
                    "{{http_route}}",
                ),
            ),
            unit="reqps",
        ),
        *_role("api", namespace),
        _logs("api", namespace),
    )


def _objective(slo: Slo) -> tuple[Panel, ...]:
    this = f'{{slo="{slo.name}"}}'
    return (
        Panel(
            f"{slo.name}: budget left",
            (Query(f"slo:error_budget:left_ratio{this}"),),
            kind="gauge",
            unit="percentunit",
            width=6,
            height=7,
            steps=_BUDGET,
            bounds=_SHARE,
        ),
        Panel(
            f"{slo.name}: how fast it burns",
            tuple(
                Query(f"slo:errors:ratio_rate{window}{this} / on (slo) (1 - slo:objective:ratio{this})", window)
                for window in ("5m", "1h", "6h", "3d")
            ),
            width=18,
            height=7,
            description="1: exactly as fast as it lasts for thirty days. At 14.4 over an hour somebody is called.",
        ),
    )


def _workers(namespace: str) -> tuple[Panel, ...]:
    return (
        Panel(
            "Jobs that wait",
            (Query(f'sum(cartorio_jobs_waiting{{namespace="{namespace}"}})'),),
            description="The gauge cartorio_jobs_waiting of the workers.",
        ),
        *_role("workers", namespace),
        _logs("workers", namespace),
    )


def _role(role: str, namespace: str) -> tuple[Panel, ...]:
    containers = f'namespace="{namespace}",container="{role}"'
    return (
        Panel(
            "Pods: asked for, and most",
            (
                Query(
                    "kube_horizontalpodautoscaler_status_current_replicas"
                    f'{{namespace="{namespace}",horizontalpodautoscaler=~".*{role}.*"}}',
                    "pods",
                ),
                Query(
                    "kube_horizontalpodautoscaler_spec_max_replicas"
                    f'{{namespace="{namespace}",horizontalpodautoscaler=~".*{role}.*"}}',
                    "most",
                ),
            ),
        ),
        Panel(
            "Processors by pod",
            (Query(f"sum by (pod) (rate(container_cpu_usage_seconds_total{{{containers}}}[{_RATE}]))", "{{pod}}"),),
        ),
        Panel(
            "Memory by pod",
            (Query(f"sum by (pod) (container_memory_working_set_bytes{{{containers}}})", "{{pod}}"),),
            unit="bytes",
        ),
    )


def _logs(role: str, namespace: str) -> Panel:
    return Panel(
        "Logs of faults",
        (Query(f'{{k8s_namespace_name="{namespace}", k8s_container_name="{role}"}} |~ "(?i)error|exception|fatal"'),),
        kind="logs",
        width=24,
        height=10,
        datasource=dict(LOKI),
    )


def _capacity() -> tuple[Panel, ...]:
    def asked(resource: str) -> Panel:
        return Panel(
            f"Asked for of the {resource}",
            (
                Query(
                    f'sum(kube_pod_container_resource_requests{{resource="{resource}"}})'
                    f' / sum(kube_node_status_allocatable{{resource="{resource}"}})'
                ),
            ),
            kind="gauge",
            unit="percentunit",
            width=6,
            height=6,
            steps=_LOW_IS_GOOD,
            bounds=_SHARE,
        )

    return (
        asked("cpu"),
        asked("memory"),
        Panel(
            "Pods, of those that fit",
            (Query('sum(kubelet_running_pods) / sum(kube_node_status_allocatable{resource="pods"})'),),
            kind="gauge",
            unit="percentunit",
            width=6,
            height=6,
            steps=_LOW_IS_GOOD,
            bounds=_SHARE,
        ),
        Panel("Nodes", (Query("count(kube_node_info)"),), kind="stat", width=6, height=6),
        Panel(
            "Processors by namespace",
            (
                Query(
                    f'sum by (namespace) (rate(container_cpu_usage_seconds_total{{container!=""}}[{_RATE}]))',
                    "{{namespace}}",
                ),
            ),
        ),
        Panel(
            "Memory by namespace",
            (
                Query(
                    'sum by (namespace) (container_memory_working_set_bytes{container!=""})',
                    "{{namespace}}",
                ),
            ),
            unit="bytes",
        ),
        Panel(
            "Volumes: how full",
            (
                Query(
                    "1 - kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes",
                    "{{namespace}}/{{persistentvolumeclaim}}",
                ),
            ),
            unit="percentunit",
            bounds=_SHARE,
        ),
        Panel(
            "Pods that wait",
            (Query('sum by (namespace) (kube_pod_status_phase{phase="Pending"}) > 0', "{{namespace}}"),),
        ),
    )


def _telemetry() -> tuple[Panel, ...]:
    def sent(what: str, outcome: str) -> Query:
        # The suffix depends on the collector's version.
        name = f'{{__name__=~"otelcol_exporter_{outcome}_{what}(_total)?"}}'
        return Query(f"sum by (exporter) (rate({name}[{_RATE}]))", f"{{{{exporter}}}} {outcome}")

    return (
        Panel("Series in Prometheus", (Query("prometheus_tsdb_head_series", "{{pod}}"),)),
        Panel("Targets that do not answer", (Query("sum by (job) (up == 0)", "{{job}}"),)),
        *(
            Panel(title, (sent(what, "sent"), sent(what, "send_failed")))
            for title, what in (("Lines of logs", "log_records"), ("Spans of traces", "spans"))
        ),
        Panel(
            "Notifications that failed",
            (
                Query(
                    f"sum by (integration) (rate(alertmanager_notifications_failed_total[{_RATE}]))", "{{integration}}"
                ),
            ),
        ),
        Panel(
            "Logs that Loki took",
            (Query(f"sum(rate(loki_distributor_bytes_received_total[{_RATE}]))", "bytes"),),
            unit="Bps",
        ),
    )
