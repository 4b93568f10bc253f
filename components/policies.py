"""IAM policy documents, typed: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import pulumi

if TYPE_CHECKING:
    from components.base import Text

_VERSION = "2012-10-17"


class Effect(StrEnum):
    """Whether a statement allows or denies."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True)
class Condition:
    """One condition; one of `values` has to match."""

    operator: str
    key: str
    values: tuple[Text, ...]


@dataclass(frozen=True)
class Principal:
    """Who a statement is about: `kind` is `AWS`, `Federated` or `Service`; `values` are ARNs, `*` or service names."""

    kind: str
    values: tuple[Text, ...]


EVERYONE = Principal("AWS", ("*",))


@dataclass(frozen=True)
class Statement:
    """One statement; several conditions all have to hold.

    `principal` is for resource policies only; a trust policy has no `resources`.
    """

    sid: str
    actions: tuple[str, ...]
    resources: tuple[Text, ...]
    effect: Effect = Effect.ALLOW
    principal: Principal | None = None
    conditions: tuple[Condition, ...] = ()


def document(*statements: Statement) -> pulumi.Output[str]:
    """The policy as JSON; unknown while a part of it is."""
    return pulumi.Output.json_dumps(rendered(*statements))


def rendered(*statements: Statement) -> dict[str, object]:
    """The policy as `document` writes it, before it is JSON; plain data if every text in it is a plain one."""
    return {"Version": _VERSION, "Statement": [_rendered(statement) for statement in statements]}


def _rendered(statement: Statement) -> dict[str, object]:
    result: dict[str, object] = {
        "Sid": statement.sid,
        "Effect": statement.effect.value,
        "Action": _one_or_many(statement.actions),
    }
    if statement.resources:
        result["Resource"] = _one_or_many(statement.resources)
    if statement.principal is not None:
        result["Principal"] = {statement.principal.kind: _one_or_many(statement.principal.values)}
    conditions: dict[str, dict[str, object]] = {}
    for condition in statement.conditions:
        conditions.setdefault(condition.operator, {})[condition.key] = _one_or_many(condition.values)
    if conditions:
        result["Condition"] = conditions
    return result


def _one_or_many(values: tuple[Text, ...]) -> object:
    # AWS stores a list of one as the thing itself: writing it so keeps previews free of differences.
    return values[0] if len(values) == 1 else list(values)
