from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.keys.policy import differences

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = "arn:aws:iam::123456789012:root"
DECLARED: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Use",
            "Effect": "Allow",
            "Principal": {"AWS": ROOT},
            "Action": ["kms:Encrypt", "kms:Decrypt"],
            "Resource": "*",
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}, "ArnEquals": {"aws:PrincipalArn": ["a", "b"]}},
        },
        {"Sid": "Everyone", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "kms:Sign", "Resource": "*"},
    ],
}


def _changed(change: Callable[[list[dict[str, Any]]], object]) -> tuple[str, ...]:
    policy = copy.deepcopy(DECLARED)
    change(policy["Statement"])
    return differences(DECLARED, json.dumps(policy))


@pytest.mark.parametrize(
    "change",
    [
        lambda statements: statements.reverse(),
        lambda statements: statements[0]["Action"].reverse(),
        lambda statements: statements[0].update(Action=["KMS:encrypt", "kms:Decrypt"]),
        lambda statements: statements[0].update(Resource=["*"]),
        lambda statements: statements[0].update(Principal={"AWS": ["123456789012"]}),
        lambda statements: statements[0]["Condition"].update(Bool={"kms:GrantIsForAWSResource": True}),
        lambda statements: statements[0]["Condition"].update(ArnEquals={"AWS:principalarn": ["b", "a"]}),
        lambda statements: statements[1].update(Principal="*"),
    ],
)
def test_what_means_the_same(change: Callable[[list[dict[str, Any]]], object]) -> None:
    assert _changed(change) == ()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda statements: statements.pop(), "statement Everyone is missing"),
        (lambda statements: statements[1].update(Sid="Else"), "statement Everyone is missing"),
        (lambda statements: statements.append({"Sid": "More"}), "statement More is not declared"),
        (lambda statements: statements.append({"Effect": "Allow"}), "a statement without Sid is not declared"),
        (lambda statements: statements.append("nonsense"), "a statement without Sid is not declared"),
        (lambda statements: statements.append(statements[0]), "statement Use is there 2 times"),
        (lambda statements: statements[0].update(Effect="Deny"), "statement Use differs in Effect"),
        (lambda statements: statements[0].update(Resource="x"), "statement Use differs in Resource"),
        (lambda statements: statements[0].update(NotPrincipal="x"), "statement Use differs in NotPrincipal"),
        (lambda statements: statements[0].update(Principal="*"), "statement Use differs in Principal"),
        (lambda statements: statements[0].update(Principal={"Service": ROOT}), "statement Use differs in Principal"),
        (lambda statements: statements[0].pop("Condition"), "statement Use differs in Condition"),
        (lambda statements: statements[0]["Condition"].pop("Bool"), "statement Use differs in Condition"),
        (lambda statements: statements[0].update(Condition="x"), "statement Use differs in Condition"),
        (
            lambda statements: statements[0].update(Action=["kms:Encrypt", "kms:Sign"]),
            "statement Use differs in Action (more: kms:sign; lacking: kms:decrypt)",
        ),
        (lambda statements: statements[0].pop("Action"), "statement Use differs in Action"),
    ],
)
def test_what_differs_is_named(change: Callable[[list[dict[str, Any]]], object], told: str) -> None:
    assert told in _changed(change)


def test_a_long_list_of_actions_is_cut() -> None:
    actions = [f"kms:{number}" for number in range(9)]
    (told,) = _changed(lambda statements: statements[1].update(Action=["kms:Sign", *actions]))
    assert told.endswith("(more: kms:0, kms:1, kms:2, kms:3, kms:4 and 4 more)")


@pytest.mark.parametrize(("text", "told"), [("{", "it is not JSON"), ("[]", "it is not a JSON object")])
def test_what_is_no_policy(text: str, told: str) -> None:
    assert differences(DECLARED, text) == (told,)


def test_an_older_language_means_something_else() -> None:
    assert differences(DECLARED, json.dumps({**DECLARED, "Version": "2008-10-17"})) == ("Version",)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Sid", "Action", "Principal", "Condition", "Statement", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(_JSON)
def test_any_json_in_place_of_the_statements_is_a_difference(statements: object) -> None:
    told = differences(DECLARED, json.dumps({"Version": "2012-10-17", "Statement": statements}))
    assert "statement Use is missing" in told
