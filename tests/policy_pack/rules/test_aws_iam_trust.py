from __future__ import annotations

from typing import Any

import pytest

from guardrails.resources.aws_documents import Condition, Statement
from guardrails.resources.reading import UNKNOWN
from guardrails.rules._statements import lets_everybody_in, matches
from tests.support.cloud import aws, document, found

ISSUER = "token.actions.githubusercontent.com"
EXACT = {f"{ISSUER}:aud": "sts.amazonaws.com", f"{ISSUER}:sub": "repo:a/b:environment:producao"}


def _role(principal: Any, action: str = "sts:AssumeRole", **condition: Any) -> Any:  # noqa: ANN401 - JSON
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Condition": condition}
    return aws("iam/role:Role", assumeRolePolicy=document(statement))


@pytest.mark.parametrize(
    ("principal", "condition", "open_"),
    [
        ("*", {}, True),
        ({"AWS": "*"}, {}, True),
        ({"AWS": ["arn:aws:iam::1:root", "*"]}, {}, True),
        ({"Service": "ec2.amazonaws.com"}, {}, False),
        ({"AWS": "arn:aws:iam::111122223333:role/x"}, {}, False),
        ("*", {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
        ("*", {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/x-*"}}, False),
        ("*", {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}}, True),
        ("*", {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}, True),
        ("*", {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}, True),
        ("*", {"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": "o-1/r-1"}}, True),
        ("*", {"ForAnyValue:StringEquals": {"aws:PrincipalOrgPaths": "o-1/r-1"}}, False),
        ("*", {"StringLike": {"aws:PrincipalOrgID": "*"}}, True),
        ("*", {"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"AWS": "arn:aws:iam::*:root"}, {}, True),
        ({"Federated": "*"}, {}, True),
        ("*", {"StringEquals": {"aws:PrincipalArn": "${aws:PrincipalArn}"}}, True),
        ("*", {"StringEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}}, False),
    ],
)
def test_who_may_take_a_role(principal: object, condition: dict[str, Any], *, open_: bool) -> None:
    assert bool(found("aws/iam-trust-principal", _role(principal, **condition))) is open_


@pytest.mark.parametrize(
    ("condition", "wrong"),
    [
        ({"StringEquals": EXACT}, 0),
        ({"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"}}, 1),
        ({"StringEquals": {f"{ISSUER}:sub": "repo:a/b:x"}}, 1),
        ({}, 2),
        ({"StringLike": EXACT}, 2),
        ({"StringEquals": {**EXACT, f"{ISSUER}:sub": "repo:a/*"}}, 1),
        ({"StringEquals": {**EXACT, f"{ISSUER}:sub": ["repo:a/b:x", "repo:a/b:y"]}}, 0),
        ({"StringEquals": EXACT, "StringLike": {f"{ISSUER}:sub": "repo:a/*"}}, 1),
        ({"StringEqualsIfExists": EXACT}, 2),
        ({"StringEqualsIgnoreCase": EXACT}, 2),
        ({"ForAllValues:StringEquals": EXACT}, 2),
        ({"StringEquals": {**EXACT, f"{ISSUER}:sub": f"${{{ISSUER}:sub}}"}}, 1),
    ],
)
def test_a_token_opens_a_role_for_exact_claims_only(condition: dict[str, Any], wrong: int) -> None:
    role = _role({"Federated": f"arn:aws:iam::1:oidc-provider/{ISSUER}"}, "sts:AssumeRoleWithWebIdentity", **condition)
    assert len(found("aws/iam-oidc-trust", role)) == wrong


@pytest.mark.parametrize("action", ["sts:*", "*", "sts:AssumeRole*", "sts:AssumeRoleWithWebIdentit?"])
def test_a_pattern_of_actions_takes_tokens_as_well(action: str) -> None:
    assert len(found("aws/iam-oidc-trust", _role({"Federated": "arn:aws:iam::1:oidc-provider/x"}, action))) == 2


def test_who_comes_otherwise_needs_no_claims() -> None:
    assert found("aws/iam-oidc-trust", _role({"Service": "ec2.amazonaws.com"})) == []
    assert (
        found("aws/iam-oidc-trust", _role({"Federated": "arn:aws:iam::1:saml-provider/x"}, "sts:AssumeRoleWithSAML"))
        == []
    )


@pytest.mark.parametrize("rule", ["aws/iam-trust-principal", "aws/iam-oidc-trust"])
def test_a_trust_that_is_not_known_yet_is_not_passed_over(rule: str) -> None:
    assert found(rule, aws("iam/role:Role", assumeRolePolicy=UNKNOWN)) == ["x: assumeRolePolicy?"]


@pytest.mark.parametrize(
    ("inputs", "where"),
    [
        ({"url": "https://x", "clientIdLists": ["sts.amazonaws.com"]}, []),
        ({"url": "https://x"}, ["x: clientIdLists"]),
        ({"url": "https://x", "clientIdLists": UNKNOWN}, ["x: clientIdLists?"]),
        ({"url": "http://x", "clientIdLists": ["a"]}, ["x: url"]),
    ],
)
def test_an_issuer_has_an_audience(inputs: dict[str, Any], where: list[str]) -> None:
    assert found("aws/iam-oidc-audience", aws("iam/openIdConnectProvider:OpenIdConnectProvider", **inputs)) == where


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("a", "a", True),
        ("a", "ab", False),
        ("*", "", True),
        ("a*", "abc", True),
        ("*c", "abc", True),
        ("a*c", "abc", True),
        ("a*c", "ac", True),
        ("a*b*c", "aXbYc", True),
        ("a*b*c", "acb", False),
        ("ab*ba", "aba", False),
        ("?b", "ab", True),
        ("?b", "b", False),
        ("a*?", "a", False),
    ],
)
def test_patterns_match_as_iams_do(pattern: str, text: str, *, expected: bool) -> None:
    assert matches(pattern, text) is expected


def test_a_hostile_pattern_takes_no_time() -> None:
    assert not matches("*a" * 3000 + "b", "a" * 6000)


def test_who_is_excepted_lets_everybody_else_in() -> None:
    statement = Statement("", "", True, ("a",), False, (), False, (("AWS", "x"),), True, ())  # noqa: FBT003 - a record
    assert lets_everybody_in(statement)
    limited = (Condition("StringEquals", "aws:sourceaccount", ()),)
    assert lets_everybody_in(Statement("", "", True, ("a",), False, (), False, (), True, limited))  # noqa: FBT003 - a record
