from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from components.sections.observability import Alerting, Grafana, Observability, Slo
from tests.support.observability import OBSERVABILITY
from tests.support.stackfiles import put

if TYPE_CHECKING:
    from tests.support.stackfiles import Project


def _alerting(path: str, value: object) -> Alerting:
    settings: dict[str, Any] = copy.deepcopy(OBSERVABILITY["alerting"])
    put(settings, path, value)
    return Alerting.model_validate_json(json.dumps(settings))


def test_everything_that_can_be_said_is_understood() -> None:
    settings = Observability.model_validate_json(json.dumps(OBSERVABILITY))
    assert settings.alerting.pager_duty[0].key == "routing-key"
    assert settings.slos[1].within_milliseconds == 500
    assert "user.email" in settings.collector.personal_attributes


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        ("routes/0/channels", ["nobody"], "names 'nobody', which is none of the channels"),
        ("routes/0/channels", ["team", "team"], "names channel 'team' twice"),
        ("routes/0/channels", [], "at least 1 item"),
        ("routes/1/severity", "critical", "names severity 'critical' twice"),
        ("webhook/0/name", "team", "names channel 'team' twice"),
        ("watchdog", "team", "one of the entries of webhook"),
        ("slack/0/channel", "alertas", "a channel of Slack"),
        ("email/0/smarthost", "mail.cartorio.example", "a host and a port"),
        ("email/0/to", "plantao", "an e-mail address"),
    ],
)
def test_what_would_reach_nobody_is_refused(path: str, value: object, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        _alerting(path, value)


def test_a_sign_in_needs_a_name_to_come_back_to() -> None:
    oidc = {
        "authorizationUrl": "https://id.cartorio.example/authorize",
        "tokenUrl": "https://id.cartorio.example/token",
        "userinfoUrl": "https://id.cartorio.example/userinfo",
        "clientId": "grafana",
        "secret": "grafana-oidc",
        "adminGroup": "plataforma",
        "editorGroup": "desenvolvimento",
    }
    assert Grafana.model_validate({"host": "grafana.cartorio.example", "oidc": oidc}).oidc is not None
    with pytest.raises(ValidationError, match="needs host"):
        Grafana.model_validate({"oidc": oidc})


@pytest.mark.parametrize("objective", [94.9, 100])
def test_an_objective_is_one_that_an_alert_can_watch(objective: float) -> None:
    with pytest.raises(ValidationError):
        Slo(name="api", objective=objective)


def test_a_latency_is_a_bound_of_the_histogram() -> None:
    with pytest.raises(ValidationError):
        Slo.model_validate({"name": "api", "withinMilliseconds": 300})


def test_two_objectives_have_two_names() -> None:
    settings = copy.deepcopy(OBSERVABILITY)
    put(settings, "slos/1/name", "api-availability")
    with pytest.raises(ValidationError, match="names objective 'api-availability' twice"):
        Observability.model_validate_json(json.dumps(settings))


def test_a_stack_without_it_has_no_canary(project: Project) -> None:
    put(project.config, "cartorio:workload/canary", {})
    with pytest.raises(Exception, match=r"workload\.canary.*needs cartorio:observability"):
        project.settings()
    project.config["cartorio:observability"] = OBSERVABILITY
    assert project.settings().configuration.workload.canary is not None


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        ("metrics/retentionDays", 15, "need metrics.retentionDays of 30 at least"),
        ("logs/replicas", 2, "of two, none may be lost"),
        ("grafana", {"gateway": {"name": "public", "namespace": "ingress"}}, "needs host"),
        ("traces/replicas", 3, "Extra inputs are not permitted"),
    ],
)
def test_what_could_not_be_kept_is_not_promised(path: str, value: object, complaint: str) -> None:
    settings = copy.deepcopy(OBSERVABILITY)
    put(settings, path, value)
    with pytest.raises(ValidationError, match=complaint):
        Observability.model_validate_json(json.dumps(settings))
