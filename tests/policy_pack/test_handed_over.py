"""Remedies through the SDK's own servicer, and what goes in and out of its proxies."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pulumi_policy import Secret
from pulumi_policy.proxy import UNKNOWN_NUMBER_VALUE, UNKNOWN_OBJECT_VALUE, UNKNOWN_STRING_VALUE

from guardrails.catalogue import CATALOGUE
from guardrails.handed_over import plain, remedied, secrets_in
from guardrails.model import ADVICE, Fix
from guardrails.resources.reading import UNKNOWN
from tests.policy_pack.test_adapter import POD, SECRET, SIGNATURE, Engine, _by_rule, _no_configuration, _pod

__all__ = ["_no_configuration"]  # a fixture of every test here

SECCOMP = "pss/restricted/seccomp-profile"
TOKEN = "workload/service-account-token"


def test_what_nobody_chose_is_put_right_where_the_rule_is_mandatory() -> None:
    engine = Engine()
    engine.resource(POD, _pod(securityContext=UNKNOWN_OBJECT_VALUE))
    assert SECCOMP not in engine.remedies
    diagnostics = engine.resource(POD, _pod(env=[{SIGNATURE: SECRET, "value": {"name": "A"}}, UNKNOWN_STRING_VALUE]))
    assert engine.remedies == [SECCOMP, TOKEN]
    assert SECCOMP not in _by_rule(diagnostics)
    chosen = _pod(securityContext={"seccompProfile": {"type": "Unconfined"}})
    assert "pss/baseline/seccomp-profile" in _by_rule(engine.resource(POD, chosen))
    assert engine.remedies == [TOKEN]


def test_nothing_is_put_right_where_a_rule_is_advice() -> None:
    advice = tuple(replace(p, enforcement=ADVICE) if p.id == SECCOMP else p for p in CATALOGUE)
    engine = Engine(catalogue=advice)
    assert SECCOMP in _by_rule(engine.resource(POD, _pod()))
    assert engine.remedies == [TOKEN]


def test_a_remedy_keeps_secrets_secret_and_unknowns_unknown() -> None:
    inside = Secret({"labels": {"a": UNKNOWN_STRING_VALUE}})
    fixed = remedied({"metadata": inside, "n": UNKNOWN_NUMBER_VALUE}, [Fix(("metadata", "x"), value=True)])
    assert fixed["n"] == UNKNOWN_NUMBER_VALUE
    assert isinstance(fixed["metadata"], Secret)
    assert fixed["metadata"].value == {"labels": {"a": UNKNOWN_STRING_VALUE}, "x": True}
    assert remedied({}, [Fix(("a", "b"), value=1)]) == {"a": {"b": 1}}
    with pytest.raises(TypeError, match="no object at b"):
        remedied({"a": []}, [Fix(("a", "b"), value=1)])


def test_a_remedy_that_fails_changes_nothing_and_the_rule_judges() -> None:
    def crash(_declared: object) -> tuple[()]:
        raise RuntimeError("inside")

    engine = Engine(catalogue=tuple(replace(p, remedy=crash) if p.id == SECCOMP else p for p in CATALOGUE))
    assert SECCOMP in _by_rule(engine.resource(POD, _pod()))


def test_plain_data_has_neither_secrets_nor_unknowns_of_the_sdk() -> None:
    value = {"a": Secret({"b": ["deep-5ecr3t", 1.5]}), "c": UNKNOWN_NUMBER_VALUE, "d": None}
    assert plain(value) == {"a": {"b": ["deep-5ecr3t", 1.5]}, "c": UNKNOWN, "d": None}
    assert list(secrets_in(value)) == ["deep-5ecr3t"]
