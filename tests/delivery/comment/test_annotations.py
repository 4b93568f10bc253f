"""Annotations: commands that a runner understands, and no others."""

from __future__ import annotations

from delivery.comment.annotations import commands
from delivery.plan.model import Source
from tests.support.plans import plan, policy


def test_a_finding_is_a_command_with_its_place() -> None:
    made = plan(policies=(policy(),))
    placed = made.findings[0].model_copy(update={"source": Source(file="a,b:c.py", line=7)})
    (line,) = commands([made.model_copy(update={"findings": (placed,)})])
    assert line == (
        "::error file=a%2Cb%3Ac.py,line=7,title=producao%3A aws/s3-public-access"
        "::Bucket evidence: it is open. Close it."
    )


def test_advice_is_a_warning() -> None:
    (line,) = commands([plan(policies=(policy(enforcementLevel="advisory"),))])
    assert line.startswith("::warning title=")


def test_nothing_in_a_finding_begins_another_command() -> None:
    (line,) = commands([plan(policies=(policy(why="100% open%0A\n::set-env name=X::y"),))])
    assert "\n" not in line
    assert "100%25 open%250A ::set-env" in line


def test_what_is_not_shown_is_counted() -> None:
    lines = list(commands([plan(policies=tuple(policy(name=f"n{number}") for number in range(14)))]))
    assert len(lines) == 10
    assert lines[-1] == "::error title=policy::5 more findings: see the plan"
