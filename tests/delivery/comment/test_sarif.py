"""Findings of plans in SARIF; the format itself: tests/delivery/test_sarif.py."""

from __future__ import annotations

import json

from delivery.comment.sarif import sarif
from delivery.plan.model import Source
from tests.support.plans import plan, policy


def test_findings_with_their_lines() -> None:
    made = plan(policies=(policy(), policy("image/signed", enforcementLevel="advisory", severity="")))
    first, second = made.findings
    placed = first.model_copy(update={"source": Source(file="components/a b.py", line=7), "path": "acl"})
    (run,) = json.loads(sarif([made.model_copy(update={"findings": (placed, second)})]))["runs"]
    one, other = run["results"]
    assert (one["ruleId"], one["level"], other["level"]) == ("aws/s3-public-access", "error", "warning")
    assert one["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "components/a%20b.py"}, "region": {"startLine": 7},
    }  # fmt: skip
    assert other["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "Pulumi.producao.yaml"
    assert one["message"]["text"] == "producao: Bucket evidence: it is open (acl). Remedy: Close it."
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["aws/s3-public-access", "image/signed"]
    assert run["tool"]["driver"]["rules"][1]["properties"]["security-severity"] == "5.0"


def test_a_finding_stays_the_same_one_wherever_it_moves() -> None:
    def prints(line: int) -> str:
        made = plan(policies=(policy(),))
        placed = made.findings[0].model_copy(update={"source": Source(file="a.py", line=line)})
        (run,) = json.loads(sarif([made.model_copy(update={"findings": (placed,)})]))["runs"]
        return str(run["results"][0]["partialFingerprints"])

    assert prints(1) == prints(2)
    other = json.loads(sarif([plan(policies=(policy(),), stack="staging")]))["runs"][0]["results"][0]
    assert str(other["partialFingerprints"]) != prints(1)


def test_a_preview_that_did_not_come_to_its_end_is_not_taken_for_a_good_one() -> None:
    whole, broken = plan(), plan().model_copy(update={"complete": False})
    told = [json.loads(sarif([one]))["runs"][0]["invocations"][0]["executionSuccessful"] for one in (whole, broken)]
    assert told == [True, False]


def test_nothing_found_is_a_run_without_results() -> None:
    (run,) = json.loads(sarif([plan()]))["runs"]
    assert run["results"] == []
