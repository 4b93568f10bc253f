"""Who must be told that the cluster is not saved any more, as rules of Prometheus.

Velero's own metrics: https://velero.io/docs/v1.18/ (`velero_backup_*`); those of Jobs: kube-state-metrics.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_kubernetes import apiextensions

from components.base import Args, Component, Text
from components.labels import labels
from components.observability.handle import MONITORED

if TYPE_CHECKING:
    import pulumi

_HOURS = 26  # a day, and what a backup takes


class BackupAlertsArgs(Args):
    """Of what they tell.

    Attributes:
        stack: the stack's name.
        namespace: of Velero.
        restore_test: name of the CronJob that tries restores; None: there is none.
    """

    stack: str
    namespace: Text
    restore_test: str | None


class BackupAlerts(Component):
    """The rules."""

    TYPE = "cartorio:backup:BackupAlerts"

    def __init__(self, name: str, args: BackupAlertsArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        rules = [
            _rule(
                "VeleroBackupFailed",
                'velero_backup_last_status{schedule!=""} != 1',
                "The last backup of the schedule {{ $labels.schedule }} has failed.",
            ),
            _rule(
                "VeleroBackupMissing",
                f'time() - velero_backup_last_successful_timestamp{{schedule!=""}} > {_HOURS * 3600}'
                ' or absent(velero_backup_last_successful_timestamp{schedule!=""})',
                f"No backup of the cluster has been complete for {_HOURS} hours.",
            ),
        ]
        if args.restore_test is not None:
            failed = f'kube_job_status_failed{{namespace="velero",job_name=~"{args.restore_test}-.*"}} > 0'
            rules.append(_rule("RestoreTestFailed", failed, "The last restore that was tried has failed."))
        apiextensions.CustomResource(
            f"{name}-rules",
            api_version="monitoring.coreos.com/v1",
            kind="PrometheusRule",
            metadata={
                "name": "velero",
                "namespace": args.namespace,
                "labels": {**labels(args.stack, "backup"), **MONITORED},
            },
            spec={"groups": [{"name": "velero", "rules": rules}]},
            opts=self._child(),
        )
        self.register_outputs({"namespace": args.namespace})


def _rule(alert: str, expression: str, summary: str) -> dict[str, object]:
    return {
        "alert": alert,
        "expr": expression,
        "for": "15m",
        "labels": {"severity": "critical"},
        "annotations": {"summary": summary},
    }
