from __future__ import annotations

import pytest

from components.tenancy.access import OPERATE, READ, Rule

WRITING = {"create", "delete", "deletecollection", "patch", "update"}


@pytest.mark.parametrize("rules", [READ, OPERATE], ids=["read", "operate"])
def test_no_wildcards_and_secrets_for_nobody(rules: tuple[Rule, ...]) -> None:
    for rule in rules:
        assert "*" not in {rule.group, *rule.resources, *rule.verbs}
        assert "secrets" not in rule.resources
        assert {"impersonate", "bind", "escalate"}.isdisjoint(rule.verbs)
        assert {"pods/exec", "pods/attach", "pods/ephemeralcontainers", "serviceaccounts/token"}.isdisjoint(
            rule.resources
        )


def test_readers_only_look() -> None:
    assert {verb for rule in READ for verb in rule.verbs} == {"get", "list", "watch"}


def test_operators_write_nothing_but_first_aid() -> None:
    assert {
        (resource, verb) for rule in OPERATE for resource in rule.resources for verb in rule.verbs if verb in WRITING
    } == {
        ("pods", "delete"),
        ("pods/eviction", "create"),
        ("deployments/scale", "patch"),
        ("deployments/scale", "update"),
    }
