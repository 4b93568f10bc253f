"""An event log, as a plan."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.plan.model import Counts
from delivery.plan.reduce import reduce
from lab.errors import LabError
from tests.support.plans import ORIGIN, log, plan, policy, state, step

_STEPS = (
    step("create", "a"),
    step("update", "b", old=state(inputs={"x": 1}), new=state(inputs={"x": 2})),
    step("create-replacement", "c"),
    step("replace", "c"),
    step("delete-replaced", "c"),
    step("delete", "d"),
    step("import", "e"),
    step("same", "f"),
)


def _diagnostic(severity: str, message: str) -> str:
    return json.dumps({"diagnosticEvent": {"severity": severity, "message": message}})


def test_a_plan_counts_resources_not_steps() -> None:
    made = plan(*_STEPS, policies=(policy(),))
    assert made.counts == Counts(create=1, update=1, replace=1, delete=1, imported=1, unchanged=7)
    assert made.counts.changed == 5
    assert [change.name for change in made.destructive] == ["c", "d"]
    assert [finding.rule for finding in made.mandatory] == ["aws/s3-public-access"]
    assert made.complete
    assert made.packs == ("pack 0.1.0",)


def test_what_is_no_problem_is_not_told() -> None:
    lines = [_diagnostic("debug", "x"), _diagnostic("info", "x"), _diagnostic("warning", "careful\n"), *log()]
    made = reduce(lines, project="p", stack="s", origin=ORIGIN)
    assert [(one.severity, one.message) for one in made.problems] == [("warning", "careful")]


def test_what_a_plugin_says_at_its_end_is_no_problem_of_a_preview_that_went_well() -> None:
    lines = [*log(), _diagnostic("error", "exited prematurely")]
    assert reduce(lines, project="p", stack="s", origin=ORIGIN).failures == ()
    assert len(reduce(lines, project="p", stack="s", origin=ORIGIN, exit_code=255).failures) == 1


def test_errors_of_the_engine_are_problems() -> None:
    lines = [json.dumps({"errorEvent": {"error": "it broke: AKIAIOSFODNN7EXAMPLE"}})]
    made = reduce(lines, project="p", stack="s", origin=ORIGIN, exit_code=255)
    assert [one.message for one in made.failures] == ["it broke: [secret]"]
    assert not made.complete


def test_what_a_plan_withholds_no_message_quotes() -> None:
    provider = step("create", "p", "pulumi:providers:kubernetes", new=state(inputs={"kubeconfig": "canary-kubeconfig"}))
    manifest = step(
        "create", "s", "kubernetes:core/v1:Secret", new=state(inputs={"data": {"a": ["canary-in-list", "x"]}})
    )
    marked = step("create", "m", new=state(inputs={"a": {"password": "canary-by-name", "b": "plain-text"}}))
    said = "canary-kubeconfig, canary-in-list, canary-by-name, plain-text are wrong"
    made = reduce(
        [_diagnostic("warning", said), *log(provider, manifest, marked)], project="p", stack="s", origin=ORIGIN
    )
    assert [one.message for one in made.problems] == ["[secret], [secret], [secret], plain-text are wrong"]


def test_a_preview_that_failed_is_not_complete() -> None:
    assert not plan(*_STEPS, exit_code=255).complete


@pytest.mark.parametrize(
    "line",
    [
        [], 1, "x", {"resourcePreEvent": {}}, {"resourcePreEvent": {"metadata": {"op": "create"}}},
        {"resourcePreEvent": {"metadata": []}}, {"policyEvent": {"message": "x"}}, {"policyEvent": 1},
        {"diagnosticEvent": {"severity": "error"}}, {"summaryEvent": {"resourceChanges": {"same": "many"}}},
        {"errorEvent": {}}, {"summaryEvent": {"PolicyPacks": ["x"]}},
        {"resourcePreEvent": {"metadata": {**_STEPS[1], "detailedDiff": {"x": 1}}}},
        {"resourcePreEvent": {"metadata": {**_STEPS[1], "new": [1]}}},
    ],
)  # fmt: skip
def test_a_log_of_another_form_is_said(line: object) -> None:
    """By a newer engine, or by a program that writes into it."""
    with pytest.raises(LabError, match="the engine's log is not of a form that is known"):
        reduce([json.dumps(line), *log()], project="p", stack="s", origin=ORIGIN)


@given(st.integers(min_value=0))
def test_a_log_that_was_cut_short_is_not_complete_unless_it_came_to_its_end(length: int) -> None:
    text = "\n".join(log(*_STEPS, policies=(policy(),)))
    cut = text[: length % len(text)]
    made = reduce(cut.splitlines(), project="cartorio", stack="producao", origin=ORIGIN)
    assert made.complete == ('"result"' in cut and cut.rpartition("summaryEvent")[2].count("}") >= 4)
    assert {change.urn for change in made.changes} <= {change.urn for change in plan(*_STEPS).changes}
