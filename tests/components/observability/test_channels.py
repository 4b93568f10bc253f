from __future__ import annotations

import copy
import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from components.observability.channels import configuration, mail_ports, secrets
from components.sections.observability import Alerting
from tests.support.observability import OBSERVABILITY

if TYPE_CHECKING:
    from pathlib import Path

    from lab.services.model import Tools


def _settings(**changes: object) -> Alerting:
    settings = {**copy.deepcopy(OBSERVABILITY["alerting"]), **changes}
    return Alerting.model_validate_json(json.dumps(settings))


def _amtool(tools: Tools, folder: Path, content: dict[str, Any], *arguments: str) -> subprocess.CompletedProcess[str]:
    file = folder / "alertmanager.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    program, *words = arguments
    command = [str(tools.path("amtool")), program, *words]
    command += [str(file)] if program == "check-config" else []
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def _receiver(tools: Tools, folder: Path, content: dict[str, Any], *labels: str) -> str:
    done = _amtool(tools, folder, content, "config", "routes", "test", "--config.file=alertmanager.json", *labels)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("settings", [_settings(), Alerting()], ids=["everything", "nothing"])
def test_alertmanager_takes_it(toolchain: Tools, tmp_path: Path, settings: Alerting) -> None:
    done = _amtool(toolchain, tmp_path, configuration(settings), "check-config")
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_alertmanager_would_refuse_is_told(toolchain: Tools, tmp_path: Path) -> None:
    broken = configuration(_settings())
    broken["route"]["receiver"] = "somebody"
    assert _amtool(toolchain, tmp_path, broken, "check-config").returncode == 1


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (("alertname=SloBudgetBurn", "severity=critical"), "critical"),
        (("alertname=PodWaits", "severity=warning"), "warning"),
        (("alertname=PodWaits", "severity=info"), "nobody"),
        (("alertname=Watchdog", "severity=none"), "watchdog"),
    ],
)
def test_an_alert_reaches_those_of_its_severity(
    toolchain: Tools, tmp_path: Path, labels: tuple[str, ...], receiver: str
) -> None:
    assert _receiver(toolchain, tmp_path, configuration(_settings()), *labels) == receiver


def test_without_a_watchdog_nobody_hears_that_all_is_well(toolchain: Tools, tmp_path: Path) -> None:
    content = configuration(_settings(watchdog=None))
    assert _receiver(toolchain, tmp_path, content, "alertname=Watchdog", "severity=none") == "nobody"


def test_every_channel_of_a_route_is_told() -> None:
    receivers = {receiver["name"]: receiver for receiver in configuration(_settings())["receivers"]}
    assert set(receivers["critical"]) == {"name", "pagerduty_configs", "slack_configs"}
    assert set(receivers["warning"]) == {"name", "slack_configs", "email_configs"}
    assert receivers["watchdog"]["webhook_configs"] == [
        {"url_file": "/etc/alertmanager/secrets/heartbeat/url", "send_resolved": False}
    ]


def test_secrets_are_files_and_nothing_else() -> None:
    text = json.dumps(configuration(_settings()))
    assert secrets(_settings()) == ["heartbeat", "mail-relay", "pagerduty", "slack"]
    for key in ('"routing_key"', '"service_key"', '"api_url"', '"auth_password"', '"url"', '"password"'):
        assert f"{key}:" not in text
    for file in ("pagerduty/routing-key", "slack/url", "mail-relay/password", "heartbeat/url"):
        assert f"/etc/alertmanager/secrets/{file}" in text


def test_mail_goes_over_tls_only_and_by_its_port() -> None:
    (mailbox,) = configuration(_settings())["receivers"][2]["email_configs"]
    assert mailbox["require_tls"] is True
    assert mail_ports(_settings()) == (587,)


def test_what_is_critical_silences_what_is_less() -> None:
    rules = configuration(_settings())["inhibit_rules"]
    assert rules[0]["source_matchers"] == ['severity="critical"']
    assert {"alertname", "namespace"} <= set(rules[0]["equal"])
