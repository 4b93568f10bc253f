"""How AWS properties become fields: a dataclass says for each field where its value is, `read` does the rest.

A place is `vpcConfig.endpointPublicAccess`. What is absent is None, or what AWS takes then; what is not known yet, or
inside something that is not, is `UNKNOWN`. Property names and their nesting are those of Pulumi's provider
(https://www.pulumi.com/registry/packages/aws/api-docs/).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Final, TypeAlias, TypeVar

from guardrails.resources import reading
from guardrails.resources.aws_documents import Document, read_document
from guardrails.resources.base import Declared, Resource
from guardrails.resources.reading import UNKNOWN, MalformedError, Unknown

Text: TypeAlias = str | Unknown | None
Flag: TypeAlias = bool | Unknown
Number: TypeAlias = float | Unknown | None
Texts: TypeAlias = tuple[str | Unknown, ...] | Unknown
Policy: TypeAlias = Document | Unknown | None
_Reader: TypeAlias = Callable[[Mapping[str, Any], str, Declared], Any]

_READ: Final = "read"
_PLACE: Final = "place"
_DOCUMENT: Final = "document"
_BLOCKS: Final = "blocks"
# Terraform's types, which Pulumi's provider keeps, give some switches as text.
_SWITCHES: Final = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class AwsResource(Resource):
    """A resource of AWS; what every one has in common.

    Args:
        declared: as it is declared.
    """

    label: ClassVar[str] = "any resource of AWS"
    types: ClassVar[tuple[str, ...]] = ()
    """Pulumi's types that are read as it; the label, where there is but that one."""

    declared: Declared


@dataclass(frozen=True, slots=True)
class Block:
    """A nested object of a resource.

    Args:
        path: where it is.
    """

    path: str


@dataclass(frozen=True, slots=True)
class Link:
    """A reference to another resource.

    Args:
        value: the name, id or ARN, when known.
        addresses: the resources that the value comes from; known only where a whole stack is judged.
    """

    value: Text
    addresses: tuple[str, ...]

    def leads_to(self, other: AwsResource, *names: object) -> bool:
        """Whether it names the other resource, which is also known by these names."""
        return other.address in self.addresses or (isinstance(self.value, str) and self.value in names)


def kinds(*known: type[AwsResource]) -> dict[str, type[AwsResource]]:
    """What each type is read as."""
    return {token: kind for kind in known for token in kind.types or (kind.label,)}


def place(holder: AwsResource | Block, name: str) -> str:
    """Where the value of a field is declared, as `metadataOptions.httpTokens`."""
    if type(holder) not in _PLACES_OF:
        _PLACES_OF[type(holder)] = {one.name: one.metadata.get(_PLACE, "") for one in fields(holder)}
    path = _PLACES_OF[type(holder)][name]
    return reading.join(holder.path, path) if isinstance(holder, Block) else path


# Looked up once for each kind of resource.
_PLACES_OF: Final[dict[type[AwsResource | Block], Mapping[str, str]]] = {}
_READERS_OF: Final[dict[type[AwsResource | Block], tuple[_Reader, ...]]] = {}
_DOCUMENTS_OF: Final[dict[type[AwsResource | Block], tuple[tuple[str, str], ...]]] = {}

_Kind = TypeVar("_Kind", bound=AwsResource)
_Part = TypeVar("_Part", bound=Block)


def read(kind: type[_Kind], declared: Declared) -> _Kind:
    """The resource as that kind.

    Raises:
        reading.MalformedError: a property has another type than the provider allows.
    """
    title = f"{declared.type.rpartition(':')[2]} {declared.name}"
    for key in ("tags", "tagsAll"):
        reading.mapping(declared.properties, key, "")
    values = [reader(declared.properties, "", declared) for reader in _readers(kind)]
    return kind(declared.address, declared.address, title, declared, *values)


