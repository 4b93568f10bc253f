"""A check's result in SARIF; the format itself: tests/delivery/test_sarif.py."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from delivery.policy.sarif import as_sarif
from guardrails.model import Enforcement
from tests.support.checks import found, result

if TYPE_CHECKING:
    from delivery.policy.model import Result


def _run(of: Result) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(as_sarif(of, "1.2.3"))["runs"][0]
    return run


def test_a_finding_has_its_rule_its_line_and_a_lasting_name() -> None:
    run = _run(result(found(), found(line=9), found(enforcement=Enforcement.ADVISORY)))
    first, second, advice = run["results"]
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == "image/signed"
    assert run["tool"]["driver"]["version"] == "1.2.3"
    assert (first["level"], advice["level"]) == ("error", "warning")
    physical = first["locations"][0]["physicalLocation"]
    assert physical == {"artifactLocation": {"uri": "dir/a%20b.yaml"}, "region": {"startLine": 7}}
    assert first["partialFingerprints"] == second["partialFingerprints"]


def test_what_has_no_file_has_no_place_and_standard_input_is_called_so() -> None:
    nowhere, piped = _run(result(found(file="", line=0), found(file="-")))["results"]
    assert "physicalLocation" not in nowhere["locations"][0]
    assert piped["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "stdin"


def test_what_is_exempt_is_suppressed_and_what_was_not_read_is_told() -> None:
    run = _run(result(exempted=True, unread=True))
    assert "until 2026-12-31" in run["results"][0]["suppressions"][0]["justification"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert "not valid YAML" in invocation["toolExecutionNotifications"][0]["message"]["text"]
