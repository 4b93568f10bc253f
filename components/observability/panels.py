"""Dashboards as Grafana reads them, from small values. Pure.

https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

SCHEMA: Final = 39
"""Version of the model; Grafana carries older ones forward by itself."""
COLUMNS: Final = 24
PROMETHEUS = {"type": "prometheus", "uid": "prometheus"}
LOKI = {"type": "loki", "uid": "loki"}


@dataclass(frozen=True)
class Query:
    """What a panel asks; `legend` names each series by its labels: `{{pod}}`. `table` asks for the last values only."""

    expr: str
    legend: str = ""
    table: bool = False


@dataclass(frozen=True)
class Panel:
    """One panel.

    Attributes:
        title: what it shows.
        queries: what it asks.
        kind: of Grafana's panels.
        unit: of its values (https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats/categories.ts).
        width: in columns of 24.
        height: in rows.
        description: what to make of it.
        steps: values from which it is coloured, and the colours; the first has no value.
        datasource: what it asks.
        bounds: lowest and highest value of its axis.
    """

    title: str
    queries: tuple[Query, ...]
    kind: str = "timeseries"
    unit: str = "short"
    width: int = 12
    height: int = 8
    description: str = ""
    steps: tuple[tuple[float | None, str], ...] = ((None, "green"),)
    datasource: dict[str, str] = field(default_factory=lambda: dict(PROMETHEUS))
    bounds: tuple[float, float] | None = None

    def rendered(self, number: int, place: dict[str, int]) -> dict[str, Any]:
        """As Grafana reads it."""
        defaults: dict[str, Any] = {
            "unit": self.unit,
            "thresholds": {
                "mode": "absolute",
                "steps": [{"value": value, "color": colour} for value, colour in self.steps],
            },
        }
        if self.bounds is not None:
            defaults |= {"min": self.bounds[0], "max": self.bounds[1]}
        return {
            "id": number,
            "type": self.kind,
            "title": self.title,
            "description": self.description,
            "datasource": self.datasource,
            "gridPos": place,
            "fieldConfig": {"defaults": defaults, "overrides": []},
            "options": _OPTIONS.get(self.kind, {}),
            "targets": [self._target(query, index) for index, query in enumerate(self.queries)],
        }

    def _target(self, query: Query, index: int) -> dict[str, Any]:
        target: dict[str, Any] = {
            "refId": chr(ord("A") + index),
            "datasource": self.datasource,
            "expr": query.expr,
            "legendFormat": query.legend or "__auto",
        }
        if self.datasource == PROMETHEUS:
            target |= {
                "instant": query.table,
                "range": not query.table,
                "format": "table" if query.table else "time_series",
            }
        return target


_OPTIONS: dict[str, dict[str, Any]] = {
    "timeseries": {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "stat": {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}, "colorMode": "value"},
    "gauge": {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}},
    "table": {"showHeader": True},
    "logs": {"showTime": True, "wrapLogMessage": True, "dedupStrategy": "none"},
}


@dataclass(frozen=True)
class Dashboard:
    """One dashboard. `marks` is a query that has a series while something is new: the marks of deployments."""

    uid: str
    title: str
    panels: tuple[Panel, ...]
    marks: str
    mark_title: str
    hours: int = 6

    def rendered(self) -> dict[str, Any]:
        """As Grafana reads it."""
        return {
            "uid": self.uid,
            "title": self.title,
            "tags": ["cartorio"],
            "schemaVersion": SCHEMA,
            "version": 1,
            "editable": False,
            "graphTooltip": 1,
            "refresh": "1m",
            "timezone": "browser",
            "time": {"from": f"now-{self.hours}h", "to": "now"},
            "templating": {"list": []},
            "annotations": {"list": [self._deployments()]},
            "panels": _placed(self.panels),
        }

    def _deployments(self) -> dict[str, Any]:
        return {
            "name": "Deployments",
            "datasource": PROMETHEUS,
            "enable": True,
            "hide": False,
            "iconColor": "purple",
            "expr": self.marks,
            "step": "60s",
            "titleFormat": self.mark_title,
            "textFormat": "{{role}}",
            "tagKeys": "role,version",
        }


def _placed(panels: tuple[Panel, ...]) -> list[dict[str, Any]]:
    """From left to right, in rows as high as their highest panel."""
    placed, left, top, highest = [], 0, 0, 0
    for number, panel in enumerate(panels, start=1):
        if left + panel.width > COLUMNS:
            left, top, highest = 0, top + highest, 0
        placed.append(panel.rendered(number, {"x": left, "y": top, "w": panel.width, "h": panel.height}))
        left, highest = left + panel.width, max(highest, panel.height)
    return placed
