"""Images that are named outside of pods: by fields of custom resources, in one text or in parts, and by AWS's services.

What a pod pulls is `pods`' to find, and so is every text called `image` anywhere in a custom resource. Here is what
that misses: fields with other names (`initImage`), references in parts (`repository`, `tag`, `digest`), volumes made
of an image outside of a pod's own list, and objects whose controller runs an image of its own choice when none is
named. Which fields those are is declared for the controllers that are known (`image_fields`); beneath that lies a net
for all others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from guardrails.resources import reading
from guardrails.resources.base import Resource
from guardrails.resources.image_fields import FIELDS, Parts
from guardrails.resources.pods import ImageUse, is_built_in
from guardrails.resources.reading import UNKNOWN, Unknown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from guardrails.resources.image_fields import Field

_DEPTH: Final = 24
_NODES: Final = 20_000
# The keys of an image in parts, whoever has it. `sha` is a digest without its algorithm.
_FORM: Final = Parts(name=("repository", "repo", "name"), tag=("tag",), digest=("digest", "sha256", "sha"))
_HEX: Final = re.compile(r"[0-9a-f]{64}")
# A text that is called an image and says where it is from: a registry or folder, or a digest. `logo` is a picture.
_SAYS_WHERE: Final = re.compile(r"[a-z0-9][A-Za-z0-9._:@-]*(?:/[A-Za-z0-9._:@-]+)+|[a-z0-9][A-Za-z0-9._:-]*@sha\d+:\w+")


@dataclass(frozen=True, slots=True)
class Images(Resource):
    """Images that something names for others to run.

    Args:
        kind: the object, as `Prometheus`.
        images: what it names.
        hidden: paths under which more may be, not known yet.
    """

    label: ClassVar[str] = "images named outside of pods (custom resources, ECS, Lambda, Batch, App Runner, CodeBuild)"

    kind: str
    images: tuple[ImageUse, ...]
    hidden: tuple[str, ...] = ()


def find_images(
    resource: Resource, group: str, kind: str, manifest: Mapping[str, Any], seen: Collection[str]
) -> Iterator[Images]:
    """The images that an object names outside of pods.

    Args:
        resource: the object, for its address and title.
        group: its API group, empty for the core.
        kind: its kind.
        manifest: its properties.
        seen: paths of images that are found already.

    Raises:
        MalformedError: a property has another type than its definition allows.
    """
    if is_built_in(group):
        return
    found: dict[str, ImageUse] = {}
    hidden: list[str] = []
    for field in FIELDS.get((group, kind), ()):
        for use in _declared(field, manifest, hidden):
            found.setdefault(use.path, use)
    for use in _Net().under(manifest, "", _DEPTH):
        found.setdefault(use.path, use)
    images = tuple(use for path, use in found.items() if path not in seen)
    if images or hidden:
        yield Images(resource.address, resource.identity, resource.title, kind, images, tuple(dict.fromkeys(hidden)))


def _declared(field: Field, manifest: Mapping[str, Any], hidden: list[str]) -> Iterator[ImageUse]:
    """The images of a declared field; one that is missing where the controller takes its own is an image of no name."""
    for holder, path in _holders(manifest, "", field.holder, hidden):
        use = _whole(holder, path, field) or (_in_parts(holder, path, field.parts, field.user) if field.parts else None)
        if use is not None:
            yield use
        elif field.required and holder.get("enabled") is not False:
            yield ImageUse(reading.join(path, field.key or "image"), field.user, None)


def _whole(holder: Mapping[str, Any], path: str, field: Field) -> ImageUse | None:
    if not field.key:
        return None
    reference = reading.text(holder, field.key, path)
    return ImageUse(reading.join(path, field.key), field.user, reference) if reference else None


def _holders(
    node: Mapping[str, Any], path: str, steps: tuple[str, ...], hidden: list[str]
) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The objects at a path, of which `name[]` stands for every member of a list."""
    if not steps:
        yield node, path
        return
    step, rest = steps[0], steps[1:]
    name = step.removesuffix("[]")
    at = reading.join(path, name)
    if node.get(name) is None:
        return
    if name == step:
        inner = reading.mapping(node, name, path)
        if isinstance(inner, Unknown):
            hidden.append(at)
        else:
            yield from _holders(inner, at, rest, hidden)
        return
    members = reading.sequence(node, name, path)
    if isinstance(members, Unknown):
        hidden.append(at)
        return
    for index, member in enumerate(members):
        where = reading.join(at, index)
        if isinstance(member, Unknown):
            hidden.append(where)
        else:
            yield from _holders(reading.as_mapping(member, where), where, rest, hidden)


