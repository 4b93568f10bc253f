"""The section about namespaces and who may do what in them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from components.sections.base import Quantities, Section, unique, within
from components.values import DnsLabel, GroupName


class Quota(Section):
    """What all pods of a namespace may ask for together."""

    requests: Quantities
    """Sum of the requests."""
    limits: Quantities
    """Sum of the limits."""
    pods: Annotated[int, Field(ge=1, le=5000)]
    """Number of pods."""

    @field_validator("limits")
    @classmethod
    def _limits(cls, value: Quantities, info: ValidationInfo) -> Quantities:
        if "requests" in info.data:
            within(info.data["requests"], value, "requests")
        return value


class ContainerLimits(Section):
    """What one container gets when it asks for nothing, and the most that it may ask for."""

    default_request: Quantities
    """Requests of a container that names none."""
    default_limit: Quantities
    """Limits of a container that names none."""
    maximum: Quantities
    """The most that a container may set as its limit."""

    @field_validator("default_limit", "maximum")
    @classmethod
    def _ordered(cls, value: Quantities, info: ValidationInfo) -> Quantities:
        lower = "default_request" if info.field_name == "default_limit" else "default_limit"
        if lower in info.data:
            within(info.data[lower], value, to_camel(lower))
        return value


class Namespace(Section):
    """One namespace."""

    name: DnsLabel
    """Its name in the cluster."""
    quota: Quota
    """What all its pods may ask for together."""
    container_limits: ContainerLimits
    """Defaults and bounds of one container."""

    @field_validator("name")
    @classmethod
    def _own(cls, value: str) -> str:
        if value == "default" or value.startswith("kube-"):
            raise PydanticCustomError(
                "reserved", "must not be '{name}', which Kubernetes keeps for itself", {"name": value}
            )
        return value


class Tenancy(Section):
    """Namespaces and who may do what in them."""

    namespaces: Annotated[tuple[Namespace, ...], Field(min_length=1)]
    """The namespaces of the stack."""
    readers: tuple[GroupName, ...] = ()
    """Groups that may look at everything but secrets."""
    operators: tuple[GroupName, ...] = ()
    """Groups that may also scale, restart and evict."""

    @field_validator("namespaces")
    @classmethod
    def _names(cls, value: tuple[Namespace, ...]) -> tuple[Namespace, ...]:
        unique(tuple(namespace.name for namespace in value), "namespace")
        return value
