from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from components.errors import SettingsError
from components.sections.sizes import Size

if TYPE_CHECKING:
    from tests.support.stackfiles import Project

LARGE = {"requests": {"cpu": "2", "memory": "4Gi"}, "limits": {"cpu": "4", "memory": "8Gi"}}


def _size(**said: Any) -> Size:  # noqa: ANN401 - JSON
    return Size.model_validate_json(json.dumps(said))


def test_replicas_or_resources_or_both() -> None:
    assert _size(chart="karpenter", replicas=3).resources is None
    assert _size(chart="keda", part="operator", resources=LARGE).replicas is None


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"chart": "vault", "replicas": 5}, "must be one of aws-load-balancer-controller, "),
        ({"chart": "keda", "part": "controller", "replicas": 3}, "must be one of metrics-server, operator, webhooks"),
        ({"chart": "cert-manager", "replicas": 3}, "another section says how many"),
        ({"chart": "karpenter"}, "nothing would be sized"),
        ({"chart": "karpenter", "replicas": 0}, "greater than or equal to 1"),
        ({"chart": "karpenter", "resources": {**LARGE, "limits": {"cpu": "1", "memory": "8Gi"}}}, "at least requests"),
    ],
)
def test_what_sizes_nothing_is_refused(said: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        _size(**said)


def test_what_a_stacks_file_says_reaches_the_charts(project: Project) -> None:
    project.config["cartorio:sizes"] = [{"chart": "karpenter", "replicas": 3, "resources": LARGE}]
    (size,) = project.settings().sources.sizes
    assert (size.chart, size.part, size.replicas, size.resources) == ("karpenter", None, 3, LARGE)


def test_the_same_size_twice_is_refused(project: Project) -> None:
    project.config["cartorio:sizes"] = [{"chart": "karpenter", "replicas": 3}] * 2
    with pytest.raises(SettingsError, match="the size of 'karpenter' twice"):
        project.settings()
