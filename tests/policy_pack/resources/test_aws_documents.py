from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.resources.aws_documents import Condition, Document, read_document
from guardrails.resources.reading import UNKNOWN

STATEMENT = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def _read(value: object) -> Document:
    found = read_document(value, "policy")
    assert isinstance(found, Document)
    return found


def _with(**changes: object) -> str:
    statement = {key: value for key, value in {**STATEMENT, **changes}.items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_statement_is_read_with_everything_in_it() -> None:
    (statement,) = _read(
        _with(
            Sid="Read",
            Action=["S3:GetObject", "s3:List*"],
            Principal={"AWS": ["a", "b"], "Service": "c"},
            Condition={"Bool": {"AWS:SecureTransport": False}, "NumericLessThan": {"s3:TlsVersion": 1.2}},
        )
    ).statements
    assert statement.path == "policy.Statement[0]"
    assert statement.title == 'statement "Read"'
    assert statement.actions == ("s3:getobject", "s3:list*")
    assert statement.principals == (("AWS", "a"), ("AWS", "b"), ("Service", "c"))
    assert statement.conditions == (
        Condition("Bool", "aws:securetransport", ("false",)),
        Condition("NumericLessThan", "s3:tlsversion", ("1.2",)),
    )


def test_a_single_statement_needs_no_list() -> None:
    assert len(_read(json.dumps({"Statement": STATEMENT})).statements) == 1


def test_what_is_negated_is_told_apart() -> None:
    (statement,) = _read(
        _with(Action=None, NotAction="iam:*", Resource=None, NotResource="x", NotPrincipal={"AWS": "a"})
    ).statements
    assert (statement.all_but_actions, statement.all_but_resources, statement.all_but_principals) == (True, True, True)
    assert statement.principals == (("AWS", "a"),)


def test_everybody_is_a_principal() -> None:
    (statement,) = _read(_with(Principal="*")).statements
    assert statement.principals == (("*", "*"),)


def test_only_what_allows_is_allowed() -> None:
    text = json.dumps({"Statement": [STATEMENT, {**STATEMENT, "Effect": "Deny"}]})
    assert [statement.allows for statement in _read(text).statements] == [True, False]
    assert len(_read(text).allowed) == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "not JSON"),
        ("[]", "the document is no object"),
        ("{}", "no Statement"),
        ('{"Statement": []}', "no Statement"),
        ('{"Version": "2020-01-01", "Statement": [{}]}', "Version"),
        ('{"Version": [], "Statement": [{}]}', "Version"),
        ('{"Statement": [{}], "Extra": 1}', "keys that IAM does not know"),
        ('{"Statement": ["x"]}', "a statement is no object"),
        ('{"Statement": [{}], "Statement": [{}]}', "same key twice"),
        ('{"Statement": NaN}', "a number that is none"),
        ("[" * 100_000, "too deeply"),
        (_with(Effect="Alow"), "neither Allow nor Deny"),
        (_with(Action=None), "either Action or NotAction"),
        (_with(NotAction="x"), "either Action or NotAction"),
        (_with(NotResource="x"), "both Resource and NotResource"),
        (_with(Action=[]), "neither a text nor a list of texts"),
        (_with(Action=[1]), "neither a text nor a list of texts"),
        (_with(Action=""), "neither a text nor a list of texts"),
        (_with(Sid=1), "Sid"),
        (_with(Principal={"Somebody": "x"}), "keys that IAM does not know"),
        (_with(Principal=1), "a Principal is no object"),
        (_with(Condition=[]), "a Condition is no object"),
        (_with(Condition={"Bool": 1}), "an operator of a Condition"),
        (_with(Condition={"Bool": {"x": None}}), "neither text, number nor boolean"),
        (_with(action="s3:*"), "keys that IAM does not know"),
    ],
)
def test_what_breaks_the_grammar_is_a_problem_and_says_which(text: str, problem: str) -> None:
    found = _read(text)
    assert found.statements == ()
    assert problem in found.problem


def test_a_problem_never_quotes_a_value() -> None:
    assert "hunter2" not in _read(_with(Effect="hunter2")).problem
    assert "hunter2" not in _read('{"Version": "hunter2').problem


def test_an_object_is_read_as_its_text_is() -> None:
    assert _read({"Statement": [STATEMENT]}) == _read(json.dumps({"Statement": [STATEMENT]}))


@pytest.mark.parametrize("value", [UNKNOWN, [UNKNOWN], {"Resource": ["x", UNKNOWN]}])
def test_an_object_with_something_unknown_is_unknown(value: object) -> None:
    assert read_document({"Statement": [value]}, "policy") is UNKNOWN


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.sampled_from(["Allow", "*", "2012-10-17"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Version", "Statement", "Effect", "Action", "Principal", "Condition", "Resource", "AWS"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@given(JSON | st.text())
def test_nothing_crashes_it(value: object) -> None:
    assert isinstance(read_document(value, "p"), Document)
    assert isinstance(read_document(json.dumps(value), "p"), Document)