def flag(path: str, *, default: bool = False) -> Any:  # noqa: ANN401 - the field's own type
    """A field for a switch (`Flag`)."""

    def reader(holder: Mapping[str, Any], key: str, at: str) -> Flag:
        value = holder.get(key)
        if isinstance(value, str):
            value = _SWITCHES.get(value, value)
        if value is None:
            return default
        if isinstance(value, (bool, Unknown)):
            return value
        raise MalformedError(reading.join(at, key), "a boolean", value)

    return _field(path, reader)


def text(path: str, default: str | None = None) -> Any:  # noqa: ANN401 - the field's own type
    """A field for a text (`Text`)."""

    def reader(holder: Mapping[str, Any], key: str, at: str) -> Text:
        value = reading.text(holder, key, at)
        return default if value is None else value

    return _field(path, reader)


def number(path: str) -> Any:  # noqa: ANN401 - the field's own type
    """A field for a number (`Number`)."""

    def reader(holder: Mapping[str, Any], key: str, at: str) -> Number:
        value = holder.get(key)
        if value is None or isinstance(value, Unknown):
            return value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return value
        raise MalformedError(reading.join(at, key), "a number", value)

    return _field(path, reader)


def texts(path: str) -> Any:  # noqa: ANN401 - the field's own type
    """A field for a list of texts (`Texts`); empty when absent."""

    def reader(holder: Mapping[str, Any], key: str, at: str) -> Texts:
        members = reading.sequence(holder, key, at)
        if isinstance(members, Unknown):
            return members
        for index, member in enumerate(members):
            if not isinstance(member, (str, Unknown)):
                raise MalformedError(reading.join(reading.join(at, key), index), "text", member)
        return tuple(members)

    return _field(path, reader)


def present(path: str) -> Any:  # noqa: ANN401 - the field's own type
    """A field that says whether there is something (`Flag`)."""

    def reader(holder: Mapping[str, Any], key: str, _at: str) -> Flag:
        value = holder.get(key)
        return value if isinstance(value, Unknown) else value is not None and value not in ({}, [], "")

    return _field(path, reader)


def named(path: str) -> Any:  # noqa: ANN401 - the field's own type
    """A field that says whether something is named, with nothing in it perhaps, as `block: {}` (`Flag`)."""

    def reader(holder: Mapping[str, Any], key: str, _at: str) -> Flag:
        value = holder.get(key)
        return value if isinstance(value, Unknown) else value is not None

    return _field(path, reader)


def policy(path: str) -> Any:  # noqa: ANN401 - the field's own type
    """A field for a policy document (`Policy`), which may be JSON text or an object."""

    def reader(holder: Mapping[str, Any], key: str, at: str) -> Policy:
        value = holder.get(key)
        if value is None or value == "":
            return None
        return value if isinstance(value, Unknown) else read_document(value, reading.join(at, key))

    return _field(path, reader, {_DOCUMENT: path})


def tags(path: str) -> Any:  # noqa: ANN401 - the field's own type
    """A field for an object of texts; the object itself or each of its values may be unknown."""

    def reader(holder: Mapping[str, Any], key: str, at: str) -> Mapping[str, str | Unknown] | Unknown:
        members = reading.mapping(holder, key, at)
        if isinstance(members, Unknown):
            return members
        for name, value in members.items():
            if not isinstance(value, (str, Unknown)):
                raise MalformedError(reading.join(reading.join(at, key), name), "text", value)
        return members

    return _field(path, reader)


def link(path: str) -> Any:  # noqa: ANN401 - the field's own type
    """A field for a reference to another resource (`Link`)."""

    def reader(raw: Mapping[str, Any], prefix: str, declared: Declared) -> Link:
        found = _dig(raw, path, prefix)
        value = found if isinstance(found, Unknown) else reading.text(*found)
        whole = reading.join(prefix, path) if prefix else path
        return Link(value, declared.dependencies.get(_top(whole), ()))

    return field(metadata={_READ: reader, _PLACE: path})


