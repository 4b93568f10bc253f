from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from guardrails.catalogue import CATALOGUE
from guardrails.exemptions import Exemption, read_exemptions, unused

TODAY = date(2026, 11, 22)
RULES = {policy.id for policy in CATALOGUE}
URN = "urn:pulumi:staging::cartorio::kubernetes:apps/v1:Deployment::legacy"
VALID = {
    "rule": "workload/probes",
    "resource": URN,
    "reason": "The vendor's image has no health endpoint before 2.4.",
    "owner": "plataforma@cartorio.example",
    "ticket": "OPS-1234",
    "expires": "2026-12-31",
}


def _file(*entries: object) -> str:
    return yaml.safe_dump({"exemptions": list(entries)})


def _problem(**changes: object) -> str:
    entry = {key: value for key, value in {**VALID, **changes}.items() if value is not ...}
    valid, problems = read_exemptions(_file(entry), TODAY, RULES)
    assert valid == ()
    (problem,) = problems
    assert problem.remedy
    return f"{problem.where}: {problem.what}"


def test_a_valid_entry_exempts_its_resource_from_its_rule() -> None:
    valid, problems = read_exemptions(_file(VALID), TODAY, RULES)
    assert problems == ()
    (exemption,) = valid
    assert exemption.expires == date(2026, 12, 31)
    assert exemption.covers("workload/probes", URN)
    assert not exemption.covers("workload/resources", URN)
    assert not exemption.covers("workload/probes", f"{URN}-too")


def test_an_unquoted_date_is_a_date_too() -> None:
    text = _file(VALID).replace("'2026-12-31'", "2026-12-31")
    assert len(read_exemptions(text, TODAY, RULES)[0]) == 1


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"rule": "workload/probe"}, "exemptions[0].rule: there is no rule 'workload/probe'"),
        ({"rule": "*"}, "there is no rule '*'"),
        ({"rule": "pack/exemptions"}, "pack/exemptions cannot be exempted"),
        ({"resource": "*"}, "covers too much"),
        ({"resource": "urn:pulumi:*::*::*::*"}, "covers too much"),
        ({"resource": "urn:pulumi:staging::cartorio::kubernetes:apps/v1:Deployment::a*"}, "covers too much"),
        ({"resource": f"{URN}#Deployment/x/*"}, "covers too much"),
        ({"resource": "urn:pulumi:legacy*"}, "covers too much"),
        ({"resource": "file:clusters/*"}, "covers too much"),
        ({"resource": "file:clusters/x.yaml#Pod/x/*"}, "covers too much"),
        ({"resource": "clusters/x.yaml#Pod/x/name"}, "covers too much"),
        ({"expires": "2026-11-21"}, "expired on 2026-11-21"),
        ({"expires": "2027-02-21"}, "more than 90 days ahead"),
        ({"expires": "soon"}, "exemptions[0].expires: not a date"),
        ({"expires": 20261231}, "must be a text that says something: expires"),
        ({"owner": "  "}, "must be a text that says something: owner"),
        ({"ticket": ...}, "missing: ticket"),
        ({"until": "2026-12-31"}, "not known: until"),
    ],
)
def test_an_entry_that_is_not_exactly_right_exempts_nothing(changes: dict[str, Any], says: str) -> None:
    assert says in _problem(**changes)


def test_the_last_day_counts_and_so_does_the_ninetieth() -> None:
    for day in ("2026-11-22", "2027-02-20"):
        assert len(read_exemptions(_file({**VALID, "expires": day}), TODAY, RULES)[0]) == 1


def test_one_bad_entry_does_not_spoil_the_others() -> None:
    valid, problems = read_exemptions(_file({**VALID, "rule": "x/y"}, VALID), TODAY, RULES)
    assert (len(valid), len(problems)) == (1, 1)


@pytest.mark.parametrize(
    "text", ["", "[]", "exemptions:", "exemptions: {}", "exemptions: []\nmore: 1", "a: [", "a: 1\na: 1"]
)
def test_a_file_of_another_shape_is_a_problem(text: str) -> None:
    valid, problems = read_exemptions(text, TODAY, RULES)
    assert valid == ()
    assert problems[0].where == "exemptions.yaml"


