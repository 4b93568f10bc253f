"""What every parsed resource has in common, and what is parsed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardrails.resources.reading import Unknown


@dataclass(frozen=True, slots=True)
class Declared:
    """A resource as somebody declares it, before parsing.

    Args:
        type: Pulumi's type token, as `kubernetes:apps/v1:Deployment`.
        name: the resource's name.
        address: its URN, or file and document.
        properties: raw properties (see `reading`).
        dependencies: for each property the addresses that its value comes from.
        protect: the engine refuses to delete it.
        ignored: properties whose changes the engine ignores.
        default_tags: what its provider tags everything with.
    """

    type: str
    name: str
    address: str
    properties: Mapping[str, Any]
    dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    protect: bool = False
    ignored: tuple[str, ...] = ()
    default_tags: Mapping[str, Any] | Unknown = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resource:
    """A parsed resource.

    Args:
        address: the URN of the resource that a person declared (a Helm release for the objects inside it).
        identity: what exemptions match: the address, and for an object inside a release `#kind/namespace/name`.
        title: what a person calls it, as `Deployment cartorio/api in Helm release cartorio`.
    """

    label: ClassVar[str] = "resource"

    address: str
    identity: str
    title: str


@dataclass(frozen=True, slots=True)
class Malformed(Resource):
    """A resource, or an object inside one, that cannot be parsed: no other rule can judge it."""

    label: ClassVar[str] = "any resource"

    path: str
    problem: str


@dataclass(frozen=True, slots=True)
class Stack(Resource):
    """All resources of a stack, for rules across resources.

    Args:
        resources: parsed, those inside releases and lists included; types that no rule reads are not among them.
        declared: each as it is declared, whatever its type.
    """

    label: ClassVar[str] = "the whole stack"

    resources: tuple[Resource, ...]
    declared: tuple[Declared, ...] = ()
