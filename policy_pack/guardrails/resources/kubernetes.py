"""Kubernetes objects: from a Pulumi resource or a rendered manifest to typed resources, lists opened up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from guardrails.resources import reading
from guardrails.resources.base import Malformed, Resource
from guardrails.resources.images import find_images
from guardrails.resources.kinds import typed
from guardrails.resources.pods import find_pods, is_built_in
from guardrails.resources.reading import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN: Final = re.compile(r"kubernetes:(?P<group>[^/:]+)/(?P<version>[^/:]+):(?P<kind>[A-Za-z0-9]+)")
_LIST_DEPTH: Final = 4
_RELEASED_GROUPS: Final = {"core": ""}


@dataclass(frozen=True, slots=True)
class KubernetesObject(Resource):
    """Any object, with what identifies it and its raw properties for rules that look at one kind.

    `links` are addresses of the resources that its metadata comes from: where a name or namespace is an output.
    """

    label: ClassVar[str] = "any Kubernetes object"

    group: str
    kind: str
    name: str | Unknown
    namespace: str | Unknown
    properties: Mapping[str, Any]
    links: tuple[str, ...]


def parse_object(
    manifest: object,
    *,
    address: str,
    origin: str = "",
    token: str = "",
    name: str = "",
    links: tuple[str, ...] = (),
) -> Iterator[Resource]:
    """Read one manifest.

    Args:
        manifest: raw properties.
        address: the URN (or file) to report.
        origin: what it is part of, as `Helm release cartorio`; such an object is identified below its address.
        token: Pulumi's type token, which says the kind where the properties don't.
        name: Pulumi's name for it, where the object has none of its own yet.
        links: addresses of the resources that its metadata comes from.

    Yields:
        The object, its pods, the images that it names outside of pods, and what else it is to rules
        (`guardrails.resources.kinds`); a `Malformed` for what cannot be read; for a list, that of each item.
    """
    yield from _parse(manifest, address, origin, token, name, links, _LIST_DEPTH)


def _parse(
    manifest: object, address: str, origin: str, token: str, name: str, links: tuple[str, ...], depth: int
) -> Iterator[Resource]:
    fallback = Resource(address, address, name or "an object")
    try:
        raw = reading.as_mapping(manifest, "")
        group, kind = _kind(raw, token)
        if kind.endswith("List") and raw.get("items") is not None:
            yield from _parse_list(raw, address, origin, depth, fallback)
            if is_built_in(group):
                return
            # A custom resource may be called so without being one: what is beside its items counts, too.
            raw = {key: value for key, value in raw.items() if key != "items"}
        found = _identify(raw, group, kind, address, origin, name, links)
    except reading.MalformedError as error:
        yield malformed(fallback if not origin else _part(fallback, origin), error)
        return
    yield found
    seen: set[str] = set()
    try:
        for pod in find_pods(found, group, kind, raw):
            seen.update(use.path for use in pod.images)
            yield pod
        yield from find_images(found, group, kind, raw, seen)
        yield from typed(found)
    except reading.MalformedError as error:
        yield malformed(found, error)


def _parse_list(
    raw: Mapping[str, Any], address: str, origin: str, depth: int, fallback: Resource
) -> Iterator[Resource]:
    items = reading.sequence(raw, "items", "")
    if isinstance(items, Unknown) or depth == 0:
        yield malformed(fallback, reading.MalformedError("items", "a list that is known before the update", items))
        return
    for item in items:
        if isinstance(item, Mapping):
            yield from _parse(item, address, origin or "a list", "", "", (), depth - 1)
        else:
            yield malformed(fallback, reading.MalformedError("items", "objects only", item))


def malformed(resource: Resource, error: reading.MalformedError) -> Malformed:
    """What is left of a resource that cannot be read."""
    return Malformed(resource.address, resource.identity, resource.title, error.path, error.what)


def _part(resource: Resource, origin: str) -> Resource:
    return Resource(resource.address, f"{resource.identity}#?", f"{resource.title} in {origin}")


def _kind(raw: Mapping[str, Any], token: str) -> tuple[str, str]:
    version = reading.text(raw, "apiVersion", "")
    kind = reading.text(raw, "kind", "")
    declared = _TOKEN.fullmatch(token)
    if isinstance(version, Unknown) or isinstance(kind, Unknown):
        raise reading.MalformedError("kind", "a kind that is known before the update", kind)
    if declared is not None:
        group = declared["group"]
        version = version or f"{_RELEASED_GROUPS.get(group, group)}/{declared['version']}"
        kind = kind or declared["kind"].removesuffix("Patch")
    if not version or not kind:
        raise reading.MalformedError("kind", "apiVersion and kind", None)
    group = version.rpartition("/")[0].strip("/")
    return ("" if group == "core" else group), kind


def _identify(
    raw: Mapping[str, Any], group: str, kind: str, address: str, origin: str, name: str, links: tuple[str, ...]
) -> KubernetesObject:
    metadata = reading.mapping(raw, "metadata", "")
    own: str | Unknown = reading.UNKNOWN
    namespace: str | Unknown = reading.UNKNOWN
    if not isinstance(metadata, Unknown):
        own = reading.text(metadata, "name", "metadata") or reading.text(metadata, "generateName", "metadata") or name
        namespace = reading.text(metadata, "namespace", "metadata") or ""
    shown = own if isinstance(own, str) else name
    place = f"{namespace}/" if isinstance(namespace, str) and namespace else ""
    title = f"{kind} {place}{shown}"
    return KubernetesObject(
        address=address,
        identity=f"{address}#{kind}/{place}{shown}" if origin else address,
        title=f"{title} in {origin}" if origin else title,
        group=group,
        kind=kind,
        name=own,
        namespace=namespace,
        properties=raw,
        links=links,
    )
