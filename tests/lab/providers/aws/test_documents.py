from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.providers.aws import documents
from lab.providers.model import ResourceError

_WORDS = st.text("abcXYZ:*/-", min_size=1, max_size=8)
_ACTIONS = st.lists(_WORDS, min_size=1, max_size=4, unique_by=str.lower)
_LISTS = st.lists(_WORDS, min_size=1, max_size=4, unique=True)
_STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"]), "Action": _ACTIONS, "Resource": _LISTS},
    optional={
        "Sid": _WORDS,
        "Principal": st.one_of(st.just("*"), st.fixed_dictionaries({"AWS": _LISTS, "Service": _LISTS})),
        "Condition": st.fixed_dictionaries(
            {"StringEquals": st.dictionaries(_WORDS.map(str.lower), _LISTS, max_size=2)}
        ),
    },
)
_POLICIES = st.fixed_dictionaries(
    {"Version": st.just("2012-10-17"), "Statement": st.lists(_STATEMENTS, min_size=1, max_size=3)}
)


@st.composite
def _respelt(draw: st.DrawFn, value: Any) -> Any:  # noqa: ANN401 - JSON
    """The same policy in another spelling: keys and sets in another order, single values alone."""
    if isinstance(value, dict):
        names = draw(st.permutations(list(value)))
        return {name: draw(_respelt(value[name])) for name in names}
    if isinstance(value, list):
        items = [draw(_respelt(item)) for item in draw(st.permutations(value))]
        return items[0] if len(items) == 1 and draw(st.booleans()) else items
    return value


@given(st.data(), _POLICIES)
def test_spelling_does_not_matter(data: st.DataObject, policy: dict[str, Any]) -> None:
    other = data.draw(_respelt(policy))
    assert documents.same_policy(json.dumps(policy, indent=data.draw(st.integers(0, 4))), json.dumps(other))
    assert documents.same_policy(policy, json.dumps(other))


@given(_POLICIES, st.integers(0), st.sampled_from(["Action", "Resource", "Effect"]))
def test_content_does(policy: dict[str, Any], which: int, key: str) -> None:
    changed = json.loads(json.dumps(policy))
    statement = changed["Statement"][which % len(changed["Statement"])]
    if key == "Effect":
        statement[key] = "Deny" if statement[key] == "Allow" else "Allow"
    else:
        statement[key] = [*statement[key], "something:else"]
    same_content = sorted(map(_key, changed["Statement"])) == sorted(map(_key, policy["Statement"]))
    assert documents.same_policy(json.dumps(policy), json.dumps(changed)) == same_content


def _key(statement: dict[str, Any]) -> str:
    plain = {
        name: sorted({item.lower() if name == "Action" else item for item in value})
        if isinstance(value, list)
        else value
        for name, value in statement.items()
    }
    return json.dumps(plain, sort_keys=True)


@given(_POLICIES)
def test_normal_form_means_the_same_and_is_stable(policy: dict[str, Any]) -> None:
    normal = documents.normal(json.dumps(policy))
    assert documents.same_policy(policy, normal)
    assert documents.normal(normal) == normal


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ({"Principal": {"AWS": "123456789012"}}, {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}, True),
        ({"Principal": {"AWS": "123456789012"}}, {"Principal": {"AWS": "arn:aws:iam::123456789012:user/x"}}, False),
        ({"Principal": "*"}, {"Principal": {"AWS": "*"}}, False),  # they differ for S3 and KMS
        ({"Action": "S3:getobject"}, {"Action": ["s3:GetObject"]}, True),
        ({"Resource": "arn:aws:s3:::A"}, {"Resource": "arn:aws:s3:::a"}, False),
        ({"Sid": ""}, {}, True),
        ({"Sid": "a"}, {"Sid": "b"}, False),
        (
            {"Condition": {"Bool": {"aws:SecureTransport": False}}},
            {"Condition": {"Bool": {"AWS:securetransport": ["false"]}}},
            True,
        ),
        ({"Condition": {"Bool": {"a": "true"}}}, {"Condition": {"Bool": {"a": "false"}}}, False),
        ({"Condition": {"StringEquals": {"a": "B"}}}, {"Condition": {"StringEquals": {"a": "b"}}}, False),
        ({"Action": "a"}, {"NotAction": "a"}, False),
    ],
)
def test_statements(left: dict[str, Any], right: dict[str, Any], *, same: bool) -> None:
    assert documents.same_policy({"Statement": [left]}, {"Statement": right}) is same


@pytest.mark.parametrize(("left", "right"), [("no JSON", "{}"), ("{}", "no JSON"), ("[]", "{}"), ("1", "2")])
def test_what_is_no_policy_is_compared_as_it_stands(left: str, right: str) -> None:
    assert not documents.same_policy(left, right)
    assert documents.same_policy(left, left)


def test_lifecycle_rules_in_another_order() -> None:
    first, second = {"rulePriority": 1, "description": ""}, {"rulePriority": 2, "description": "x"}
    assert documents.same_lifecycle({"rules": [first, second]}, json.dumps({"rules": [second, {"rulePriority": 1}]}))
    assert not documents.same_lifecycle({"rules": [first]}, {"rules": [second]})


@pytest.mark.parametrize(
    ("value", "said"), [("{}", None), ({}, None), ("{", "no JSON"), ("[]", "no object"), (7, "neither")]
)
def test_problem(value: object, said: str | None) -> None:
    found = documents.problem(value)
    assert (found is None) if said is None else (found is not None and said in found)


def test_answer_that_is_no_json() -> None:
    with pytest.raises(ResourceError, match="no JSON"):
        documents.normal("<xml/>")
