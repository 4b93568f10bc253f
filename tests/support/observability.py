"""Settings of the section about observability, for tests."""

from __future__ import annotations

from typing import Any

_RESOURCES = {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"cpu": "1", "memory": "1Gi"}}

OBSERVABILITY: dict[str, Any] = {
    "metrics": {"resources": _RESOURCES},
    "alerting": {
        "pagerDuty": [{"name": "on-call", "secret": "pagerduty"}],
        "slack": [{"name": "team", "secret": "slack", "channel": "#alertas"}],
        "email": [
            {
                "name": "mail",
                "secret": "mail-relay",
                "to": "plantao@cartorio.example",
                "sender": "alertas@cartorio.example",
                "smarthost": "mail.cartorio.example:587",
                "username": "alertas",
            }
        ],
        "webhook": [{"name": "heartbeat", "secret": "heartbeat"}],
        "routes": [
            {"severity": "critical", "channels": ["on-call", "team"], "repeatHours": 1},
            {"severity": "warning", "channels": ["team", "mail"], "repeatHours": 12},
        ],
        "watchdog": "heartbeat",
    },
    "grafana": {"host": "grafana.cartorio.example"},
    "logs": {"retentionDays": 30, "replicas": 3, "resources": _RESOURCES},
    "traces": {"retentionDays": 7, "resources": _RESOURCES},
    "collector": {"resources": _RESOURCES},
    "slos": [
        {"name": "api-availability", "objective": 99.9},
        {"name": "api-latency", "objective": 99, "withinMilliseconds": 500},
    ],
}
"""Everything that can be said, once."""
