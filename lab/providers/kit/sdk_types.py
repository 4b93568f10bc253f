"""Shapes from the official SDKs: a table names what it supports, the SDK's own classes say of which type it is.

An SDK's classes carry Pulumi's property names (`pulumi.getter(name=...)`) and annotations, which
`pulumi._types` reads. Importing an SDK takes half a second and more, so nothing here does it before a shape is asked
for that `sdk_memory` does not know: `sdk_schema` is meant to be called in a cached property of a resource type.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import threading
import types
import typing
import warnings
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

from lab.providers.kit import shapes
from lab.providers.kit.sdk_memory import Said, recall
from lab.providers.kit.shapes import Fields, Record, Shape
from lab.providers.model import Schema

Annotation = Any
"""A type, a generic alias, a union: what a Python annotation evaluates to."""
_Rest = Any

_LOADING = threading.Lock()
"""Pulumi's SDKs load a module at its first attribute, outside of Python's import lock: another thread sees half."""

_SCALARS: dict[Annotation, Shape] = {
    str: shapes.STRING,
    int: shapes.INTEGER,
    float: shapes.NUMBER,
    bool: shapes.BOOLEAN,
}


def sdk_schema(token: str, supported: Iterable[str], **rest: _Rest) -> Schema:
    """Describe a resource type as its SDK does, as far as it is supported.

    Args:
        token: the type (`aws:kms/key:Key`); only the SDK's module for it (`pulumi_aws.kms`) is imported.
        supported: Pulumi's names of the supported properties. Inputs and outputs are told apart by the SDK. A dotted
            name narrows an object, also inside lists and maps: `rules.status` supports `rules` with no other property
            than the named ones, and refuses the others by name.
        rest: the remaining fields of Schema.

    Raises:
        LookupError: the SDK has no such type, or the type no such property: the table is wrong.
    """
    said = recall(token, tuple(supported), functools.partial(_asked, token, tuple(supported)))
    return Schema(inputs=said.inputs.shapes, required=said.inputs.required, outputs=said.outputs, **rest)


def sdk_inputs(token: str, supported: Iterable[str]) -> Fields:
    """The supported inputs of a type, with their shapes; see `sdk_schema`."""
    names = tuple(supported)
    return recall(token, names, functools.partial(_asked_inputs, token, names)).inputs


def _asked(token: str, names: tuple[str, ...]) -> Said:
    with _LOADING:
        accepted = _fields(_args_class(token)).shapes
        known = output_names(token)
    outputs = {name for name in names if name.partition(".")[0] not in accepted}
    if strangers := sorted(outputs - known):
        raise LookupError(f"the SDK's {token} has no property {', '.join(strangers)}")
    with _LOADING:
        inputs = _inputs(token, [name for name in names if name not in outputs])
    return Said(inputs, frozenset(outputs))


def _asked_inputs(token: str, names: tuple[str, ...]) -> Said:
    with _LOADING:
        return Said(_inputs(token, names))


def _inputs(token: str, names: Iterable[str]) -> Fields:
    return narrow(_fields(_args_class(token)), names, token)


def output_names(token: str) -> frozenset[str]:
    """All names that a type's outputs have in its SDK (its inputs are among them)."""
    from pulumi._types import resource_types

    return frozenset(resource_types(sdk_class(token)))


def sdk_class(token: str, suffix: str = "") -> type:
    """The SDK's class for a token: `aws:kms/key:Key` is `pulumi_aws.kms.Key`, `random:index/...` is in the package.

    Raises:
        LookupError: there is no such class, or no such SDK.
    """
    package, place, name = token.split(":")
    area = place.partition("/")[0]
    module = f"pulumi_{package}" if area == "index" else f"pulumi_{package}.{area}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # SDKs warn of their own old classes when imported
            cls: type = getattr(importlib.import_module(module), name + suffix)
    except (AttributeError, ModuleNotFoundError) as error:
        raise LookupError(f"the SDK has no {module}.{name}{suffix}: is its version the pinned one?") from error
    return cls


def _args_class(token: str) -> type:
    """The class of a type's inputs: `{name}InitArgs` where `{name}Args` is that of a nested object."""
    try:
        return sdk_class(token, "InitArgs")
    except LookupError:
        return sdk_class(token, "Args")


def narrow(fields: Fields, names: Iterable[str], where: str) -> Fields:
    """Keep only the named properties; see `sdk_schema`."""
    below: dict[str, list[str]] = {}
    for name in names:
        head, _, tail = name.partition(".")
        if head not in fields.shapes:
            raise LookupError(f"{where} has no property {head}")
        below.setdefault(head, []).extend([tail] if tail else [])
    kept = {head: _narrow_shape(fields.shapes[head], tails, f"{where}.{head}") for head, tails in below.items()}
    return Fields(
        shapes=kept,
        required=fields.required & kept.keys(),
        left_out=fields.left_out | (fields.shapes.keys() - kept.keys()),
    )


