"""A plan at a terminal."""

from __future__ import annotations

import json

from delivery.plan.model import Source
from delivery.plan.policies import read_record
from delivery.preview.text import lines
from tests.support.plans import ORIGIN, plan, policy, state, step


def _said(*steps: dict[str, object], **more: object) -> str:
    return "\n".join(line.plain for line in lines(plan(*steps, **more)))  # type: ignore[arg-type]


def test_everything_that_matters_is_there() -> None:
    exempted = (
        '{"exempted": {"rule": "r/x", "urn": "", "resource": "Job x", "message": "m", "reason": "r", '
        '"owner": "o", "ticket": "P-1", "expires": "2027-02-15"}}'
    )
    image = '{"image": {"reference": "r/a@sha256:0", "outcome": "trusted", "signers": ["release"], "reasons": []}}'
    said = _said(
        step("replace", "a"),
        step("same", "b", old=state(protect=True), new=state()),
        policies=(policy(why="it is open\x1b[31m"),),
        record=read_record([exempted, image]),
        origin=ORIGIN.model_copy(update={"lab": True}),
        exit_code=255,
    )
    for part in (
        "in the lab, from nothing",
        "did not come to its end",
        "(because of what it depends on)",
        "PROTECTION LIFTED",
        "it is open\\u{1b}[31m",
        "exempt: r/x: Job x until 2027-02-15 (P-1)",
        "image trusted by release: r/a@sha256:0",
        "digest sha256:",
    ):
        assert part in said


def test_a_finding_says_where_in_the_program() -> None:
    made = plan(policies=(policy(),))
    placed = made.findings[0].model_copy(update={"source": Source(file="components/data.py", line=7), "path": "acl"})
    said = "\n".join(line.plain for line in lines(made.model_copy(update={"findings": (placed,)})))
    assert "it is open (acl)" in said
    assert "at: components/data.py:7" in said


def test_nothing_of_it_begins_a_line_or_moves_the_cursor() -> None:
    odd = "x\n::error::y\x1b[2J"
    told = plan(policies=(policy(odd, where=odd, why=odd, remedy=odd),), record=read_record(_exempted(odd)))
    placed = told.findings[0].model_copy(update={"source": Source(file=odd, line=7), "path": odd})
    said = "\n".join(line.plain for line in lines(told.model_copy(update={"findings": (placed,)})))
    assert "\x1b" not in said
    assert not [line for line in said.splitlines() if line.lstrip().startswith("::")]


def _exempted(odd: str) -> list[str]:
    names = ("rule", "urn", "resource", "message", "reason", "owner", "ticket", "expires")
    return [json.dumps({"exempted": dict.fromkeys(names, odd)})]


def test_what_nobody_judged_says_so() -> None:
    said = "\n".join(line.plain for line in lines(plan().model_copy(update={"packs": ()})))
    assert "no policy pack has judged this" in said
    assert "judged" not in _said()
