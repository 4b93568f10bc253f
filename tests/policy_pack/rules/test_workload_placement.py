from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask

SPREAD, PRIORITY = "workload/topology-spread", "workload/priority"
ZONE, HOST = "topology.kubernetes.io/zone", "kubernetes.io/hostname"


def _workload(kind: str = "Deployment", **spec: object) -> dict[str, Any]:
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "x"}, "spec": {"template": {"spec": spec}}}


def _anti(key: object, how: str) -> dict[str, Any]:
    term: dict[str, Any] = {"topologyKey": key}
    if how.startswith("preferred"):
        term = {"weight": 1, "podAffinityTerm": term}
    return {"podAntiAffinity": {f"{how}DuringSchedulingIgnoredDuringExecution": [term]}}


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet"])
@pytest.mark.parametrize(
    "spec",
    [
        {"topologySpreadConstraints": [{"topologyKey": HOST}, {"topologyKey": ZONE}]},
        {"affinity": _anti(ZONE, "required")},
        {"affinity": _anti(ZONE, "preferred")},
    ],
)
def test_pods_are_spread_over_zones_in_some_way(ask: Ask, kind: str, spec: dict[str, Any]) -> None:
    assert ask(SPREAD, _workload(kind, **spec)) == ()


@pytest.mark.parametrize(
    "spec", [{}, {"topologySpreadConstraints": [{"topologyKey": HOST}]}, {"affinity": _anti(HOST, "required")}]
)
def test_pods_that_may_share_a_zone_are_found(ask: Ask, spec: dict[str, Any]) -> None:
    (finding,) = ask(SPREAD, _workload(**spec))
    assert (finding.path, finding.unknown) == ("spec.template.spec.topologySpreadConstraints", False)


@pytest.mark.parametrize(
    "spec",
    [
        {"topologySpreadConstraints": UNKNOWN},
        {"topologySpreadConstraints": [{"topologyKey": UNKNOWN}]},
        {"affinity": UNKNOWN},
        {"affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [UNKNOWN]}}},
        {"affinity": _anti(UNKNOWN, "preferred")},
    ],
)
def test_what_is_not_known_is_found_as_unknown(ask: Ask, spec: dict[str, Any]) -> None:
    (finding,) = ask(SPREAD, _workload(**spec))
    assert finding.unknown


@pytest.mark.parametrize(("name", "findings"), [("notary", 0), (None, 1), ("", 1), (UNKNOWN, 1)])
def test_what_is_replicated_says_how_important_it_is(ask: Ask, name: object, findings: int) -> None:
    assert len(ask(PRIORITY, _workload(priorityClassName=name))) == findings


@pytest.mark.parametrize("rule", [SPREAD, PRIORITY])
def test_what_is_on_every_node_or_ends_by_itself_need_not(ask: Ask, rule: str) -> None:
    assert ask(rule, _workload("DaemonSet")) == ()
    assert ask(rule, {**_workload("Job"), "apiVersion": "batch/v1"}) == ()
