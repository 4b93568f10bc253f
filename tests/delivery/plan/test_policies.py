"""What policies say, as findings."""

from __future__ import annotations

import json

import pytest

from delivery.plan.model import Enforcement, Severity
from delivery.plan.policies import findings, read_record
from lab.errors import LabError
from tests.support.plans import policy, urn

_EXEMPTED = {
    "rule": "image/signed", "urn": urn("x"), "resource": "Job x", "message": "not signed", "reason": "the vendor's",
    "owner": "ana", "ticket": "P-1", "expires": "2027-02-15",
}  # fmt: skip
_IMAGE = {"reference": "r/a@sha256:0", "outcome": "trusted", "signers": ["release"], "reasons": ["signed"]}


def _record(*entries: object) -> list[str]:
    return [json.dumps(entry) for entry in entries]


def test_this_projects_pack_is_understood() -> None:
    told = policy(why="it is open (acl)\n        it is not encrypted", remedy="Close it,\nthen open it never again.")
    record = read_record(_record({"reason": {"text": "it is open (acl)", "path": "acl"}}))
    first, second = findings([told, told], record)
    assert (first.rule, first.pack, first.resource) == (
        "aws/s3-public-access",
        "cartorio-guardrails",
        "Bucket evidence",
    )
    assert [(one.path, one.message) for one in (first, second)] == [("", "it is not encrypted"), ("acl", "it is open")]
    assert (first.severity, first.enforcement, first.urn) == (Severity.HIGH, Enforcement.MANDATORY, urn("evidence"))
    assert first.remedy == "Close it,\nthen open it never again."


def test_another_packs_text_is_the_message() -> None:
    (found,) = findings([policy(message="Described.\nIt is wrong.\n", severity="", resourceUrn="")], read_record([]))
    assert (found.message, found.remedy, found.resource) == ("Described.\nIt is wrong.", "", "the stack")
    assert found.severity is Severity.UNKNOWN


def test_the_worst_comes_first() -> None:
    told = [
        policy("a", severity="critical", enforcementLevel="advisory"),
        policy("b", severity="low"),
        policy("c", severity="critical"),
        policy("d", severity="of another world", enforcementLevel="remediate"),
    ]
    assert [one.rule for one in findings(told, read_record([]))] == ["c", "b", "d", "a"]


def test_a_credential_in_a_policys_text_is_masked() -> None:
    told = policy(
        why="AKIAIOSFODNN7EXAMPLE is used", remedy="remove AKIAIOSFODNN7EXAMPLE", where="Pod AKIAIOSFODNN7EXAMPLE"
    )
    assert "AKIAIOSFODNN7EXAMPLE" not in repr(findings([told], read_record([])))


def test_exemptions_and_images_of_the_record() -> None:
    entries = (
        {"exempted": _EXEMPTED},
        {"image": _IMAGE},
        {"exempted": _EXEMPTED},
        {"image": {**_IMAGE, "reference": "r/b"}},
    )
    record = read_record(_record(*entries))
    assert [one.ticket for one in record.exemptions] == ["P-1"]
    assert [(one.reference, one.signers) for one in record.images] == [
        ("r/a@sha256:0", ("release",)),
        ("r/b", ("release",)),
    ]


def test_a_record_that_was_cut_short_tells_what_came_before() -> None:
    lines = _record({"image": _IMAGE}, {"exempted": _EXEMPTED})
    record = read_record([lines[0], lines[1][:20]])
    assert len(record.images) == 1
    assert record.exemptions == ()


@pytest.mark.parametrize(
    "entry",
    [
        [],
        1,
        "x",
        {"reason": {}},
        {"reason": 1},
        {"image": {"reference": 1}},
        {"exempted": {"rule": "x"}},
        {"image": []},
    ],
)
def test_a_record_of_another_form_is_said(entry: object) -> None:
    with pytest.raises(LabError, match="the policy pack's record is not of a form that is known"):
        read_record(_record(entry))
