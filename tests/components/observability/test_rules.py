from __future__ import annotations

from components.observability.rules import Alert, Group, Recording, rendered
from components.sections.observability import Severity


def test_rules_are_written_as_prometheus_reads_them() -> None:
    alert = Alert("Down", "up == 0", Severity.CRITICAL, "s", "d", minutes=5, labels=(("slo", "x"),))
    group = Group("g", (Recording("a:b", "sum(up)", (("slo", "x"),)), alert), seconds=60)
    assert rendered((group,)) == {
        "groups": [
            {
                "name": "g",
                "interval": "60s",
                "rules": [
                    {"record": "a:b", "expr": "sum(up)", "labels": {"slo": "x"}},
                    {
                        "alert": "Down",
                        "expr": "up == 0",
                        "for": "5m",
                        "labels": {"severity": "critical", "slo": "x"},
                        "annotations": {"summary": "s", "description": "d"},
                    },
                ],
            }
        ]
    }


def test_what_is_not_said_is_left_out() -> None:
    assert Recording("a:b", "up").rendered() == {"record": "a:b", "expr": "up"}
    assert "for" not in Alert("A", "up", None, "s", "d").rendered()
    assert Alert("A", "up", None, "s", "d").rendered()["labels"] == {"severity": "none"}
