from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask, AskStack

PROTECTED, ROOM = "workload/disruption-budget", "workload/budget-leaves-room"


def _workload(labels: object, kind: str = "Deployment") -> dict[str, Any]:
    spec = {"template": {"metadata": {"labels": labels}}}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "api", "namespace": "n"}, "spec": spec}


def _budget(selector: object = None, namespace: object = "n", **spec: object) -> dict[str, Any]:
    meta = {"name": "b", "namespace": namespace}
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": meta,
        "spec": {"selector": selector, **spec},
    }


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet"])
@pytest.mark.parametrize("selector", [{"matchLabels": {"app": "api"}}, {}])
def test_a_budget_that_selects_the_pods_is_enough(ask_stack: AskStack, kind: str, selector: object) -> None:
    assert ask_stack(PROTECTED, _workload({"app": "api", "more": "x"}, kind), _budget(selector)) == ()


@pytest.mark.parametrize(
    "others",
    [[], [_budget()], [_budget({"matchLabels": {"app": "workers"}})], [_budget({"matchLabels": {"app": "api"}}, "m")]],
)
def test_pods_that_no_budget_selects_are_found(ask_stack: AskStack, others: list[dict[str, Any]]) -> None:
    (finding,) = ask_stack(PROTECTED, _workload({"app": "api"}), *others)
    assert (finding.address, finding.resource, finding.unknown) == ("urn:0", "Deployment n/api", False)


@pytest.mark.parametrize(
    ("labels", "selector", "namespace"),
    [
        ({"app": "api"}, UNKNOWN, "n"),
        ({"app": UNKNOWN}, {"matchLabels": {"app": "api"}}, "n"),
        ({"app": "api"}, {"matchLabels": {"app": "api"}}, UNKNOWN),
    ],
)
def test_what_is_not_known_is_found_as_unknown(
    ask_stack: AskStack, labels: object, selector: object, namespace: object
) -> None:
    (finding,) = ask_stack(PROTECTED, _workload(labels), _budget(selector, namespace))
    assert finding.unknown


@pytest.mark.parametrize(
    ("spec", "paths"),
    [
        ({"maxUnavailable": 1}, []),
        ({"maxUnavailable": "50%"}, []),
        ({"minAvailable": 1}, []),
        ({"maxUnavailable": 0}, ["spec.maxUnavailable"]),
        ({"maxUnavailable": "0%"}, ["spec.maxUnavailable"]),
        ({"minAvailable": "100%"}, ["spec.minAvailable"]),
        ({"minAvailable": 0}, ["spec"]),
        ({"maxUnavailable": "100%"}, ["spec"]),
        ({}, ["spec"]),
        ({"maxUnavailable": UNKNOWN}, ["spec.maxUnavailable"]),
    ],
)
def test_a_budget_lets_some_go_and_not_all(ask: Ask, spec: dict[str, Any], paths: list[str]) -> None:
    assert [finding.path for finding in ask(ROOM, _budget({}, **spec))] == paths
