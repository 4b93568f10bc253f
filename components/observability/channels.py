"""Alertmanager's configuration: https://prometheus.io/docs/alerting/latest/configuration/. Pure.

It holds no secret: every key and address is read from a file of a Secret that the operator mounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.observability.alerts import WATCHDOG

if TYPE_CHECKING:
    from components.sections.observability import Alerting, AlertWebhook, Channel, Email, PagerDuty, Route, Slack

_NOBODY = "nobody"
_WATCHDOG = "watchdog"
_TITLE = "{{ .CommonLabels.alertname }} ({{ .CommonLabels.severity }}): {{ .Status | toUpper }}"
_TEXT = "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.description }}\n{{ end }}"


def secrets(settings: Alerting) -> list[str]:
    """Names of the Secrets to mount, in order."""
    named = (*settings.pager_duty, *settings.slack, *settings.email, *settings.webhook)
    return sorted({channel.secret for channel in named})


def mail_ports(settings: Alerting) -> tuple[int, ...]:
    """TCP ports of the mail relays."""
    return tuple(sorted({int(mailbox.smarthost.rpartition(":")[2]) for mailbox in settings.email}))


def configuration(settings: Alerting) -> dict[str, Any]:
    """The whole of it."""
    watchdog = settings.watchdog
    receivers = [{"name": _NOBODY}, *(_receiver(route, settings) for route in settings.routes)]
    routes: list[dict[str, Any]] = [_watchdog_route(named=watchdog is not None)]
    if watchdog is not None:
        heard = next(channel for channel in settings.webhook if channel.name == watchdog)
        receivers.append({"name": _WATCHDOG, "webhook_configs": [_webhook(heard, resolved=False)]})
    return {
        "global": {"resolve_timeout": "5m"},
        "route": {
            "receiver": _NOBODY,
            "group_by": ["alertname", "namespace", "slo"],
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "4h",
            "routes": [*routes, *(_route(route) for route in settings.routes)],
        },
        "inhibit_rules": [
            {
                "source_matchers": ['severity="critical"'],
                "target_matchers": ['severity=~"warning|info"'],
                "equal": ["alertname", "namespace", "slo", "persistentvolumeclaim"],
            },
            {
                # Nothing runs: that the budget burns is no news.
                "source_matchers": ['alertname="ApiUnavailable"'],
                "target_matchers": ['alertname=~"SloBudgetBurn|ApiNotMeasured"'],
            },
        ],
        "receivers": receivers,
    }


def _watchdog_route(*, named: bool) -> dict[str, Any]:
    return {
        "receiver": _WATCHDOG if named else _NOBODY,
        "matchers": [f'alertname="{WATCHDOG}"'],
        "group_wait": "0s",
        "group_interval": "1m",
        "repeat_interval": "5m",
    }


def _route(route: Route) -> dict[str, Any]:
    return {
        "receiver": route.severity.value,
        "matchers": [f'severity="{route.severity.value}"'],
        "repeat_interval": f"{route.repeat_hours}h",
    }


def _receiver(route: Route, settings: Alerting) -> dict[str, Any]:
    told = set(route.channels)
    kinds: dict[str, list[dict[str, Any]]] = {
        "pagerduty_configs": [_pager_duty(channel) for channel in settings.pager_duty if channel.name in told],
        "slack_configs": [_slack(channel) for channel in settings.slack if channel.name in told],
        "email_configs": [_email(channel) for channel in settings.email if channel.name in told],
        "webhook_configs": [_webhook(channel) for channel in settings.webhook if channel.name in told],
    }
    return {"name": route.severity.value, **{kind: configs for kind, configs in kinds.items() if configs}}


def _file(channel: Channel, key: str) -> str:
    return f"/etc/alertmanager/secrets/{channel.secret}/{key}"


def _pager_duty(channel: PagerDuty) -> dict[str, Any]:
    return {
        "routing_key_file": _file(channel, channel.key),
        "severity": "{{ .CommonLabels.severity }}",
        "description": "{{ .CommonLabels.alertname }}: {{ .CommonAnnotations.summary }}",
        "send_resolved": True,
    }


def _slack(channel: Slack) -> dict[str, Any]:
    return {
        "api_url_file": _file(channel, channel.key),
        "channel": channel.channel,
        "title": _TITLE,
        "text": _TEXT,
        "send_resolved": True,
    }


def _email(channel: Email) -> dict[str, Any]:
    return {
        "to": channel.to,
        "from": channel.sender,
        "smarthost": channel.smarthost,
        "auth_username": channel.username,
        "auth_password_file": _file(channel, channel.key),
        "require_tls": True,
        "headers": {"Subject": _TITLE},
        "send_resolved": True,
    }


def _webhook(channel: AlertWebhook, *, resolved: bool = True) -> dict[str, Any]:
    return {"url_file": _file(channel, channel.key), "send_resolved": resolved}
