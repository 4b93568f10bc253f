from __future__ import annotations

import re

import pytest

from delivery.drift.report import differing, report
from tests.support.plans import plan, state, step

NASTY = (
    "a|b",
    "`x`",
    "<script>alert(1)</script>",
    "@everyone",
    "#1",
    "[a](https://evil.example)",
    "a\nb",
    "\u202eevil",
)


def test_a_stack_that_is_as_applied_has_nothing_to_tell() -> None:
    found = report(plan(step("same")))
    assert (found.body, found.title) == ("", "Drift in `producao`")


def test_what_differs_is_told_by_name_and_property_and_never_by_value() -> None:
    changed = step(
        "update",
        old=state(inputs={"acl": "private"}, outputs={"acl": "private"}),
        new=state(inputs={"acl": "public"}, outputs={}),
        detailedDiff={"acl": {"diffKind": "update", "inputDiff": True}},
    )
    found = report(plan(changed), "https://github.example/org/repo/actions/runs/7")
    assert found.body.startswith(f"{found.marker}\n1 resource is not as applied, seen 2026-11-25 12:00 UTC")
    assert "| **update** | evidence | aws&#58;s3/bucket&#58;Bucket | acl |" in found.body
    assert not {"private", "public"} & set(re.findall(r"\w+", found.body))
    assert found.body.endswith("made by https://github.example/org/repo/actions/runs/7")


def test_groupings_and_providers_are_nothing_that_drifts() -> None:
    provider = step("update", "aws", "pulumi:providers:aws")
    grouping = step("create", "network", "cartorio:network:Network", new=state(custom=False))
    assert differing(plan(provider, grouping)) == ()


@pytest.mark.parametrize("name", NASTY)
def test_whatever_stands_in_a_name_is_a_text(name: str) -> None:
    found = report(plan(step("create", name))).body
    row = next(line for line in found.splitlines() if line.startswith("| **create**"))
    assert len(re.findall(r"(?<!\\)\|", row)) == 5
    assert not re.search(r"[@`<>\[\]]|#(?!\d)", row.replace("**create**", ""))
    assert "\u202e" not in found


def test_long_names_and_many_rows_fit_into_an_issue() -> None:
    many = {f"{'`' * 40}{number}": {"diffKind": "update", "inputDiff": True} for number in range(20)}
    body = report(plan(*(step("update", f"{number}-{'|' * 500}", detailedDiff=many) for number in range(400)))).body
    assert len(body.encode()) < 65_536
    shown = body.count("**update**")
    assert shown > 5
    assert f"{400 - shown} more are in the plan of the run." in body


def test_a_name_is_cut_and_stays_readable() -> None:
    assert f"| {'x' * 160}… |" in report(plan(step("delete", "x" * 500))).body
