"""Workloads, and what scales and protects them.

Source of the shapes: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/ (API v1.36) and
https://keda.sh/docs/latest/reference/scaledobject-spec/.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from guardrails.resources import reading
from guardrails.resources.located import Located, place
from guardrails.resources.reading import Unknown
from guardrails.resources.selectors import Selector, selector

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardrails.resources.kubernetes import KubernetesObject

Amount = int | str | Unknown | None
"""A number of pods or a percentage of them (`25%`); None when absent."""


@dataclass(frozen=True, slots=True)
class Workload(Located):
    """A Deployment or a StatefulSet: as many pods as somebody says, all alike.

    Args:
        replicas: how many; None leaves it to an autoscaler.
        strategy: how one version replaces another, None for the default.
        max_unavailable: how many may be missing meanwhile.
        max_surge: how many more there may be meanwhile.
        labels: of its pods.
    """

    label: ClassVar[str] = "Deployment, StatefulSet"

    replicas: int | Unknown | None
    strategy: str | Unknown | None
    max_unavailable: Amount
    max_surge: Amount
    labels: Mapping[str, Any] | Unknown


@dataclass(frozen=True, slots=True)
class Autoscaler(Located):
    """A HorizontalPodAutoscaler, or KEDA's ScaledObject, which makes one.

    Args:
        target: kind and name of what it scales.
        fewest: its lower bound; None when absent.
        most: its upper bound; None when absent.
        idle: the number that KEDA scales to when nothing happens; None for the lower bound.
        measures: whether it has anything to go by.
    """

    label: ClassVar[str] = "HorizontalPodAutoscaler, ScaledObject"

    target: tuple[str | Unknown, str | Unknown]
    fewest: int | Unknown | None
    most: int | Unknown | None
    idle: int | Unknown | None
    measures: bool | Unknown


@dataclass(frozen=True, slots=True)
class Budget(Located):
    """A PodDisruptionBudget. Without a selector (None) it is about no pods; an empty one is about all."""

    label: ClassVar[str] = "PodDisruptionBudget"

    pods: Selector | Unknown | None
    min_available: Amount
    max_unavailable: Amount


@dataclass(frozen=True, slots=True)
class Periodic(Located):
    """A Job or a CronJob.

    Args:
        deadline: seconds after which a run is ended; None for never.
        concurrency: what a CronJob does when the last run has not ended; None for the default, for a Job always.
        path: where the job's own specification is.
    """

    label: ClassVar[str] = "Job, CronJob"

    deadline: int | Unknown | None
    concurrency: str | Unknown | None
    path: str


def workload(found: KubernetesObject) -> Workload:
    """Read a Deployment or a StatefulSet."""
    spec = _spec(found)
    template = _inner(spec, "template", "spec")
    labels = _inner(_inner(template, "metadata", "spec.template"), "labels", "spec.template.metadata")
    key = "strategy" if found.kind == "Deployment" else "updateStrategy"
    strategy = _inner(spec, key, "spec")
    rolling, at = _inner(strategy, "rollingUpdate", f"spec.{key}"), f"spec.{key}.rollingUpdate"
    return Workload(
        **place(found),
        replicas=spec if isinstance(spec, Unknown) else reading.integer(spec, "replicas", "spec"),
        strategy=strategy if isinstance(strategy, Unknown) else reading.text(strategy, "type", f"spec.{key}"),
        max_unavailable=rolling if isinstance(rolling, Unknown) else _amount(rolling, "maxUnavailable", at),
        max_surge=rolling if isinstance(rolling, Unknown) else _amount(rolling, "maxSurge", at),
        labels=labels,
    )


def autoscaler(found: KubernetesObject) -> Autoscaler:
    """Read a HorizontalPodAutoscaler or a ScaledObject."""
    spec = _spec(found)
    if isinstance(spec, Unknown):
        return Autoscaler(**place(found), target=(spec, spec), fewest=spec, most=spec, idle=spec, measures=spec)
    target = reading.mapping(spec, "scaleTargetRef", "spec")
    keda = found.kind == "ScaledObject"
    at = "spec.scaleTargetRef"
    measures = reading.sequence(spec, "triggers" if keda else "metrics", "spec")
    # Version 1 has one measure in a field of its own.
    cpu = None if keda else reading.integer(spec, "targetCPUUtilizationPercentage", "spec")
    return Autoscaler(
        **place(found),
        target=(target, target)
        if isinstance(target, Unknown)
        else (reading.text(target, "kind", at) or "Deployment", reading.text(target, "name", at) or ""),
        fewest=reading.integer(spec, "minReplicaCount" if keda else "minReplicas", "spec"),
        most=reading.integer(spec, "maxReplicaCount" if keda else "maxReplicas", "spec"),
        idle=reading.integer(spec, "idleReplicaCount", "spec") if keda else None,
        measures=measures if isinstance(measures, Unknown) else bool(measures) or cpu is not None,
    )


def budget(found: KubernetesObject) -> Budget:
    """Read a PodDisruptionBudget."""
    spec = _spec(found)
    if isinstance(spec, Unknown):
        return Budget(**place(found), pods=spec, min_available=spec, max_unavailable=spec)
    return Budget(
        **place(found),
        pods=selector(spec, "selector", "spec"),
        min_available=_amount(spec, "minAvailable", "spec"),
        max_unavailable=_amount(spec, "maxUnavailable", "spec"),
    )


def periodic(found: KubernetesObject) -> Periodic:
    """Read a Job or a CronJob."""
    spec, path = _spec(found), "spec"
    concurrency: str | Unknown | None = None
    if found.kind == "CronJob":
        concurrency = spec if isinstance(spec, Unknown) else reading.text(spec, "concurrencyPolicy", path)
        for key in ("jobTemplate", "spec"):
            spec, path = _inner(spec, key, path), f"{path}.{key}"
    deadline = spec if isinstance(spec, Unknown) else reading.integer(spec, "activeDeadlineSeconds", path)
    return Periodic(**place(found), deadline=deadline, concurrency=concurrency, path=path)


def _spec(found: KubernetesObject) -> Mapping[str, Any] | Unknown:
    return reading.mapping(found.properties, "spec", "")


def _inner(raw: Mapping[str, Any] | Unknown, key: str, path: str) -> Mapping[str, Any] | Unknown:
    return raw if isinstance(raw, Unknown) else reading.mapping(raw, key, path)


def _amount(raw: Mapping[str, Any], key: str, path: str) -> Amount:
    return reading.text(raw, key, path) if isinstance(raw.get(key), str) else reading.integer(raw, key, path)
