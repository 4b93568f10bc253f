from __future__ import annotations

from components.observability.panels import LOKI, Dashboard, Panel, Query


def _places(*widths: int) -> list[tuple[int, int]]:
    panels = tuple(Panel("x", (Query("up"),), width=width, height=height) for height, width in enumerate(widths, 4))
    rendered = Dashboard("u", "t", panels, "marks", "{{version}}").rendered()
    return [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in rendered["panels"]]


def test_a_row_ends_where_a_panel_does_not_fit() -> None:
    assert _places(12, 12, 12, 12) == [(0, 0), (12, 0), (0, 5), (12, 5)]
    assert _places(24, 8, 8, 8, 1) == [(0, 0), (0, 4), (8, 4), (16, 4), (0, 11)]


def test_a_table_asks_once_and_a_graph_over_time() -> None:
    panel = Panel("x", (Query("up"), Query("up", table=True))).rendered(1, {})
    graph, table = panel["targets"]
    assert (graph["range"], graph["instant"], graph["format"]) == (True, False, "time_series")
    assert (table["range"], table["instant"], table["format"]) == (False, True, "table")


def test_logs_are_asked_in_their_own_way() -> None:
    (target,) = Panel("x", (Query("{a=1}"),), kind="logs", datasource=dict(LOKI)).rendered(1, {})["targets"]
    assert "instant" not in target


def test_an_axis_has_bounds_where_they_are_known() -> None:
    defaults = Panel("x", (Query("up"),), bounds=(0.0, 1.0)).rendered(1, {})["fieldConfig"]["defaults"]
    assert (defaults["min"], defaults["max"]) == (0.0, 1.0)
    assert "min" not in Panel("x", (Query("up"),)).rendered(1, {})["fieldConfig"]["defaults"]
