from __future__ import annotations

from typing import Any

from components.edge.rules import rules
from components.sections.edge import ManagedGroup
from tests.support.edge import FIREWALL, edge


def _rules(**changes: object) -> list[Any]:
    return list(rules(edge(firewall={**FIREWALL, **changes}).firewall))


def test_a_flood_is_refused_before_anything_is_looked_at() -> None:
    found = _rules()
    assert [rule.priority for rule in found] == list(range(6))
    assert found[0].name == "rate"
    assert found[0].action.block is not None
    rate = found[0].statement.rate_based_statement
    assert (rate.aggregate_key_type, rate.limit, rate.evaluation_window_sec) == ("IP", 2000, 300)
    groups = [rule.statement.managed_rule_group_statement for rule in found[1:]]
    assert [group.name for group in groups] == [group.value for group in ManagedGroup]
    assert {group.vendor_name for group in groups} == {"AWS"}


def test_every_decision_is_counted() -> None:
    for rule in _rules():
        assert rule.visibility_config.cloudwatch_metrics_enabled
        assert rule.visibility_config.sampled_requests_enabled


def test_where_from_comes_first() -> None:
    found = rules(edge(firewall={**FIREWALL, "countries": ["BR", "US"]}).firewall)
    first: Any = found[0]
    assert first.action.block is not None
    abroad = first.statement.not_statement.statement.geo_match_statement
    assert abroad.country_codes == ["BR", "US"]
    assert [rule.priority for rule in found] == list(range(7))


def test_what_is_introduced_only_counts() -> None:
    found = _rules(
        rateLimit={"requests": 10, "count": True},
        groups=["AWSManagedRulesCommonRuleSet", "AWSManagedRulesSQLiRuleSet"],
        counting=["AWSManagedRulesCommonRuleSet"],
    )
    assert found[0].action.count is not None
    assert found[0].action.block is None
    assert found[1].override_action.count is not None
    assert found[1].override_action.none is None
    assert found[2].override_action.none is not None
