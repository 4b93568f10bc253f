"""The section about the application: how many pods of what size, who may call them, what they may call."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from components.sections.base import Quantities, Section, unique, within
from components.values import Cidr, DnsLabel, EnvironmentName, LabelKey, LabelValue, Port


class Replicas(Section):
    """Bounds of the autoscaler."""

    min: Annotated[int, Field(ge=2, le=500)]
    """Fewest pods; two, so that one can be lost or moved."""
    max: Annotated[int, Field(ge=2, le=500)]
    """Most pods."""

    @field_validator("max")
    @classmethod
    def _ordered(cls, value: int, info: ValidationInfo) -> int:
        low = info.data.get("min")
        if low is not None and value < low:
            raise PydanticCustomError("ordered", "must be at least min ({low})", {"low": low})
        return value


class Resources(Section):
    """What one pod asks for and what it may take."""

    requests: Quantities
    """Reserved for each pod."""
    limits: Quantities
    """The most that a pod may take."""

    @field_validator("limits")
    @classmethod
    def _limits(cls, value: Quantities, info: ValidationInfo) -> Quantities:
        if "requests" in info.data:
            within(info.data["requests"], value, "requests")
        return value


class Autoscaling(Section):
    """When the autoscaler acts."""

    cpu_utilization: Annotated[int, Field(ge=1, le=100)] = 70
    """Mean CPU use, in percent of the requests, above which pods are added."""
    memory_utilization: Annotated[int, Field(ge=1, le=100)] = 80
    """Mean memory use, in percent of the requests, above which pods are added."""
    scale_down_stabilization_seconds: Annotated[int, Field(ge=0, le=3600)] = 300
    """Seconds of lower load before pods are removed."""


class EnvironmentVariable(Section):
    """One environment variable. Never a secret: those are mounted as files."""

    name: EnvironmentName
    """Its name."""
    value: Annotated[str, Field(max_length=4096)]
    """Its value."""


class Role(Section):
    """One of the two processes of the application."""

    replicas: Replicas
    """Bounds of the autoscaler."""
    resources: Resources
    """What one pod asks for and what it may take."""
    autoscaling: Autoscaling = Autoscaling()
    """When the autoscaler acts."""
    drain_seconds: Annotated[int, Field(ge=0, le=600)]
    """Seconds that a pod keeps serving after it was told to stop."""
    termination_grace_period_seconds: Annotated[int, Field(ge=1, le=3600)]
    """Seconds that a pod may take from that moment to its end; at least drainSeconds."""
    env: tuple[EnvironmentVariable, ...] = ()
    """Environment variables."""

    @field_validator("termination_grace_period_seconds")
    @classmethod
    def _after_drain(cls, value: int, info: ValidationInfo) -> int:
        drain = info.data.get("drain_seconds")
        if drain is not None and value < drain:
            raise PydanticCustomError("after_drain", "must be at least drainSeconds ({drain})", {"drain": drain})
        return value

    @field_validator("env")
    @classmethod
    def _once(cls, value: tuple[EnvironmentVariable, ...]) -> tuple[EnvironmentVariable, ...]:
        unique(tuple(variable.name for variable in value), "variable")
        return value


class PodLabel(Section):
    """One label of a pod."""

    key: LabelKey
    """Its key."""
    value: LabelValue
    """Its value."""


class Caller(Section):
    """Who may call the API."""

    namespace: DnsLabel
    """The namespace of the callers."""
    pod_labels: tuple[PodLabel, ...] = ()
    """Labels of the callers in it; empty: every pod of the namespace."""


class Datastore(Section):
    """Something outside the cluster that the application may call."""

    name: DnsLabel
    """What it is; for the reader."""
    cidr: Cidr
    """Where it is."""
    ports: Annotated[tuple[Port, ...], Field(min_length=1)]
    """TCP ports."""


class Workload(Section):
    """The application."""

    namespace: DnsLabel
    """Where it runs: one of tenancy.namespaces."""
    callers: tuple[Caller, ...]
    """Who may call the API."""
    datastores: tuple[Datastore, ...] = ()
    """What API and workers may call, besides DNS."""
    api: Role
    """The API."""
    workers: Role
    """The background workers."""
