"""What typed Kubernetes objects have in common: a name in a namespace, and the objects' raw metadata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from guardrails.resources import reading
from guardrails.resources.base import Resource
from guardrails.resources.reading import Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardrails.resources.kubernetes import KubernetesObject


_NAMESPACE: Final = "kubernetes:core/v1:Namespace"


@dataclass(frozen=True, slots=True)
class Located(Resource):
    """A Kubernetes object of a kind that rules know.

    Args:
        kind: its kind.
        name: its name.
        namespace: where it is; empty when it does not say so, or is in none.
        links: addresses of the resources that name and namespace come from: in a preview of a new cluster they are not
            known, but this is.
    """

    kind: str
    name: str | Unknown
    namespace: str | Unknown
    links: tuple[str, ...]

    @property
    def rooms(self) -> frozenset[str]:
        """Addresses of the Namespaces that its own comes from."""
        return frozenset(link for link in self.links if link.rpartition("::")[0].endswith(_NAMESPACE))

    def beside(self, other: Located) -> bool | Unknown:
        """Whether both are in one namespace; while nobody knows it, what they have it from says so."""
        if isinstance(self.namespace, Unknown) and isinstance(other.namespace, Unknown):
            if self.rooms and other.rooms:
                return self.rooms == other.rooms
            return True if self.address == other.address else reading.UNKNOWN
        if isinstance(self.namespace, Unknown) or isinstance(other.namespace, Unknown):
            return reading.UNKNOWN
        return self.namespace == other.namespace


def place(found: KubernetesObject) -> dict[str, Any]:
    """The arguments of `Located`."""
    return {
        "address": found.address,
        "identity": found.identity,
        "title": found.title,
        "kind": found.kind,
        "name": found.name,
        "namespace": found.namespace,
        "links": found.links,
    }


def metadata(found: KubernetesObject, key: str) -> Mapping[str, Any] | Unknown:
    """`labels` or `annotations` of an object."""
    raw = reading.mapping(found.properties, "metadata", "")
    return raw if isinstance(raw, Unknown) else reading.mapping(raw, key, "metadata")
