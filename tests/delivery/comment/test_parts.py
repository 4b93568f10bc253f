"""The parts of a comment, by themselves."""

from __future__ import annotations

import pytest

from delivery.comment import parts
from delivery.comment.wording import ENGLISH
from delivery.plan.model import Problem
from tests.support.plans import plan, state, step


def test_why_something_is_deleted_or_replaced() -> None:
    made = plan(
        step("delete", "a", old=state(protect=True)), step("replace", "b", keys=["x", "y"]), step("replace", "c")
    )
    rows = parts.destructive(made.destructive, ENGLISH, rows=9).splitlines()
    told = {row.split("<code>")[1].split("<")[0]: row for row in rows if "<code>" in row}
    assert "the program does not declare it any more; **protected" in told["a"]
    assert "changes of <code>x</code>, <code>y</code> replace it" in told["b"]
    assert "something it depends on is replaced" in told["c"]


@pytest.mark.parametrize("rows", [1, 2])
def test_rows_that_are_left_out_are_counted(rows: int) -> None:
    made = plan(*(step("delete", name) for name in "abc"))
    said = parts.destructive(made.destructive, ENGLISH, rows)
    assert said.count("**DELETE**") == rows
    assert said.endswith(f"{3 - rows} more.")


def test_a_component_is_a_diff() -> None:
    changed = {"a": 1, "b": "gone"}
    made = plan(
        step("update", "x", old=state(inputs=changed), new=state(inputs={"a": 2, "c": "new"})),
        step("replace", "y", keys=["k"], old=state(inputs={"k": 1}), new=state(inputs={"k": 2})),
    )
    ((name, changes),) = parts.components(made)
    lines = parts.component(name, changes, ENGLISH).splitlines()
    assert "-+ aws:s3/bucket:Bucket y (replace)" in lines
    assert lines.index("-   k: 1 (!)") < lines.index("+   k: 2 (!)") < lines.index("! aws:s3/bucket:Bucket x (update)")
    assert {"-   a: 1", "+   a: 2", '-   b: "gone"', '+   c: "new"'} <= set(lines)


def test_components_with_something_destructive_come_first() -> None:
    made = plan(
        step("create", "a", around=("cartorio:aa:New",)),
        step("create", "b", around=("cartorio:zz:Old", "cartorio:yy:Inner")),
        step("delete", "c", around=("cartorio:zz:Old",)),
        step("create", "d", type_="kubernetes:core/v1:Namespace"),
    )
    assert [(name, len(found)) for name, found in parts.components(made)] == [
        ("cartorio:zz:Old", 2), ("cartorio:aa:New", 1), ("kubernetes", 1),
    ]  # fmt: skip


def test_a_resource_with_many_properties_and_long_names() -> None:
    made = plan(step("create", "n" * 500, new=state(inputs={f"p{number:02}": "v" * 500 for number in range(40)})))
    ((name, changes),) = parts.components(made)
    said = parts.component(name, changes, ENGLISH)
    assert "... 28 more." in said
    assert max(map(len, said.splitlines())) < 400


def test_problems_are_told_with_what_they_are_about() -> None:
    found = [Problem(severity="error", urn="urn:pulumi:s::p::t::the-name", message="broke | badly")]
    said = parts.problems(ENGLISH.errors, found, ENGLISH, rows=3)
    assert "<code>the-name</code>" in said
    assert "broke &#124; badly" in said
