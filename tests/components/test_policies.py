from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pulumi

from components.policies import EVERYONE, Condition, Effect, Principal, Statement, document
from tests.support.plan import run

if TYPE_CHECKING:
    from collections.abc import Callable


def _rendered(statement: Callable[[], Statement]) -> list[dict[str, object]]:
    seen: list[str] = []
    run(lambda: document(statement()).apply(seen.append))
    rendered = json.loads(seen[0])
    assert rendered["Version"] == "2012-10-17"
    result: list[dict[str, object]] = rendered["Statement"]
    return result


def test_a_statement_with_everything() -> None:
    def statement() -> Statement:
        return Statement(
            sid="Deny",
            effect=Effect.DENY,
            principal=EVERYONE,
            actions=("s3:*",),
            resources=("a", "b"),
            conditions=(
                Condition("Bool", "x", ("true",)),
                Condition("StringEquals", "y", ("1", "2")),
                Condition("StringEquals", "z", ("3",)),
            ),
        )

    assert _rendered(statement) == [
        {
            "Sid": "Deny",
            "Effect": "Deny",
            "Action": "s3:*",
            "Resource": ["a", "b"],
            "Principal": {"AWS": "*"},
            "Condition": {"Bool": {"x": "true"}, "StringEquals": {"y": ["1", "2"], "z": "3"}},
        }
    ]


def test_outputs_are_resolved_and_absent_parts_left_out() -> None:
    def statement() -> Statement:
        return Statement(
            sid="Assume",
            principal=Principal("Service", (pulumi.Output.from_input("logs.amazonaws.com"),)),
            actions=("sts:AssumeRole",),
            resources=(),
        )

    assert _rendered(statement) == [
        {"Sid": "Assume", "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "logs.amazonaws.com"}}
    ]