def _in_parts(holder: Mapping[str, Any], path: str, parts: Parts, user: str) -> ImageUse | None:
    """A reference put together as its controller does: `registry/name:tag@digest`, none of it needed but the name."""
    key, name = _first(holder, parts.name)
    if name is None:
        return None
    registry, tag, digest = (_first(holder, keys)[1] for keys in (parts.registry, parts.tag, parts.digest))
    at, values = reading.join(path, key), (name, registry, tag, digest)
    if any(isinstance(value, Unknown) for value in values):
        return ImageUse(at, user, UNKNOWN)
    if not all(value is None or isinstance(value, (str, int, float)) for value in values):
        raise reading.MalformedError(path, "an image in parts, each of them text", holder)
    before, after = (f"{registry}/" if registry else ""), (f":{tag}" if tag else "")
    algorithm = "sha256:" if _HEX.fullmatch(str(digest)) else ""
    return ImageUse(at, user, f"{before}{name}{after}{f'@{algorithm}{digest}' if digest else ''}")


def _first(holder: Mapping[str, Any], keys: tuple[str, ...]) -> tuple[str, Any]:
    """The first of these members that is there and not empty."""
    return next(((key, value) for key in keys if (value := holder.get(key)) is not None and value != ""), ("", None))


class _Net:
    """Looks for images by form, anywhere in one custom resource."""

    def __init__(self) -> None:
        self._budget = _NODES

    def under(self, value: object, path: str, depth: int) -> Iterator[ImageUse]:
        self._budget -= 1
        if depth == 0 or self._budget <= 0:
            raise reading.MalformedError(path, "an object small enough to search for images", value)
        if isinstance(value, Mapping):
            for key, member in value.items():
                yield from self._member(str(key), member, reading.join(path, str(key)), depth)
        elif isinstance(value, (list, tuple)):
            for index, member in enumerate(value):
                if isinstance(member, (Mapping, list, tuple)):
                    yield from self.under(member, reading.join(path, index), depth - 1)

    def _member(self, key: str, member: object, path: str, depth: int) -> Iterator[ImageUse]:
        named = key == "image" or key.endswith("Image")
        if isinstance(member, Mapping):
            if named and (use := _by_form(member, path)):
                yield use
            yield from self.under(member, path, depth - 1)
        elif isinstance(member, (list, tuple)):
            yield from self.under(member, path, depth - 1)
        elif named and isinstance(member, str) and _SAYS_WHERE.fullmatch(member):
            yield ImageUse(path, f"the field {key}", member)


def _by_form(value: Mapping[Any, Any], path: str) -> ImageUse | None:
    """An image in parts (as in many charts' values), or one that a volume is made of (`reference`)."""
    reference = value.get("reference")
    if isinstance(reference, (str, Unknown)) and reference:
        return ImageUse(f"{path}.reference", "an image volume", reference)
    marks = (*_FORM.tag, *_FORM.digest, *_FORM.registry, "pullPolicy")
    if not any(value.get(mark) is not None for mark in marks):
        return None
    return _in_parts(reading.as_mapping(value, path), path, _FORM, "an image in parts")
