"""Manifests and indexes as typed values: https://github.com/opencontainers/image-spec (manifest.md, image-index.md).

Pure: bytes in, frozen models out. A document has one meaning or it is refused, because a manifest that one program
reads as an image and another as an index is how unsigned content gets behind a signed digest (GHSA-mc8v-mgrf-8f4m).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from guardrails.trust import strict_json
from guardrails.trust.errors import Malformed, quoted
from guardrails.trust.reference import Digest

if TYPE_CHECKING:
    from collections.abc import Mapping

OCI_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX: Final = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST: Final = "application/vnd.docker.distribution.manifest.list.v2+json"

MANIFEST_TYPES: Final = (OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST)
_INDEX_TYPES: Final = frozenset({OCI_INDEX, DOCKER_LIST})
_KNOWN: Final = frozenset(
    {"schemaVersion", "mediaType", "artifactType", "config", "layers", "manifests", "subject", "annotations"}
    | {"fsLayers", "history", "signatures"}  # Docker schema 1, which nobody should mistake these documents for
)
_MANIFEST_ONLY: Final = frozenset({"config", "layers", "fsLayers", "history", "signatures"})
_INDEX_ONLY: Final = frozenset({"manifests", "fsLayers", "history", "signatures"})
_DESCRIPTOR_KNOWN: Final = frozenset(
    {"mediaType", "digest", "size", "annotations", "artifactType", "urls", "data", "platform"}
)
_PLATFORM_KNOWN: Final = frozenset({"os", "architecture"})


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A pointer to content: what it is said to be, its digest, its size in bytes, and unsigned annotations.

    In an index also the platform that it is for, as `os/architecture`; "" where it says none.
    """

    media_type: str
    digest: Digest
    size: int
    annotations: Mapping[str, str] = field(default_factory=dict)
    platform: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """An image or artifact manifest."""

    media_type: str
    config: Descriptor
    layers: tuple[Descriptor, ...]
    subject: Descriptor | None


@dataclass(frozen=True, slots=True)
class Index:
    """A list of manifests: the platforms of an image, or the referrers of one."""

    media_type: str
    manifests: tuple[Descriptor, ...]


def parse(data: bytes, content_type: str, limit: int) -> Manifest | Index:
    """Read a manifest or index.

    Args:
        data: the document.
        content_type: the Content-Type that the registry sent with it.
        limit: how many layers, or manifests, are accepted.

    Raises:
        Malformed: not JSON; ambiguous (keys of both kinds, or Content-Type and `mediaType` disagree); an unaccepted
            media type; more entries than the limit; a descriptor that is incomplete.
    """
    body = strict_json.load_object(data, _KNOWN)
    media_type = _media_type(body, content_type)
    if body.get("schemaVersion") != 2 or isinstance(body["schemaVersion"], bool):  # noqa: PLR2004 -- OCI's only version
        raise Malformed("schemaVersion is not 2")
    is_index = media_type in _INDEX_TYPES
    foreign = sorted((_MANIFEST_ONLY if is_index else _INDEX_ONLY) & body.keys())
    if foreign:
        kind = "an index" if is_index else "a manifest"
        raise Malformed(f"media type confusion: {kind} ({media_type}) with {', '.join(map(repr, foreign))}")
    if is_index:
        return Index(media_type, _descriptors(body, "manifests", limit))
    subject = body.get("subject")
    return Manifest(
        media_type,
        config=_descriptor(body.get("config"), "config"),
        layers=_descriptors(body, "layers", limit),
        subject=None if subject is None else _descriptor(subject, "subject"),
    )


def _media_type(body: dict[str, Any], content_type: str) -> str:
    outside = content_type.partition(";")[0].strip()
    inside = body.get("mediaType", outside)  # OCI only recommends the field
    if inside != outside:
        raise Malformed(f"media type confusion: Content-Type {quoted(outside)}, mediaType {quoted(inside)}")
    if outside not in MANIFEST_TYPES:
        raise Malformed(f"media type {quoted(outside)} is neither a manifest nor an index")
    return outside


def _descriptors(body: dict[str, Any], key: str, limit: int) -> tuple[Descriptor, ...]:
    values = body.get(key)
    if not isinstance(values, list):
        raise Malformed(f"{key} is not a list")
    if len(values) > limit:
        raise Malformed(f"{len(values)} {key}, more than the {limit} that are read")
    return tuple(_descriptor(value, f"{key}[{position}]") for position, value in enumerate(values))


def _descriptor(value: object, where: str) -> Descriptor:
    if not isinstance(value, dict):
        raise Malformed(f"{where} is not a descriptor")
    strict_json.refuse_variants(value, _DESCRIPTOR_KNOWN)
    media_type, digest, size = value.get("mediaType"), value.get("digest"), value.get("size")
    if not isinstance(media_type, str) or not isinstance(digest, str):
        raise Malformed(f"{where} lacks a mediaType or digest")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise Malformed(f"{where} has no proper size")
    annotations = value.get("annotations") or {}
    if not isinstance(annotations, dict) or not all(isinstance(text, str) for text in annotations.values()):
        raise Malformed(f"{where} has annotations that are not text")
    return Descriptor(media_type, Digest.parse(digest), size, annotations, _platform(value.get("platform"), where))


def _platform(value: object, where: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, dict):
        raise Malformed(f"{where} has a platform that is not an object")
    strict_json.refuse_variants(value, _PLATFORM_KNOWN)
    named = [value.get("os"), value.get("architecture")]
    return "/".join(name if isinstance(name, str) else "" for name in named)
