from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask

BOTH = {"cpu": "100m", "memory": "64Mi"}


def _pod(resources: object, place: str = "containers") -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "spec": {place: [{"name": "api", "resources": resources}]}}


@pytest.mark.parametrize("limits", [BOTH, {"cpu": 1, "memory": 2.5e8}])
def test_complete_amounts_pass(ask: Ask, limits: dict[str, Any]) -> None:
    assert ask("workload/resources", _pod({"requests": BOTH, "limits": limits})) == ()


@pytest.mark.parametrize("place", ["containers", "initContainers"])
@pytest.mark.parametrize(
    ("resources", "paths"),
    [
        ({}, ["limits", "requests"]),
        ({"requests": BOTH}, ["limits"]),
        ({"requests": {"cpu": "1"}, "limits": BOTH}, ["requests"]),
        ({"requests": BOTH, "limits": {**BOTH, "cpu": None}}, ["limits"]),
        ({"requests": BOTH, "limits": {**BOTH, "cpu": ""}}, ["limits"]),
    ],
)
def test_what_is_missing_is_found(ask: Ask, place: str, resources: dict[str, Any], paths: list[str]) -> None:
    found = sorted(finding.path for finding in ask("workload/resources", _pod(resources, place)))
    assert found == [f"spec.{place}[0].resources.{path}" for path in paths]


def test_ephemeral_containers_may_not_have_any(ask: Ask) -> None:
    assert ask("workload/resources", _pod({}, "ephemeralContainers")) == ()


def test_what_is_not_known_is_found_as_unknown(ask: Ask) -> None:
    assert all(finding.unknown for finding in ask("workload/resources", _pod(UNKNOWN)))
    (finding,) = ask("workload/resources", _pod({"requests": BOTH, "limits": UNKNOWN}))
    assert finding.unknown
