from __future__ import annotations

from typing import Any

import pytest

from components.backup.alerts import BackupAlerts, BackupAlertsArgs
from tests.support.databases import providers
from tests.support.plan import run


def _rules(restore_test: str | None) -> dict[str, dict[str, Any]]:
    def program() -> None:
        args = BackupAlertsArgs(stack="local", namespace="velero", restore_test=restore_test)
        BackupAlerts("alerts", args, providers())

    (group,) = run(program)[0].one("kubernetes:monitoring.coreos.com/v1:PrometheusRule").inputs["spec"]["groups"]
    return {rule["alert"]: rule for rule in group["rules"]}


@pytest.mark.parametrize("alert", ["VeleroBackupFailed", "VeleroBackupMissing", "RestoreTestFailed"])
def test_somebody_is_told_at_once(alert: str) -> None:
    rule = _rules("restore-test")[alert]
    assert rule["labels"] == {"severity": "critical"}
    assert rule["annotations"]["summary"].endswith(".")


def test_a_backup_that_never_was_is_missing_too() -> None:
    assert "absent(" in _rules(None)["VeleroBackupMissing"]["expr"]


def test_without_a_test_nothing_is_said_of_one() -> None:
    assert "RestoreTestFailed" not in _rules(None)
    assert 'job_name=~"restore-test-.*"' in _rules("restore-test")["RestoreTestFailed"]["expr"]
