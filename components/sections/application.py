"""The section about the application: how many pods of what size, who may call them, how a new version takes over."""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from components.sections.base import Quantities, Section, unique, within
from components.values import Cidr, DnsLabel, EnvironmentName, HostName, HttpUrl, LabelKey, LabelValue, Port, UrlPath


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


class Queue(Section):
    """A number that Prometheus knows, such as a queue's length, that pods follow besides CPU and memory. By KEDA."""

    query: Annotated[str, Field(min_length=1, max_length=2048)]
    """PromQL with one number as its answer, such as `sum(cartorio_jobs_waiting)`."""
    per_pod: Annotated[int, Field(ge=1, le=1_000_000)]
    """How much of it one pod can take."""


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
    queue: Queue | None = None
    """A queue that the number of pods follows too; needs cartorio:observability."""
    nodes: DnsLabel | None = None
    """Name of the group or pool of nodes (cartorio:cluster) that its pods run on; absent: any that is not dedicated."""
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


class Gateway(Section):
    """A Gateway of the Gateway API that splits the traffic between the old version and the new one."""

    name: DnsLabel
    """Its name."""
    namespace: DnsLabel
    """Its namespace."""
    hosts: tuple[HostName, ...] = ()
    """Names that the API is called by; empty: all that the gateway serves."""
    step_weights: Annotated[tuple[Annotated[int, Field(ge=1, le=100)], ...], Field(min_length=1)] = (5, 10, 25, 50)
    """Percentages of the traffic that the new version gets, one a round, rising."""

    @field_validator("step_weights")
    @classmethod
    def _rising(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if any(later <= earlier for earlier, later in pairwise(value)):
            raise PydanticCustomError("rising", "must rise from round to round", {})
        return value


class HookType(StrEnum):
    """When a check is called (https://docs.flagger.app/usage/webhooks)."""

    CONFIRM_ROLLOUT = "confirm-rollout"
    PRE_ROLLOUT = "pre-rollout"
    ROLLOUT = "rollout"
    CONFIRM_PROMOTION = "confirm-promotion"
    POST_ROLLOUT = "post-rollout"
    ROLLBACK = "rollback"
    EVENT = "event"


class Webhook(Section):
    """A check of the new version besides the gates."""

    name: DnsLabel
    """Its name."""
    type: HookType
    """When it is called."""
    url: HttpUrl
    """Where; an answer other than 2xx is a missed gate."""


class Canary(Section):
    """How a new API takes over: by and by, judged by what Prometheus measures, or not at all. By Flagger."""

    interval_seconds: Annotated[int, Field(ge=10, le=3600)] = 60
    """Seconds of a round."""
    failures: Annotated[int, Field(ge=1, le=100)] = 3
    """Rounds that may miss a gate before the old version has everything again."""
    success_percent: Annotated[float, Field(ge=50, le=100)] = 99.5
    """Gate: requests without a fault of the server, in percent."""
    p99_milliseconds: Annotated[int, Field(ge=1, le=60000)] = 500
    """Gate: milliseconds in which 99 % of the requests are answered."""
    path: UrlPath = "/readyz"
    """What the test traffic asks for."""
    requests_per_second: Annotated[int, Field(ge=1, le=1000)] = 10
    """Test traffic: the gates measure something at night too."""
    iterations: Annotated[int, Field(ge=1, le=100)] = 10
    """Rounds of test traffic before the new version takes over; without a gateway."""
    gateway: Gateway | None = None
    """What splits the traffic. Without it the new version is judged by test traffic alone and then takes over: that
    needs neither a mesh nor a gateway, and the load balancer's targets follow the same service all the time."""
    webhooks: tuple[Webhook, ...] = ()
    """Further checks."""

    @field_validator("webhooks")
    @classmethod
    def _named(cls, value: tuple[Webhook, ...]) -> tuple[Webhook, ...]:
        # The test traffic is a webhook too.
        unique(("load", *(webhook.name for webhook in value)), "webhook")
        return value


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
    canary: Canary | None = None
    """How a new API takes over; absent: pod by pod, as soon as each is ready. Needs cartorio:observability."""
    metrics_server: bool = False
    """Whether the stack brings metrics-server, which the autoscalers read CPU and memory from; a cluster that has it
    already does not need it."""


def measured(workload: Workload) -> None:
    """Refuse what only Prometheus can judge: there is none."""
    for name, wanted in (
        ("api.queue", workload.api.queue),
        ("workers.queue", workload.workers.queue),
        ("canary", workload.canary),
    ):
        if wanted is not None:
            raise PydanticCustomError(
                "measured", "needs cartorio:observability: Prometheus measures what it goes by", {"at": name}
            )


def housed(workload: Workload, nodes: frozenset[str]) -> Workload:
    """Refuse pods that wait for nodes which nobody makes; `nodes` are the names of those that there are."""
    for name, role in (("api", workload.api), ("workers", workload.workers)):
        if role.nodes is not None and role.nodes not in nodes:
            raise PydanticCustomError(
                "housed",
                "must be one of the groups and pools of cluster.eks ({names}); it is '{name}'",
                {"at": f"{name}.nodes", "names": ", ".join(sorted(nodes)), "name": role.nodes},
            )
    return workload
