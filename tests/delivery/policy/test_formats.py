from __future__ import annotations

import json
from typing import Any

from delivery.policy import formats
from guardrails.model import Enforcement, Severity
from tests.support.checks import NASTY, found, result

ADVICE: dict[str, Any] = {"enforcement": Enforcement.ADVISORY, "severity": Severity.LOW, "line": 0}


def test_json_is_what_was_agreed_and_no_more() -> None:
    assert json.loads(formats.as_json(result())) == {"checked": 3, "findings": []}
    document = json.loads(formats.as_json(result(found())))
    assert document["findings"] == [
        {
            "rule": "image/signed",
            "severity": "critical",
            "enforcement": "mandatory",
            "file": "dir/a b.yaml",
            "document": 2,
            "resource": "Pod x/api",
            "path": "spec.image",
            "message": "it is not signed",
            "remedy": "Sign it.",
        }
    ]


def test_json_has_exemptions_and_what_could_not_be_read_where_there_are_some() -> None:
    document = json.loads(formats.as_json(result(exempted=True, unread=True)))
    (exempt,) = document["exempted"]
    assert exempt["resource"] == "Pod x/old"
    assert exempt["exemption"] == {
        "reason": "the vendor signs nothing",
        "owner": "ops",
        "ticket": "T-1",
        "expires": "2026-12-31",
    }
    assert document["unread"] == [
        {"file": "broken.yaml", "line": 4, "message": "is not valid YAML", "remedy": "Correct it."}
    ]


def test_text_says_where_why_and_what_to_do() -> None:
    text = formats.as_text(result(found(), found(**ADVICE), exempted=True, unread=True))
    assert text.splitlines()[:4] == [
        "dir/a b.yaml:7: image/signed [critical, mandatory]",
        "    Pod x/api: it is not signed (spec.image)",
        "    remedy: Sign it.",
        "dir/a b.yaml (document 2): image/signed [low, advisory]",
    ]
    assert "image/signed [exempt until 2026-12-31, ops, T-1]" in text
    assert "broken.yaml:4: could not be read" in text
    assert "3 objects judged by " in text
    assert text.splitlines()[-1].endswith("1 mandatory and 1 advisory findings, 1 exempt, 1 could not be read")


def test_a_result_without_findings_says_so() -> None:
    assert formats.as_text(result()).endswith("no findings")
    assert "everything together" in formats.as_text(result(found(file="", line=0)))


def test_nothing_that_somebody_wrote_reaches_a_terminal_or_a_comment_as_more_than_text() -> None:
    nasty = found(resource=NASTY, message=NASTY, file=NASTY)
    text = formats.as_text(result(nasty))
    assert "\x1b" not in text
    assert len(text.splitlines()) == 4
    comment = formats.as_markdown(result(nasty, exempted=True, unread=True))
    assert "<b>" not in comment
    assert "&lt;b&gt;" in comment
    rows = [line for line in comment.splitlines() if line.startswith("| ")]
    assert all(line.replace("\\|", "").count("|") == 6 for line in rows)


def test_a_comment_is_a_table() -> None:
    comment = formats.as_markdown(result(found()))
    assert "| `dir/a b.yaml:7`<br>Pod x/api | `image/signed`<br>mandatory | critical |" in comment
