"""Namespaces and what bounds them, and the identities in them.

Source of the shapes: https://kubernetes.io/docs/reference/kubernetes-api/ (API v1.36).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from guardrails.resources import reading
from guardrails.resources.located import Located, metadata, place
from guardrails.resources.reading import Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardrails.resources.kubernetes import KubernetesObject


@dataclass(frozen=True, slots=True)
class Namespace(Located):
    """A Namespace, with its labels."""

    label: ClassVar[str] = "Namespace"

    labels: Mapping[str, Any] | Unknown


@dataclass(frozen=True, slots=True)
class Quota(Located):
    """A ResourceQuota, with the amounts it bounds."""

    label: ClassVar[str] = "ResourceQuota"

    hard: Mapping[str, str | Unknown] | Unknown


@dataclass(frozen=True, slots=True)
class Limits(Located):
    """A LimitRange: for each kind of thing (`Container`) which of `default`, `defaultRequest`, `max`... it has."""

    label: ClassVar[str] = "LimitRange"

    bounds: tuple[tuple[str | Unknown, frozenset[str]], ...] | Unknown


@dataclass(frozen=True, slots=True)
class ServiceAccount(Located):
    """A ServiceAccount, and whether pods get its token without asking (None: they do)."""

    label: ClassVar[str] = "ServiceAccount"

    mounts_token: bool | Unknown | None


def namespace(found: KubernetesObject) -> Namespace:
    """Read a Namespace."""
    return Namespace(**place(found), labels=metadata(found, "labels"))


def quota(found: KubernetesObject) -> Quota:
    """Read a ResourceQuota."""
    spec = reading.mapping(found.properties, "spec", "")
    return Quota(**place(found), hard=spec if isinstance(spec, Unknown) else reading.scalars(spec, "hard", "spec"))


def limits(found: KubernetesObject) -> Limits:
    """Read a LimitRange."""
    spec = reading.mapping(found.properties, "spec", "")
    members = spec if isinstance(spec, Unknown) else reading.sequence(spec, "limits", "spec")
    if isinstance(members, Unknown):
        return Limits(**place(found), bounds=members)
    return Limits(**place(found), bounds=tuple(_bound(one, f"spec.limits[{n}]") for n, one in enumerate(members)))


def service_account(found: KubernetesObject) -> ServiceAccount:
    """Read a ServiceAccount."""
    mounts = reading.flag(found.properties, "automountServiceAccountToken", "")
    return ServiceAccount(**place(found), mounts_token=mounts)


def _bound(member: object, path: str) -> tuple[str | Unknown, frozenset[str]]:
    if isinstance(member, Unknown):
        return member, frozenset()
    raw = reading.as_mapping(member, path)
    said = frozenset(key for key, value in raw.items() if value and key != "type")
    return reading.text(raw, "type", path) or "", said
