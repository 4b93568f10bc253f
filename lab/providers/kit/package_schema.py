"""The package's schema in Pulumi's own format, made from the tables: for `pulumi import` and `package get-schema`.

Format: https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lab.providers.kit import shapes
from lab.providers.kit.sdk_types import to_shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lab.providers.kit.shapes import Shape
    from lab.providers.model import Provider, Schema

_MODULE_FORMAT = "(.*)(?:/[^/]*)"  # the module of `aws:kms/key:Key` is `kms`: how bridged packages name theirs
_ANY = {"$ref": "pulumi.json#/Any"}


def package_schema(provider: Provider) -> str:
    """The schema as JSON text: only what the lab supports, so that generated programs use nothing else."""
    types = _Types(provider.name)
    resources = {token: _resource(kind.schema, types) for token, kind in sorted(provider.types.items())}
    functions = {
        token: {
            "inputs": {"type": "object", "properties": types.properties(function.inputs)},
            "outputs": {"type": "object", "additionalProperties": _ANY},
        }
        for token, function in sorted(provider.functions.items())
    }
    settings = types.properties(provider.configuration)
    document = {
        "name": provider.name,
        "version": provider.version,
        "description": f"The part of the {provider.name} package that the lab supports.",
        "meta": {"moduleFormat": _MODULE_FORMAT},
        "config": {"variables": settings},
        "provider": {"inputProperties": settings},
        "resources": resources,
        "functions": functions,
        "types": types.named,
    }
    return json.dumps(document)


def _resource(schema: Schema, types: _Types) -> dict[str, Any]:
    inputs = types.properties(schema.inputs)
    for name in schema.secrets & inputs.keys():
        inputs[name]["secret"] = True
    outputs = {name: {**_ANY, "secret": True} if name in schema.secrets else dict(_ANY) for name in schema.outputs}
    return {
        "inputProperties": inputs,
        "requiredInputs": sorted(schema.required - schema.defaults.keys() - {schema.autoname}),
        "properties": {**inputs, **dict(sorted(outputs.items()))},
        "required": sorted(schema.required | schema.outputs),
    }


class _Types:
    """Writes shapes; objects become named types, once each."""

    def __init__(self, package: str) -> None:
        self._package = package
        self.named: dict[str, dict[str, Any]] = {}

    def properties(self, annotations: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Write the properties of an object."""
        return {name: self.write(to_shape(annotation)) for name, annotation in annotations.items()}

    def write(self, shape: Shape) -> dict[str, Any]:
        """Write one shape."""
        if isinstance(shape, shapes.Scalar):
            return {"type": shape.name}
        if isinstance(shape, shapes.ListOf):
            return {"type": "array", "items": self.write(shape.item)}
        if isinstance(shape, shapes.MapOf):
            return {"type": "object", "additionalProperties": self.write(shape.item)}
        if isinstance(shape, shapes.Record):
            return {"$ref": f"#/types/{self._record(shape)}"}
        if isinstance(shape, shapes.OneOf):
            return {"oneOf": self._choices(shape.choices)}
        return dict(_ANY)

    def _choices(self, choices: Iterable[Shape]) -> list[dict[str, Any]]:
        return [self.write(choice) for choice in choices]

    def _record(self, record: shapes.Record) -> str:
        token = f"{self._package}:index:{record.name.removesuffix('Args')}"
        if token not in self.named:
            self.named[token] = {}  # a type may hold itself
            fields = record.load()
            self.named[token] = {
                "type": "object",
                "properties": self.properties(fields.shapes),
                "required": sorted(fields.required),
            }
        return token
