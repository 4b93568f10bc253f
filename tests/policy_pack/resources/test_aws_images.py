"""Images that AWS's services run, through the parser as the examiner calls it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from guardrails.resources.base import Declared, Malformed
from guardrails.resources.images import Images
from guardrails.resources.parse import parse
from guardrails.resources.reading import UNKNOWN

IMAGE = f"registry.example/app@sha256:{'ab' * 32}"


class _NoCharts:
    def render(self, _name: str, _properties: object) -> tuple[Any, ...]:
        raise AssertionError("there is no chart here")


def _parsed(kind: str, properties: dict[str, Any]) -> list[object]:
    found = parse(Declared(f"aws:{kind}", "one", "urn", properties), _NoCharts())
    return [each for each in found if isinstance(each, (Images, Malformed))]


TASK = "ecs/taskDefinition:TaskDefinition"
CASES = [
    (
        TASK,
        {"containerDefinitions": json.dumps([{"name": "api", "image": IMAGE}, {"name": "b", "image": "nginx"}])},
        {"containerDefinitions[0].image": IMAGE, "containerDefinitions[1].image": "nginx"},
    ),
    ("lambda/function:Function", {"imageUri": IMAGE, "packageType": "Image"}, {"imageUri": IMAGE}),
    ("lambda/function:Function", {"handler": "index.main"}, {}),
    (
        "batch/jobDefinition:JobDefinition",
        {
            "containerProperties": json.dumps({"image": IMAGE}),
            "eksProperties": {"podProperties": {"containers": [{"image": "x"}]}},
        },
        {"containerProperties.image": IMAGE, "eksProperties.podProperties.containers[0].image": "x"},
    ),
    (
        "apprunner/service:Service",
        {"sourceConfiguration": {"imageRepository": {"imageIdentifier": IMAGE}}},
        {"sourceConfiguration.imageRepository.imageIdentifier": IMAGE},
    ),
    ("codebuild/project:Project", {"environment": {"image": UNKNOWN}}, {"environment.image": UNKNOWN}),
]


@pytest.mark.parametrize(("kind", "properties", "expected"), CASES)
def test_the_images_of_a_service(kind: str, properties: dict[str, Any], expected: dict[str, object]) -> None:
    *_, found = _parsed(kind, properties)
    assert isinstance(found, Images)
    assert {use.path: use.reference for use in found.images} == expected
    assert all(use.user for use in found.images)


def test_what_is_not_known_yet_is_hidden() -> None:
    *_, found = _parsed(TASK, {"containerDefinitions": UNKNOWN})
    assert isinstance(found, Images)
    assert found.hidden == ("containerDefinitions",)


@pytest.mark.parametrize("text", ["[", '[{"image": 1}]', json.dumps([]).join(["[" * 40, "]" * 40])])
def test_what_cannot_be_read_is_malformed(text: str) -> None:
    (found,) = _parsed(TASK, {"containerDefinitions": text})
    assert isinstance(found, Malformed)


def test_other_types_run_no_images() -> None:
    assert not any(isinstance(found, Images) for found in _parsed("s3/object:Object", {"image": IMAGE}))
