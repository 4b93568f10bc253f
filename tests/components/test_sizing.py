"""Sizes of a stack's file in the values of charts: at the paths that the program's own values have."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from components.sizing import PLACES, Sized, sized
from components.vendored import pinned_charts
from tests.support.stackfiles import ROOT

LARGE = {"requests": {"cpu": "2", "memory": "4Gi"}, "limits": {"cpu": "4", "memory": "8Gi"}}
# Charts that are not in production's plan, and a chart whose own sizes the program leaves as they are.
ELSEWHERE, ITS_OWN = {"cluster-autoscaler"}, "keda"


def _at(values: Any, path: str) -> Any:  # noqa: ANN401 - a chart's values
    for step in path.split("/"):
        values = values[step]
    return values


def test_every_place_is_where_the_program_puts_its_own_sizes() -> None:
    text = (ROOT / "tests/stacks/golden/producao.yaml").read_text(encoding="utf-8")
    releases = yaml.load(text, yaml.CSafeLoader)["kubernetes:helm.sh/v3:Release"].values()
    values = {release["inputs"]["chart"].rpartition("/")[2]: release["inputs"]["values"] for release in releases}
    checked = 0
    for chart, parts in PLACES.items():
        for place in parts.values() if chart not in ELSEWHERE else ():
            if chart != ITS_OWN:
                assert {"requests", "limits"} <= set(_at(values[chart], place.resources)), (chart, place)
            if place.replicas is not None:
                assert _at(values[chart], place.replicas) > 1, (chart, place)
            checked += 1
    assert checked > 15


def test_every_chart_is_one_that_is_pinned() -> None:
    assert set(PLACES) <= {pin.name for pin in pinned_charts()}


def test_a_size_takes_the_place_of_the_programs_and_leaves_the_rest() -> None:
    values = {"replicas": 2, "controller": {"image": "i", "resources": {"requests": {"cpu": "1"}}}}
    found = sized("karpenter", values, [Sized("karpenter", None, 3, LARGE)])
    assert found == {"replicas": 3, "controller": {"image": "i", "resources": LARGE}}
    assert values["controller"] == {"image": "i", "resources": {"requests": {"cpu": "1"}}}


def test_what_is_not_said_stays() -> None:
    values = {"replicas": 2, "controller": {"resources": {}}}
    assert sized("karpenter", values, [Sized("karpenter", None, 5, None)]) == {**values, "replicas": 5}
    assert sized("karpenter", values, [Sized("flagger", None, 5, LARGE)]) == values


@pytest.mark.parametrize(
    ("part", "large"),
    [("webhook", {"webhook/resources"}), (None, {"webhook/resources", "resources", "cainjector/resources"})],
)
def test_one_controller_of_a_chart_or_each(part: str | None, large: set[str]) -> None:
    small: dict[str, Any] = {"resources": {}, "webhook": {"resources": {}}, "cainjector": {"resources": {}}}
    found = sized("cert-manager", small, [Sized("cert-manager", part, None, LARGE)])
    paths = ("resources", "webhook/resources", "cainjector/resources")
    assert {path for path in paths if _at(found, path) == LARGE} == large


def test_a_path_that_is_not_there_yet_is_made() -> None:
    found = sized("keda", {"operator": {"replicaCount": 2}}, [Sized("keda", "operator", 3, LARGE)])
    assert found == {"operator": {"replicaCount": 3}, "resources": {"operator": LARGE}}