def _narrow_shape(shape: Shape, names: Sequence[str], where: str) -> Shape:
    if not names:
        return shape
    if isinstance(shape, shapes.ListOf):
        return shapes.ListOf(_narrow_shape(shape.item, names, where))
    if isinstance(shape, shapes.MapOf):
        return shapes.MapOf(_narrow_shape(shape.item, names, where))
    if isinstance(shape, shapes.OneOf):
        return shapes.OneOf(
            tuple(_narrow_shape(choice, names, where) if _has_record(choice) else choice for choice in shape.choices)
        )
    if isinstance(shape, Record):
        narrowed = narrow(shape.load(), names, where)
        return Record(shape.name, lambda: narrowed)
    raise LookupError(f"{where} is {shape}, which has no properties to name")


def _has_record(shape: Shape) -> bool:
    if isinstance(shape, shapes.ListOf | shapes.MapOf):
        return _has_record(shape.item)
    if isinstance(shape, shapes.OneOf):
        return any(_has_record(choice) for choice in shape.choices)
    return isinstance(shape, Record)


def to_shape(annotation: Annotation) -> Shape:
    """Turn an annotation (`pulumi.Input[...]` and all) into a shape; None and what cannot be told are anything.

    A shape is returned as it is, so that a table may hold either.
    """
    if isinstance(annotation, shapes.Shape):
        return annotation
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    origin: Annotation = typing.get_origin(annotation)
    if origin is typing.Union or origin is types.UnionType:
        return _union(typing.get_args(annotation))
    if isinstance(origin, type):
        return _generic(origin, typing.get_args(annotation))
    return _class_shape(annotation) if isinstance(annotation, type) else shapes.ANYTHING


def _class_shape(cls: type) -> Shape:
    if hasattr(cls, "_pulumi_input_type") or hasattr(cls, "_pulumi_output_type"):
        return Record(cls.__name__, functools.partial(_fields, cls))
    if issubclass(cls, Enum):
        return _SCALARS.get(next((base for base in cls.__mro__ if base in _SCALARS), None), shapes.ANYTHING)
    if issubclass(cls, Mapping | Sequence):
        return _generic(cls, ())
    return shapes.ANYTHING


def _generic(origin: type, arguments: tuple[Any, ...]) -> Shape:
    if issubclass(origin, Mapping):
        return shapes.MapOf(to_shape(arguments[1]) if arguments else shapes.ANYTHING)
    if issubclass(origin, Sequence):
        return shapes.ListOf(to_shape(arguments[0]) if arguments else shapes.ANYTHING)
    return shapes.ANYTHING


def _union(members: tuple[Any, ...]) -> Shape:
    """`Input[T]` is `T | Awaitable[T] | Output[T]`, and an object also its TypedDict: only `T` counts."""
    kept: list[Shape] = []
    for member in members:
        origin = typing.get_origin(member) or member
        if member is type(None) or origin is Awaitable or typing.is_typeddict(member) or _is_output(origin):
            continue
        shape = to_shape(member)
        if shape not in kept:
            kept.append(shape)
    if any(isinstance(shape, Record) for shape in kept):
        # InputType[T] is `T | Mapping[str, Any]`.
        kept = [shape for shape in kept if shape != shapes.MapOf(shapes.ANYTHING)]
    if not kept or shapes.ANYTHING in kept:
        return shapes.ANYTHING
    return kept[0] if len(kept) == 1 else shapes.OneOf(tuple(kept))


def _is_output(origin: Annotation) -> bool:
    if isinstance(origin, typing.ForwardRef):  # as `pulumi.Input[str]` has it until its names are looked up
        return origin.__forward_arg__.startswith("Output[")
    return isinstance(origin, type) and origin.__module__ == "pulumi.output" and origin.__name__ == "Output"


@functools.cache
def _fields(cls: type) -> Fields:
    """Read an SDK class: `pulumi._types` has the names, the getters' annotations the types."""
    from pulumi import Output, _types

    names = _types._globals_for_cls(cls)  # noqa: SLF001 - the SDK offers no public introspection
    hinted: dict[str, Shape] = {}
    required: set[str] = set()
    optional = {
        name
        for name, parameter in inspect.signature(cls).parameters.items()
        if parameter.default is not inspect.Parameter.empty
    }
    for python_name, pulumi_name, prop in _types._py_properties(cls):  # noqa: SLF001 - see above
        hints = typing.get_type_hints(prop.fget, globalns=names, localns={"Output": Output, "T": type(None)})
        hinted[pulumi_name] = to_shape(hints.get("return"))
        if python_name not in optional:
            required.add(pulumi_name)
    return Fields(shapes=hinted, required=frozenset(required))
