"""Rules and queries before Prometheus' own tools: promtool's unit tests, and what PromQL speaks of.

Format: https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/.
"""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from components.observability.rules import rendered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from components.observability.rules import Group
    from lab.services.model import Tools

_RULES = "rules.json"  # JSON is YAML
_TESTS = "tests.json"
_EVALUATION = "5m"
_KEYWORDS = frozenset({"and", "or", "unless", "bool", "offset", "atan2", "inf", "nan"})


@dataclass(frozen=True)
class Expected:
    """What a query yields after that many minutes: the series' labels and values."""

    expr: str
    minutes: int
    samples: tuple[tuple[str, float], ...]


class Promtool:
    """promtool in a folder of its own."""

    def __init__(self, tools: Tools, folder: Path) -> None:
        self._program = tools.path("promtool")
        self._folder = folder

    def check(self, groups: tuple[Group, ...]) -> str:
        """What it says of the rules; empty: nothing."""
        self._write(_RULES, rendered(groups))
        done = self._run("check", "rules", "--lint=all", _RULES)
        return "" if done.returncode == 0 else done.stdout + done.stderr

    def test(
        self, groups: tuple[Group, ...], series: Mapping[str, str], expected: Sequence[Expected], minutes: int = 1
    ) -> str:
        """What is not as expected; empty: all is. Rules are evaluated every five minutes.

        Args:
            groups: the rules.
            series: values by series, in promtool's notation.
            expected: what is asked.
            minutes: between two samples of a series.
        """
        self._write(_RULES, rendered(groups))
        test = {
            "interval": f"{minutes}m",
            "input_series": [{"series": name, "values": values} for name, values in series.items()],
            "promql_expr_test": [
                {
                    "expr": one.expr,
                    "eval_time": f"{one.minutes}m",
                    "exp_samples": [{"labels": labels, "value": value} for labels, value in one.samples],
                }
                for one in expected
            ],
        }
        order = [group.name for group in groups]  # or it would be another each time
        content = {"rule_files": [_RULES], "group_eval_order": order, "evaluation_interval": _EVALUATION}
        self._write(_TESTS, {**content, "tests": [test]})
        done = self._run("test", "rules", _TESTS)
        return "" if done.returncode == 0 else done.stdout + done.stderr

    def _write(self, name: str, content: dict[str, Any]) -> None:
        (self._folder / name).write_text(json.dumps(content), encoding="utf-8")

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._program, *arguments], cwd=self._folder, capture_output=True, text=True, check=False, timeout=120
        )


def metrics_of(expr: str) -> frozenset[str]:
    """The names of the series that a query speaks of."""
    names = set(re.findall(r'__name__=~?"([^"]+)"', expr))
    text = re.sub(r'"[^"]*"', "", expr)
    text = re.sub(r"\{[^}]*\}|\[[^\]]*\]", "", text)
    text = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", "", text)
    text = re.sub(r"\boffset\s+\w+", "", text)
    for name, call in re.findall(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(\s*\(?)", text):
        if "(" not in call and name.lower() not in _KEYWORDS:
            names.add(name)
    return frozenset(names)
