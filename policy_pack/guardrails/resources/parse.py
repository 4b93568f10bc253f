"""From what is declared to typed resources: one declaration may hold many (a Helm release, a list)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from guardrails.resources import reading
from guardrails.resources.aws import parse_aws
from guardrails.resources.aws_images import find_aws_images
from guardrails.resources.base import Declared, Resource
from guardrails.resources.delivery import chart_of_release
from guardrails.resources.helm import RELEASE_TYPE, HelmError, HelmRelease, StandInError
from guardrails.resources.kubernetes import malformed, parse_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

# Types of the `kubernetes:` package that are no objects: components, whose children the engine shows one by one.
_COMPONENTS = frozenset(
    {
        *("kubernetes:helm.sh/v2:Chart", "kubernetes:helm.sh/v3:Chart", "kubernetes:helm.sh/v4:Chart"),
        *("kubernetes:yaml:ConfigFile", "kubernetes:yaml:ConfigGroup"),
        *("kubernetes:yaml/v2:ConfigFile", "kubernetes:yaml/v2:ConfigGroup"),
        *("kubernetes:kustomize:Directory", "kubernetes:kustomize/v2:Directory"),
    }
)
# Where such types live: another one there (a later version's) may hold pods as a release does, unseen.
_NO_OBJECTS = (
    "kubernetes:helm.sh/",
    "kubernetes:yaml:",
    "kubernetes:yaml/",
    "kubernetes:kustomize:",
    "kubernetes:kustomize/",
)


class Renders(Protocol):
    """What the parser needs of `helm.Renderer`."""

    def render(self, name: str, properties: Mapping[str, Any]) -> tuple[Any, ...]:
        """The manifests of a release; raises `HelmError`, and `StandInError` for a rehearsal's stand-in."""


def parse(declared: Declared, renderer: Renders) -> tuple[Resource, ...]:
    """Read a declaration. Never raises for odd properties: what cannot be read is a `Malformed` among the results.

    Args:
        declared: the resource.
        renderer: renders a Helm release.
    """
    whole = Resource(declared.address, declared.address, f"{declared.type.rpartition(':')[2]} {declared.name}")
    try:
        if declared.type == RELEASE_TYPE:
            return (*_release(declared, renderer), chart_of_release(declared))
        if declared.type in _COMPONENTS:
            return ()
        if declared.type.startswith(_NO_OBJECTS):
            return (malformed(whole, reading.MalformedError("", "a type that the pack can look into", None)),)
        if declared.type.startswith("kubernetes:"):
            return tuple(
                parse_object(
                    declared.properties,
                    address=declared.address,
                    token=declared.type,
                    name=declared.name,
                    links=declared.dependencies.get("metadata", ()),
                )
            )
        found = (parse_aws(declared), find_aws_images(declared))
    except reading.MalformedError as error:
        return (malformed(whole, error),)
    return tuple(one for one in found if one is not None)


def _release(declared: Declared, renderer: Renders) -> Iterator[Resource]:
    title = f"Helm release {declared.name}"
    try:
        manifests = renderer.render(declared.name, declared.properties)
    except StandInError as error:
        yield HelmRelease(declared.address, declared.address, title, "", error.remedy, stand_in=error.what)
        return
    except HelmError as error:
        yield HelmRelease(declared.address, declared.address, title, error.what, error.remedy)
        return
    yield HelmRelease(declared.address, declared.address, title, "", "")
    for manifest in manifests:
        yield from parse_object(
            manifest, address=declared.address, origin=title, links=declared.dependencies.get("namespace", ())
        )