@pytest.mark.parametrize(
    ("pattern", "identity", "covered"),
    [
        (f"{URN}*", f"{URN}-2", True),
        (f"{URN}*", f"{URN}#Pod/x/y", False),
        (f"{URN}#Pod/x/api-*", f"{URN}#Pod/x/api-1", True),
        ("urn:pulumi:*::cartorio::a:b:C::name", "urn:pulumi:staging::cartorio::a:b:C::name", True),
        ("urn:pulumi:*::cartorio::a:b:C::name", "urn:pulumi:s::other::a::cartorio::a:b:C::name", False),
        ("urn:pulumi:s::p::a:b:C::name?", "urn:pulumi:s::p::a:b:C::name1", True),
        ("urn:pulumi:s::p::a:b:C::na[mn]e", "urn:pulumi:s::p::a:b:C::name", False),
        ("file:clusters/*#Pod/x/api-*", "file:clusters/producao/a.yaml#Pod/x/api-1", True),
        ("file:clusters/*#Pod/x/api-*", "file:charts/a.yaml#Pod/x/api-1", False),
    ],
)
def test_wildcards_stay_within_a_segment(pattern: str, identity: str, *, covered: bool) -> None:
    (exemption,), _ = read_exemptions(_file({**VALID, "resource": pattern}), TODAY, RULES)
    assert exemption.covers("workload/probes", identity) is covered


@given(st.text(max_size=200))
def test_any_text_is_read_without_a_crash(text: str) -> None:
    valid, problems = read_exemptions(text, TODAY, RULES)
    assert valid == ()
    assert problems


@given(st.fixed_dictionaries({key: st.none() | st.text() | st.integers() | st.lists(st.text()) for key in VALID}))
def test_any_entry_is_valid_or_a_problem(entry: dict[str, object]) -> None:
    valid, problems = read_exemptions(_file(entry), TODAY, RULES)
    assert bool(valid) is not bool(problems)


def test_the_committed_file_has_no_problem() -> None:
    text = (Path(__file__).parents[2] / "policy_pack" / "exemptions.yaml").read_text()
    assert read_exemptions(text, date.today(), RULES)[1] == ()  # noqa: DTZ011 - the day is all that counts


OTHER = "urn:pulumi:staging::cartorio::a:b:C::other"
PROVIDER = "urn:pulumi:staging::cartorio::pulumi:providers:aws::cloud"


def _exemption(resource: str) -> Exemption:
    return Exemption("workload/probes", resource, "why", "who", "T-1", TODAY)


@pytest.mark.parametrize(
    ("resource", "judged", "declared", "says"),
    [
        (URN, {URN}, {URN}, "keeps workload/probes"),
        (f"{URN}*", {URN}, {URN}, "keeps workload/probes"),
        (URN, {OTHER}, {OTHER, PROVIDER}, "has no resource"),
        (f"{URN}#Pod/x/gone", {URN}, {URN}, "has no resource"),
        (URN, {OTHER}, {OTHER, f"{OTHER}-left-out"}, ""),  # a run of a part
        (URN, set(), {URN}, ""),
        (URN.replace("staging", "producao"), {OTHER}, {OTHER}, ""),
        (URN.replace("staging", "*"), {OTHER}, {OTHER}, ""),
        (URN.replace("staging", "*"), {URN}, {URN}, "keeps workload/probes"),
        ("file:a.yaml#Pod/x/api", {"file:a.yaml#Pod/x/api"}, {"file:a.yaml#Pod/x/api"}, "keeps workload/probes"),
        ("file:a.yaml#Pod/x/api", {"file:b.yaml#Pod/x/api"}, {"file:b.yaml#Pod/x/api"}, ""),
    ],
)
def test_one_that_nothing_needs_is_a_problem_as_far_as_a_run_can_tell(
    resource: str, judged: set[str], declared: set[str], says: str
) -> None:
    exemption = _exemption(resource)
    problems = unused([exemption], set(), judged, declared)
    assert [says in problem.what for problem in problems] == ([True] if says else [])
    assert unused([exemption], {exemption}, judged, declared) == ()
