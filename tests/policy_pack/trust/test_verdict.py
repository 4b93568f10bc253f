from __future__ import annotations

import dataclasses

import pytest

from guardrails.trust.verdict import Outcome, Reason, Verdict

TREE = Reason(
    "refused",
    holds=False,
    because=(
        Reason(
            "two keys required", holds=False, because=(Reason("a signed", holds=True), Reason("b did not", holds=False))
        ),
        Reason("nothing found", holds=False),
        Reason("fine", holds=True, because=(Reason("hidden", holds=False),)),
    ),
)


def test_failures_are_the_paths_to_what_failed() -> None:
    assert list(TREE.failures()) == ["refused: two keys required: b did not", "refused: nothing found"]
    assert list(Reason("fine", holds=True).failures()) == []


def test_the_tree_is_drawn_whole() -> None:
    assert list(TREE.draw()) == [
        "- refused",
        "  - two keys required",
        "    + a signed",
        "    - b did not",
        "  - nothing found",
        "  + fine",
        "    - hidden",
    ]


def test_verdicts_are_frozen_and_outcomes_are_their_text() -> None:
    verdict = Verdict("r", None, Outcome.REFUSED, None, (), (), "")
    assert verdict.outcome == "refused"
    assert {str(outcome) for outcome in Outcome} == {"trusted", "refused", "error"}
    with pytest.raises(dataclasses.FrozenInstanceError):
        verdict.outcome = Outcome.TRUSTED  # type: ignore[misc]
