from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from components.sections.supply import Supply


@pytest.mark.parametrize(
    "change",
    [{"registries": []}, {"registries": ["r.io/x", "r.io/x"]}, {"repositories": ["a", "a"]}, {"repositories": []}],
)
def test_registries_and_repositories_are_named_once_and_at_all(change: dict[str, Any]) -> None:
    good: dict[str, Any] = {"registries": ["r.io/x"], "repositories": ["a"]}
    assert Supply.model_validate_json(json.dumps(good)).expire_candidates_days == 30
    with pytest.raises(ValidationError):
        Supply.model_validate_json(json.dumps({**good, **change}))
