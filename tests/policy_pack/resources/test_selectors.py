from __future__ import annotations

from typing import Any

import pytest

from guardrails.resources.reading import UNKNOWN, MalformedError
from guardrails.resources.selectors import Selector, selector

LABELS = {"app": "api", "tier": "front"}


def _read(raw: object) -> Selector:
    found = selector({"selector": raw}, "selector", "spec")
    assert isinstance(found, Selector)
    return found


@pytest.mark.parametrize(
    ("raw", "selects"),
    [
        ({}, True),
        ({"matchLabels": {"app": "api"}}, True),
        ({"matchLabels": {"app": "api", "tier": "back"}}, False),
        ({"matchLabels": {"none": "x"}}, False),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["api", "workers"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["api"]}]}, False),
        ({"matchExpressions": [{"key": "none", "operator": "NotIn", "values": ["api"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}, False),
        ({"matchExpressions": [{"key": "app", "operator": "Near", "values": ["api"]}]}, False),
        ({"matchLabels": {"app": "api"}, "matchExpressions": [{"key": "x", "operator": "Exists"}]}, False),
    ],
)
def test_it_selects_as_the_api_server_does(raw: object, *, selects: bool) -> None:
    assert _read(raw).selects(LABELS) is selects


@pytest.mark.parametrize(
    ("raw", "labels", "selects"),
    [
        ({}, UNKNOWN, True),
        ({"matchLabels": {"app": "api"}}, UNKNOWN, UNKNOWN),
        ({"matchLabels": {"app": "api"}}, {"app": UNKNOWN}, UNKNOWN),
        ({"matchLabels": {"app": UNKNOWN}}, LABELS, UNKNOWN),
        ({"matchLabels": {"app": UNKNOWN, "tier": "back"}}, LABELS, False),
    ],
)
def test_what_is_not_known_decides_only_where_nothing_else_does(
    raw: object, labels: dict[str, Any], selects: object
) -> None:
    assert _read(raw).selects(labels) is selects


def test_an_absent_one_is_none_and_an_empty_one_is_everything() -> None:
    assert selector({}, "selector", "") is None
    assert _read({}).everything
    assert not _read({"matchLabels": {"app": "api"}}).everything


@pytest.mark.parametrize(
    "raw",
    [
        UNKNOWN,
        {"matchLabels": UNKNOWN},
        {"matchExpressions": UNKNOWN},
        {"matchExpressions": [UNKNOWN]},
        {"matchExpressions": [{"key": UNKNOWN}]},
        {"matchExpressions": [{"key": "app", "operator": "In", "values": UNKNOWN}]},
    ],
)
def test_one_that_is_not_known_is_unknown(raw: object) -> None:
    assert selector({"selector": raw}, "selector", "") is UNKNOWN


@pytest.mark.parametrize("raw", ["app=api", {"matchLabels": []}, {"matchLabels": {"app": 1}}, {"matchExpressions": {}}])
def test_a_wrong_type_is_malformed(raw: object) -> None:
    with pytest.raises(MalformedError):
        selector({"selector": raw}, "selector", "spec")
