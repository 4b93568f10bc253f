"""The digest: the same for the same thing, another for any other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.plans import ORIGIN, plan, policy, secret, state, step


def _steps(digits: str = "1a2b3c4", **inputs: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    bucket = f"evidence-{digits}"
    named = {"bucket": bucket, "acl": "private", "__defaults": ["bucket"], **inputs}
    policy_text = f'{{"Resource": "arn:aws:s3:::{bucket}/*", "Sid": "{"x" * 900}"}}'
    return [
        step("create", new=state(inputs=named)),
        step(
            "create",
            "policy",
            "aws:s3/bucketPolicy:BucketPolicy",
            new=state(inputs={"bucket": bucket, "policy": policy_text}),
        ),
        step("update", "other", old=state(inputs={"a": 1}), new=state(inputs={"a": 2})),
    ]


def test_two_previews_of_the_same_thing_have_one_digest() -> None:
    steps = _steps("f606252")
    steps.reverse()
    later = ORIGIN.model_copy(update={"by": "bruno", "seconds": 9.5})
    assert plan(*_steps()).digest == plan(*steps, policies=(policy(),), origin=later).digest


@pytest.mark.parametrize(
    "changed",
    [
        _steps(acl="public-read"),
        _steps(extra=1),
        _steps(bucket="chosen-by-somebody", __defaults=[]),
        _steps()[:2],
        [*_steps(), step("delete", "more")],
        [*_steps()[:2], step("update", "other", old=state(inputs={"a": 1}), new=state(inputs={"a": 3}))],
        [*_steps()[:2], step("update", "other", old=state(inputs={"a": 1}, protect=True), new=state(inputs={"a": 2}))],
        [*_steps()[:2], step("replace", "other", keys=["a"], old=state(inputs={"a": 1}), new=state(inputs={"a": 2}))],
        [*_steps()[:2], step("update", "other", old=state(inputs={"a": 1}), new=state(inputs={"a": secret()}))],
        [
            *_steps()[:2],
            step("update", "other", old=state(inputs={"a": 1}), new=state(inputs={"a": 2}, parent="urn:x")),
        ],
    ],
)
def test_anything_else_that_is_done_is_another_digest(changed: list[dict[str, Any]]) -> None:
    assert plan(*changed).digest != plan(*_steps()).digest


def test_the_end_of_a_long_value_counts() -> None:
    def long(last: str) -> str:
        return plan(step("create", new=state(inputs={"policy": "x" * 5000 + last}))).digest

    assert long("a") != long("b")


def test_another_stack_is_another_digest() -> None:
    assert plan(stack="producao").digest != plan(stack="producao-dr").digest


def test_a_digest_says_how_it_was_made() -> None:
    assert plan().digest.startswith("sha256:")
    assert len(plan().digest) == len("sha256:") + 64
