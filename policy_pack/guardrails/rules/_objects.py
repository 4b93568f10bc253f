"""What rules about Kubernetes objects share: examples, and who a resource at fault is in a rule across resources."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

from guardrails.model import Example, Finding
from guardrails.resources.reading import Unknown

if TYPE_CHECKING:
    from guardrails.resources.base import Resource, Stack
    from guardrails.resources.located import Located
    from guardrails.resources.namespaces import Namespace

T = TypeVar("T")

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
