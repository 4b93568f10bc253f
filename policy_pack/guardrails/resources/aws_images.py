"""Images that AWS's own services run: ECS, Lambda, Batch, App Runner and CodeBuild.

Properties: https://www.pulumi.com/registry/packages/aws/api-docs/; the JSON texts in some of them are those of the
service's own API (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html and its
neighbours).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from guardrails.resources import reading
from guardrails.resources.images import Images
from guardrails.resources.pods import ImageUse
from guardrails.resources.reading import UNKNOWN, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.resources.base import Declared

_DEPTH: Final = 16

# For each type the properties to look into, and what its key for an image is called there.
_TYPES: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "aws:ecs/taskDefinition:TaskDefinition": (("containerDefinitions",), "image"),
    "aws:lambda/function:Function": (("imageUri",), "imageUri"),
    "aws:batch/jobDefinition:JobDefinition": (
        ("containerProperties", "ecsProperties", "eksProperties", "nodeProperties"),
        "image",
    ),
    "aws:apprunner/service:Service": (("sourceConfiguration",), "imageIdentifier"),
    "aws:codebuild/project:Project": (("environment",), "image"),
}


def find_aws_images(declared: Declared) -> Images | None:
    """The images of a resource of AWS; None for a type that runs none.

    Raises:
        reading.MalformedError: a property has another type than the provider allows, or is no JSON where it has to be.
    """
    row = _TYPES.get(declared.type)
    if row is None:
        return None
    properties, key = row
    found: list[ImageUse] = []
    hidden: list[str] = []
    for name in properties:
        value = declared.properties.get(name)
        if isinstance(value, Unknown):
            hidden.append(name)
        elif name == key and isinstance(value, str):
            found.append(ImageUse(name, "the function", value))
        elif value is not None:
            found += _inside(_document(value, name), name, key, _DEPTH)
    kind = declared.type.rpartition(":")[2]
    return Images(declared.address, declared.address, f"{kind} {declared.name}", kind, tuple(found), tuple(hidden))


def _document(value: object, path: str) -> object:
    """The property itself, or what its JSON says."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise reading.MalformedError(path, "a JSON text", value) from error


def _inside(value: Any, path: str, key: str, depth: int) -> Iterator[ImageUse]:  # noqa: ANN401 - plain data
    if depth == 0:
        raise reading.MalformedError(path, "an object small enough to search for images", value)
    if isinstance(value, Mapping):
        own = value.get(key)
        if own is not None:
            if not isinstance(own, (str, Unknown)):
                raise reading.MalformedError(reading.join(path, key), "text", own)
            named = value.get("name")
            user = f'container "{named}"' if isinstance(named, str) else f"the {key}"
            yield ImageUse(reading.join(path, key), user, UNKNOWN if isinstance(own, Unknown) else own)
        for name, member in value.items():
            if isinstance(member, (Mapping, list, tuple)):
                yield from _inside(member, reading.join(path, str(name)), key, depth - 1)
    elif isinstance(value, (list, tuple)):
        for index, member in enumerate(value):
            yield from _inside(member, reading.join(path, index), key, depth - 1)
