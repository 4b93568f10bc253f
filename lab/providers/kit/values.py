"""Property values: between Pulumi's wire format and plain Python.

On the wire a property bag is a protobuf `Struct`; what JSON lacks is a sentinel string (unknown) or an object with a
signature key (secret, output, asset, archive, resource reference). In Python it is JSON-like data in which `UNKNOWN`
and `Secret` may stand anywhere. Whole numbers become `int`: protobuf has only doubles.
Format: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2

from lab.providers.model import UNKNOWN, Unknown

Path = tuple[str | int, ...]
Value = Any
"""JSON-like data, in which UNKNOWN and Secret may stand anywhere."""

SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the protocol's marker, not a secret
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_UNSUPPORTED = {
    "c44067f5952c0a294b673a41bacd8c17": "an asset",
    "0def7320c3a5731c473e5ecbe6d01bc7": "an archive",
    "5cf8f73096256a8f31e491e813e4eb8e": "a resource reference",
}
_UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
# One sentinel a type of the missing value: string, bool, number, array, asset, archive, object.
_UNKNOWN_SENTINELS = frozenset(
    {
        _UNKNOWN_STRING,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
_EXACT_INTEGERS = 2**53
_PLAIN_KEY = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


@dataclass(frozen=True)
class Secret:
    """A value that the engine must keep encrypted; never inside another Secret."""

    value: Value

    def __repr__(self) -> str:
        return "Secret(...)"


class UnsupportedValueError(Exception):
    """A kind of value that no property of this lab takes; `path` says where it stands."""

    def __init__(self, path: Path, kind: str) -> None:
        super().__init__(f"`{format_path(path)}` is {kind}, which the lab's providers do not support")
        self.path = path
        self.kind = kind


def format_path(path: Path) -> str:
    """Write a path as Pulumi does: `rules[0].x`, `tags["a.b"]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part):
            text += f".{part}" if text else part
        else:
            escaped = part.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{escaped}"]'
    return text


def unmarshal(struct: struct_pb2.Struct) -> dict[str, Value]:
    """Read a property bag.

    Raises:
        UnsupportedValueError: it holds an asset, an archive or a resource reference.
    """
    return {key: _read(value, (key,)) for key, value in struct.fields.items()}


def _read(value: struct_pb2.Value, path: Path) -> Value:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in _UNKNOWN_SENTINELS else value.string_value
    if kind == "bool_value":
        return value.bool_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "list_value":
        return [_read(item, (*path, index)) for index, item in enumerate(value.list_value.values)]
    if kind == "struct_value":
        return _read_object(value.struct_value, path)
    return None


def _read_object(struct: struct_pb2.Struct, path: Path) -> Value:
    if SIGNATURE not in struct.fields:
        return {key: _read(value, (*path, key)) for key, value in struct.fields.items()}
    signature = struct.fields[SIGNATURE].string_value
    if signature == _SECRET:
        return secret(_read(struct.fields["value"], path))
    if signature == _OUTPUT:
        inner = _read(struct.fields["value"], path) if "value" in struct.fields else UNKNOWN
        is_secret = "secret" in struct.fields and struct.fields["secret"].bool_value
        return secret(inner) if is_secret else inner
    raise UnsupportedValueError(path, _UNSUPPORTED.get(signature, f"a value of the unknown kind {signature}"))


def marshal(properties: Mapping[str, Value], *, secrets: bool = True) -> struct_pb2.Struct:
    """Write a property bag; without `secrets` the values of secrets are written plainly (the peer cannot take them).

    Raises:
        TypeError: a value is not JSON-like.
        ValueError: an integer that a double cannot hold.
    """
    struct = struct_pb2.Struct()
    for key, value in properties.items():
        _write(struct.fields[key], value, (key,), secrets=secrets)
    return struct


def _write(target: struct_pb2.Value, value: Value, path: Path, *, secrets: bool) -> None:
    if isinstance(value, Secret) and secrets:
        target.struct_value.fields[SIGNATURE].string_value = _SECRET
        _write(target.struct_value.fields["value"], value.value, path, secrets=True)
    elif isinstance(value, Secret):
        _write(target, value.value, path, secrets=False)
    elif isinstance(value, Mapping):
        target.struct_value.SetInParent()
        for key, item in value.items():
            _write(target.struct_value.fields[key], item, (*path, key), secrets=secrets)
    elif isinstance(value, list | tuple):
        target.list_value.SetInParent()
        for index, item in enumerate(value):
            _write(target.list_value.values.add(), item, (*path, index), secrets=secrets)
    else:
        _write_scalar(target, value, path)


def _write_scalar(target: struct_pb2.Value, value: Value, path: Path) -> None:
    if value is None:
        target.null_value = struct_pb2.NULL_VALUE
    elif isinstance(value, Unknown):
        target.string_value = _UNKNOWN_STRING
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, str):
        target.string_value = value
    elif isinstance(value, float) or (isinstance(value, int) and abs(value) <= _EXACT_INTEGERS):
        target.number_value = value
    elif isinstance(value, int):
        raise ValueError(f"`{format_path(path)}`: {value} is too large for Pulumi's numbers")
    else:
        raise TypeError(f"`{format_path(path)}` is a {type(value).__name__}, not a property value")


def secret(value: Value) -> Secret:
    """Make a secret of a value, once."""
    return value if isinstance(value, Secret) else Secret(value)


def reveal(value: Value) -> Value:
    """The value without any secret wrapper in it."""
    if isinstance(value, Secret):
        return reveal(value.value)
    if isinstance(value, Mapping):
        return {key: reveal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [reveal(item) for item in value]
    return value


def has_secret(value: Value) -> bool:
    """Whether a secret stands anywhere in the value."""
    return any(isinstance(item, Secret) for item in _walk(value))


def has_unknown(value: Value) -> bool:
    """Whether an unknown stands anywhere in the value."""
    return any(isinstance(item, Unknown) for item in _walk(value))


def _walk(value: Value) -> Iterator[Value]:
    yield value
    if isinstance(value, Secret):
        yield from _walk(value.value)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _walk(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _walk(item)
