"""What the engine hands over, as plain data, and back: its messages mark unknowns, secrets and assets in their own way.

Properties are a `google.protobuf.Struct` whose objects may carry a signature, and whose unknowns are texts that nobody
else writes (https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/resource/plugin/rpc.go, and `resource/sig`).
They are read in one pass. `pulumi_policy` takes three, for each policy that looks; a test holds both to the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from google.protobuf import struct_pb2

from guardrails.resources.reading import UNKNOWN, UNKNOWN_TEXTS, Asset

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from guardrails.model import Fix

DEPTH: Final = 64
"""How deep properties may be nested."""

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - says that a value is one
_ASSET: Final = "c44067f5952c0a294b673a41bacd8c17"
_ARCHIVE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"


class HandedOverError(Exception):
    """The engine handed over what nobody has told us to read: a newer one's, or a broken one's."""


def plain(properties: struct_pb2.Struct, secrets: list[str]) -> dict[str, Any]:
    """Properties as plain data: an unknown is `UNKNOWN`, an asset an `Asset`, a secret what is in it.

    Args:
        properties: as the engine sends them.
        secrets: gets the texts that are marked secret.

    Raises:
        HandedOverError: a mark that is not known, or one without what it marks.
        RecursionError: they are nested more than `DEPTH` deep.
    """
    return {key: plain_value(value, secrets) for key, value in properties.fields.items()}


def plain_value(value: struct_pb2.Value, secrets: list[str], depth: int = DEPTH, *, secret: bool = False) -> Any:  # noqa: ANN401 - plain data
    """One value of them; raises what `plain` does.

    Args:
        value: as the engine sends it.
        secrets: gets the texts that are marked secret.
        depth: how deep it may be nested.
        secret: it is inside of what is marked secret.
    """
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        if text in UNKNOWN_TEXTS:
            return UNKNOWN
        if secret:
            secrets.append(text)
        return text
    if kind in {"struct_value", "list_value"}:
        if depth == 0:
            raise RecursionError("properties are nested too deeply")
        return _nested(value, kind, secrets, depth - 1, secret=secret)
    return None if kind in {None, "null_value"} else getattr(value, kind)


def _nested(value: struct_pb2.Value, kind: str, secrets: list[str], depth: int, *, secret: bool) -> Any:  # noqa: ANN401
    if kind == "list_value":
        return [plain_value(member, secrets, depth, secret=secret) for member in value.list_value.values]
    fields = value.struct_value.fields
    if _SIGNATURE in fields:
        return _marked(fields, secrets, depth, secret=secret)
    return {key: plain_value(member, secrets, depth, secret=secret) for key, member in fields.items()}


def _marked(fields: Mapping[str, struct_pb2.Value], secrets: list[str], depth: int, *, secret: bool) -> Any:  # noqa: ANN401
    signature = fields[_SIGNATURE].string_value
    if signature == _SECRET and "value" in fields:
        return plain_value(fields["value"], secrets, depth, secret=True)
    if signature == _ASSET:
        for kind in ("path", "text", "uri"):
            if kind in fields:
                text = plain_value(fields[kind], secrets, depth, secret=secret)
                # A remote one, or one that cannot be known yet: no rule opens it.
                return Asset("uri", "RemoteAsset") if kind == "uri" or not isinstance(text, str) else Asset(kind, text)
    if signature == _ARCHIVE:
        for member, kind in (("assets", "AssetArchive"), ("path", "FileArchive"), ("uri", "RemoteArchive")):
            if member in fields:
                return Asset("uri", kind)
    raise HandedOverError("the engine marks a property in a way that this pack does not know")


def remedied(properties: struct_pb2.Struct, fixes: Iterable[Fix]) -> struct_pb2.Struct:
    """A copy of the properties with values put in; what is marked stays marked.

    Raises:
        TypeError: on the way to a property is something else than an object.
    """
    result = struct_pb2.Struct()
    result.CopyFrom(properties)
    for fix in fixes:
        *way, last = fix.path
        inside = result
        for key in way:
            inside = _object(inside.fields[key], key)
        value = inside.fields[last]
        if isinstance(fix.value, bool):
            value.bool_value = fix.value
        elif isinstance(fix.value, int):
            value.number_value = fix.value
        else:
            value.string_value = fix.value
    return result


def _object(value: struct_pb2.Value, key: str) -> struct_pb2.Struct:
    """The object that a value is, or becomes where there is none."""
    kind = value.WhichOneof("kind")
    if kind in {None, "null_value"}:
        value.struct_value.SetInParent()
    elif kind != "struct_value":
        raise TypeError(f"no object at {key}")
    inside = value.struct_value
    if _SIGNATURE not in inside.fields:
        return inside
    if inside.fields[_SIGNATURE].string_value == _SECRET and "value" in inside.fields:
        return _object(inside.fields["value"], key)
    raise TypeError(f"no object at {key}")
