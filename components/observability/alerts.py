"""Alerts about the platform, and the series that mark a release. Pure; `tests/.../test_alerts.py` fires each of them.

The chart's own rules are not installed: nothing wakes people but what is here and tested.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.observability.rules import Alert, Group, Recording
from components.sections.observability import Severity

if TYPE_CHECKING:
    from components.sections.observability import Slo

WATCHDOG = "Watchdog"
_VERSION = "label_app_kubernetes_io_version"
_COMPONENT = "label_app_kubernetes_io_component"


def groups(slos: tuple[Slo, ...], namespace: str) -> tuple[Group, ...]:
    """All of them.

    Args:
        slos: what is promised: without a promise, nobody has to be told that the API is not measured.
        namespace: of the application.
    """
    return (
        Group("platform-alerting", _alerting()),
        Group("platform-application", _application(namespace, measured=bool(slos))),
        Group("platform-pods", _pods()),
        Group("platform-capacity", _capacity()),
        Group("platform-telemetry", _telemetry()),
        Group("releases", (_release(namespace),)),
    )


def _release(namespace: str) -> Recording:
    """The version of each role that has pods: its changes are the marks of deployments on all dashboards."""
    versions = f'kube_deployment_labels{{namespace="{namespace}",{_VERSION}!=""}}'
    # Flagger's copies are of the same role, and pause the original at no pods.
    running = f'kube_deployment_status_replicas_available{{namespace="{namespace}"}} > 0'
    joined = f"({versions} * on (namespace, deployment) group_left () ({running}))"
    role = f'label_replace({joined}, "role", "$1", "{_COMPONENT}", "(.+?)(-primary)?")'
    return Recording(
        "cartorio:release:info",
        f'max by (namespace, role, version) (label_replace({role}, "version", "$1", "{_VERSION}", "(.+)")) > bool 0',
    )


def _alerting() -> tuple[Alert, ...]:
    return (
        Alert(
            WATCHDOG,
            "vector(1)",
            None,
            "Alerting works",
            "Fires always. Whoever gets it tells somebody when it does not come any more.",
        ),
        Alert(
            "RulesFail",
            "increase(prometheus_rule_evaluation_failures_total[10m]) > 0",
            Severity.CRITICAL,
            "Prometheus cannot evaluate rules: alerts may be missing",
            "Group {{ $labels.rule_group }} on {{ $labels.pod }}; its log says why.",
            minutes=5,
        ),
        Alert(
            "AlertsUndelivered",
            "sum by (integration) (increase(alertmanager_notifications_failed_total[10m])) > 0",
            Severity.CRITICAL,
            "Alertmanager cannot tell people by {{ $labels.integration }}",
            "The channel's Secret may be out of date, or its service down.",
            minutes=5,
        ),
        Alert(
            "AlertmanagerMissing",
            "absent(alertmanager_config_last_reload_successful == 1)",
            Severity.CRITICAL,
            "No Alertmanager runs with a good configuration",
            "Only the watchdog's silence tells of this.",
            minutes=5,
        ),
        Alert(
            "TargetDown",
            "max by (job, namespace, pod, instance) (up == 0)",
            Severity.WARNING,
            "{{ $labels.job }} cannot be measured",
            "{{ $labels.instance }} ({{ $labels.namespace }}/{{ $labels.pod }}) does not answer Prometheus.",
            minutes=10,
        ),
    )


def _application(namespace: str, *, measured: bool) -> tuple[Alert, ...]:
    def unavailable(role: str, minutes: int) -> Alert:
        deployments = f'namespace="{namespace}",deployment=~"cartorio-{role}(-primary)?"'
        return Alert(
            f"{role.capitalize()}Unavailable",
            # Absent while nothing is released yet.
            f"sum(kube_deployment_status_replicas_available{{{deployments}}}) == 0",
            Severity.CRITICAL,
            f"No pod of {role} is ready",
            "Look at the pods' events and at the last release.",
            minutes=minutes,
        )

    alerts = (
        unavailable("api", 2),
        unavailable("workers", 5),
        Alert(
            "RolloutStuck",
            'max by (namespace, deployment) (kube_deployment_status_condition{condition="Progressing",status="false"})'
            " == 1",
            Severity.WARNING,
            "{{ $labels.namespace }}/{{ $labels.deployment }} does not get on with its rollout",
            "Its new pods do not become ready: look at their events and logs.",
        ),
        Alert(
            "AtMostPods",
            "kube_horizontalpodautoscaler_status_current_replicas"
            " >= on (namespace, horizontalpodautoscaler) kube_horizontalpodautoscaler_spec_max_replicas",
            Severity.WARNING,
            "{{ $labels.horizontalpodautoscaler }} cannot grow any more",
            "It has had its most pods for a while: raise replicas.max, or look at why so much is to be done.",
            minutes=30,
        ),
    )
    if not measured:
        return alerts
    nothing = f'http_server_request_duration_seconds_count{{namespace="{namespace}",container="api"}}'
    released = f'(sum(kube_deployment_status_replicas_available{{namespace="{namespace}"}}) > 0)'
    return (
        *alerts,
        Alert(
            "ApiNotMeasured",
            f"absent({nothing}) and on () {released}",
            Severity.CRITICAL,
            "Nothing is known of the API's requests: no objective is watched",
            "Its /metrics has no http_server_request_duration_seconds, or Prometheus cannot reach it.",
            minutes=10,
        ),
    )


def _pods() -> tuple[Alert, ...]:
    return (
        Alert(
            "ContainerRestarts",
            "increase(kube_pod_container_status_restarts_total[30m]) > 3",
            Severity.WARNING,
            "{{ $labels.namespace }}/{{ $labels.pod }} starts over and over",
            "Container {{ $labels.container }}; the log of its last run says why.",
        ),
        Alert(
            "PodWaits",
            'max by (namespace, pod) (kube_pod_status_phase{phase=~"Pending|Unknown"}) == 1',
            Severity.WARNING,
            "{{ $labels.namespace }}/{{ $labels.pod }} does not start",
            "It finds no node, no volume or no image: look at its events.",
            minutes=15,
        ),
        Alert(
            "JobFailed",
            "max by (namespace, job_name) (kube_job_status_failed) > 0",
            Severity.WARNING,
            "Job {{ $labels.namespace }}/{{ $labels.job_name }} failed",
            "Backups and snapshots are jobs: look at its pods' logs.",
        ),
    )


def _capacity() -> tuple[Alert, ...]:
    def short_of(resource: str) -> Alert:
        asked = f'sum(kube_pod_container_resource_requests{{resource="{resource}"}})'
        return Alert(
            "CapacityShort",
            f'{asked} / sum(kube_node_status_allocatable{{resource="{resource}"}}) > 0.9',
            Severity.WARNING,
            f"Nine tenths of the cluster's {resource} are asked for",
            "A zone that fails could not be made up for. Let the cluster grow, or ask for less.",
            minutes=30,
            labels=(("resource", resource),),
        )

    def filling(left: str, severity: Severity) -> Alert:
        return Alert(
            "VolumeFull",
            f"kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes < {left}",
            severity,
            "Volume {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} is nearly full",
            "{{ $value | humanizePercentage }} are free. Let it grow.",
            minutes=10,
        )

    return (
        Alert(
            "NodeNotReady",
            'max by (node) (kube_node_status_condition{condition="Ready",status="true"}) == 0',
            Severity.WARNING,
            "Node {{ $labels.node }} is not ready",
            "Its pods move by themselves; it should be replaced.",
            minutes=10,
        ),
        Alert(
            "NodePressure",
            "max by (node, condition)"
            ' (kube_node_status_condition{condition=~"(Memory|Disk|PID)Pressure",status="true"}) == 1',
            Severity.WARNING,
            "Node {{ $labels.node }} is under {{ $labels.condition }}",
            "It evicts pods.",
            minutes=5,
        ),
        short_of("cpu"),
        short_of("memory"),
        filling("0.15", Severity.WARNING),
        filling("0.05", Severity.CRITICAL),
    )


def _telemetry() -> tuple[Alert, ...]:
    # The suffix depends on the collector's version.
    failed = '{__name__=~"otelcol_exporter_send_failed_(log_records|spans|metric_points)(_total)?"}'
    return (
        Alert(
            "TelemetryLost",
            f"sum by (exporter) (increase({failed}[15m])) > 0",
            Severity.WARNING,
            "The collector loses what it should hand to {{ $labels.exporter }}",
            "Loki, Tempo or Prometheus refuse it or are out of reach.",
            minutes=5,
        ),
        Alert(
            "LogsRefused",
            "sum by (reason) (increase(loki_discarded_samples_total[15m])) > 0",
            Severity.WARNING,
            "Loki refuses logs: {{ $labels.reason }}",
            "Logs are evidence of what happened: raise the limit, or let the application write less.",
            minutes=15,
        ),
    )
