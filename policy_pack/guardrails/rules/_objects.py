"""What rules about Kubernetes objects share: examples, and who a resource at fault is in a rule across resources."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from guardrails.model import Example, Finding
from guardrails.resources.located import Located
from guardrails.resources.reading import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from guardrails.resources.base import Resource, Stack
    from guardrails.resources.namespaces import Namespace

T = TypeVar("T")
L = TypeVar("L", bound=Located)

DEPLOYMENT: Final = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: cartorio}
spec:
  template:
    metadata: {labels: {app: api}}
"""
"""A Deployment, to add settings to, for examples."""


def example(*documents: str) -> Example:
    """An example of these objects."""
    return Example("---\n".join(document if document.endswith("\n") else f"{document}\n" for document in documents))


def of(stack: Stack, kind: type[T]) -> list[T]:
    """All resources of a type in a stack."""
    return [resource for resource in stack.resources if isinstance(resource, kind)]


class Near(Generic[L]):
    """Objects by their namespace: who looks for one's neighbours need not look at everybody's.

    Args:
        objects: those to look among.
    """

    def __init__(self, objects: Iterable[L]) -> None:
        self._everywhere: list[L] = []
        self._somewhere: list[L] = []
        self._named: dict[str, list[L]] = {}
        for one in objects:
            self._everywhere.append(one)
            here = self._somewhere if isinstance(one.namespace, Unknown) else self._named.setdefault(one.namespace, [])
            here.append(one)

    def to(self, namespace: str | Unknown) -> list[L]:
        """Those that are in a namespace, or may be, as one of both is not known yet."""
        if isinstance(namespace, Unknown):
            return self._everywhere
        return [*self._named.get(namespace, ()), *self._somewhere]


def at(resource: Resource, finding: Finding) -> Finding:
    """A finding of a rule across resources, about one of them."""
    return replace(finding, address=resource.address, resource=resource.title)


def inside(resource: Located, namespace: Namespace) -> bool | Unknown:
    """Whether an object is in a namespace; one that has the namespace's name from the namespace itself is."""
    if isinstance(resource.namespace, Unknown) and resource.rooms:
        return namespace.address in resource.rooms
    if isinstance(resource.namespace, Unknown) or isinstance(namespace.name, Unknown):
        return Unknown.UNKNOWN
    return resource.namespace == namespace.name
