from __future__ import annotations

from typing import Any

import pytest

from lab.providers.aws.wafv2_rules import RULE, VISIBILITY, same_rules
from lab.providers.model import ResourceError

BLOCK: dict[str, Any] = {
    "name": "abroad",
    "priority": 1,
    "action": {"block": {}},
    "statement": {"notStatement": {"statement": {"geoMatchStatement": {"countryCodes": ["BR"]}}}},
}


def test_an_empty_action_is_kept_both_ways() -> None:
    told = RULE.to_api(BLOCK)
    assert told["Action"] == {"Block": {}}
    assert told["Statement"] == {"NotStatement": {"Statement": {"GeoMatchStatement": {"CountryCodes": ["BR"]}}}}
    assert RULE.from_api(told) == BLOCK


def test_metrics_are_spelt_as_the_service_spells_them() -> None:
    assert VISIBILITY.to_api({"cloudwatchMetricsEnabled": True}) == {"CloudWatchMetricsEnabled": True}


def test_priorities_say_the_order() -> None:
    second = {**BLOCK, "priority": 2}
    assert same_rules([BLOCK, second], [second, BLOCK])
    assert not same_rules([BLOCK], [{**BLOCK, "action": {"count": {}}}])
    assert not same_rules([BLOCK], [BLOCK, second])


def test_another_statement_is_refused_by_name() -> None:
    with pytest.raises(ResourceError, match=r"statement\.xssMatchStatement"):
        RULE.to_api({**BLOCK, "statement": {"xssMatchStatement": {}}})