def blocks(path: str, kind: type[_Part]) -> Any:  # noqa: ANN401 - the field's own type
    """A field for a list of nested objects, or a single one: a tuple, or `UNKNOWN` when a member is."""

    def reader(raw: Mapping[str, Any], prefix: str, declared: Declared) -> tuple[_Part, ...] | Unknown:
        found = _dig(raw, path, prefix)
        if isinstance(found, Unknown):
            return found
        holder, key, at = found
        value = holder.get(key)
        where = reading.join(at, key)
        if isinstance(value, Mapping):
            return (_block(kind, value, where, declared),)
        members = reading.sequence(holder, key, at)
        if isinstance(members, Unknown) or any(isinstance(member, Unknown) for member in members):
            return UNKNOWN
        return tuple(
            _block(kind, reading.as_mapping(member, reading.join(where, index)), reading.join(where, index), declared)
            for index, member in enumerate(members)
        )

    return field(metadata={_READ: reader, _PLACE: path, _BLOCKS: True})


def documents(resource: AwsResource) -> tuple[tuple[str, Document | Unknown], ...]:
    """The policy documents of a resource, each with its path; those in its blocks included."""
    found: list[tuple[str, Document | Unknown]] = []
    for name, path in _document_fields(type(resource)):
        value = getattr(resource, name)
        if path and value is not None:
            found.append((path, value))
        elif not path and isinstance(value, tuple):
            for block in value:
                inner = [(inside, getattr(block, key)) for key, inside in _document_fields(type(block))]
                found += [(f"{block.path}.{inside}", one) for inside, one in inner if inside and one is not None]
    return tuple(found)


def _document_fields(kind: type[AwsResource | Block]) -> tuple[tuple[str, str], ...]:
    """Fields that hold documents with their paths, and those that hold blocks with none."""
    if kind not in _DOCUMENTS_OF:
        marks = [(one.name, one.metadata) for one in fields(kind)]
        _DOCUMENTS_OF[kind] = tuple(
            (name, mark.get(_DOCUMENT, "")) for name, mark in marks if _DOCUMENT in mark or _BLOCKS in mark
        )
    return _DOCUMENTS_OF[kind]


def _block(kind: type[_Part], raw: Mapping[str, Any], path: str, declared: Declared) -> _Part:
    return kind(path, *[reader(raw, path, declared) for reader in _readers(kind)])


def _field(
    path: str, at_key: Callable[[Mapping[str, Any], str, str], Any], more: Mapping[str, str] = reading.NOTHING
) -> Any:  # noqa: ANN401 - the field's own type
    def reader(raw: Mapping[str, Any], prefix: str, _declared: Declared) -> Any:  # noqa: ANN401 - the field's own type
        found = _dig(raw, path, prefix)
        return found if isinstance(found, Unknown) else at_key(*found)

    return field(metadata={_READ: reader, _PLACE: path, **more})


def _readers(kind: type[AwsResource | Block]) -> tuple[_Reader, ...]:
    if kind not in _READERS_OF:
        _READERS_OF[kind] = tuple(one.metadata[_READ] for one in fields(kind) if _READ in one.metadata)
    return _READERS_OF[kind]


def _dig(raw: Mapping[str, Any], path: str, prefix: str) -> tuple[Mapping[str, Any], str, str] | Unknown:
    """The object that holds the last part of a path, that part, and the path of the object."""
    *way, last = path.split(".")
    holder, at = raw, prefix
    for step in way:
        inner = holder.get(step)
        if isinstance(inner, Unknown):
            return UNKNOWN
        at = reading.join(at, step)
        if isinstance(inner, (list, tuple)) and len(inner) == 1:
            # A state has some single objects as lists of one.
            inner = inner[0]
            if isinstance(inner, Unknown):
                return UNKNOWN
        holder = reading.NOTHING if inner is None else reading.as_mapping(inner, at)
    return holder, last, at


def _top(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]
