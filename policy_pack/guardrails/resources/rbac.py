"""Who may do what in the cluster: roles and their bindings.

Source of the shapes: https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/ (API v1.36).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from guardrails.resources import reading
from guardrails.resources.located import Located, place
from guardrails.resources.reading import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from guardrails.resources.kubernetes import KubernetesObject

Words = tuple[str | Unknown, ...] | Unknown
"""Texts of a rule, of which any or all may not be known yet."""

_EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class Grant:
    """One rule of a role: these verbs on these resources (`pods/exec`) of these groups, all of them or those named."""

    path: str
    verbs: Words
    groups: Words
    resources: Words
    names: Words
    urls: Words

    def grants(self, verbs: frozenset[str], group: str, resource: str) -> bool | Unknown:
        """Whether it allows any of the verbs on a resource, by whatever wildcard."""
        main, _, sub = resource.partition("/")
        found = [
            _among(self.verbs, verbs | {_EVERYTHING}),
            _among(self.groups, {group, _EVERYTHING}),
            # `pods/*` is all of its subresources, `*/exec` that of every resource.
            _among(self.resources, {resource, _EVERYTHING} | ({f"{main}/*", f"*/{sub}"} if sub else set())),
        ]
        if False in found:
            return False
        return reading.UNKNOWN if reading.UNKNOWN in found else True


@dataclass(frozen=True, slots=True)
class Role(Located):
    """A Role or a ClusterRole.

    Args:
        grants: its rules; unknown when not even their number is known.
        gathers_all: it takes over the rules of every ClusterRole there is.
    """

    label: ClassVar[str] = "Role, ClusterRole"

    grants: tuple[Grant | Unknown, ...] | Unknown
    gathers_all: bool | Unknown


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is bound: its place, its kind (`User`, `Group`, `ServiceAccount`) and its name."""

    path: str
    kind: str | Unknown
    name: str | Unknown


@dataclass(frozen=True, slots=True)
class Binding(Located):
    """A RoleBinding or a ClusterRoleBinding, with kind and name of what is bound."""

    label: ClassVar[str] = "RoleBinding, ClusterRoleBinding"

    role_kind: str | Unknown
    role: str | Unknown
    subjects: tuple[Subject, ...] | Unknown


def role(found: KubernetesObject) -> Role:
    """Read a Role or a ClusterRole."""
    members = reading.sequence(found.properties, "rules", "")
    gathers = reading.mapping(found.properties, "aggregationRule", "")
    return Role(
        **place(found),
        grants=members
        if isinstance(members, Unknown)
        else tuple(_grant(member, f"rules[{index}]") for index, member in enumerate(members)),
        gathers_all=gathers if isinstance(gathers, Unknown) else _gathers_all(gathers),
    )


def binding(found: KubernetesObject) -> Binding:
    """Read a RoleBinding or a ClusterRoleBinding."""
    bound = reading.mapping(found.properties, "roleRef", "")
    members = reading.sequence(found.properties, "subjects", "")
    return Binding(
        **place(found),
        role_kind=bound if isinstance(bound, Unknown) else reading.text(bound, "kind", "roleRef") or "",
        role=bound if isinstance(bound, Unknown) else reading.text(bound, "name", "roleRef") or "",
        subjects=members
        if isinstance(members, Unknown)
        else tuple(_subject(member, f"subjects[{index}]") for index, member in enumerate(members)),
    )


def _grant(member: object, path: str) -> Grant | Unknown:
    if isinstance(member, Unknown):
        return member
    raw = reading.as_mapping(member, path)
    return Grant(
        path=path,
        verbs=reading.texts(raw, "verbs", path),
        groups=reading.texts(raw, "apiGroups", path),
        resources=reading.texts(raw, "resources", path),
        names=reading.texts(raw, "resourceNames", path),
        urls=reading.texts(raw, "nonResourceURLs", path),
    )


def _gathers_all(rule: Mapping[str, Any]) -> bool | Unknown:
    selectors = reading.sequence(rule, "clusterRoleSelectors", "aggregationRule")
    if isinstance(selectors, Unknown):
        return selectors
    return any(isinstance(one, Unknown) or not any(_said(one)) for one in selectors)


def _said(selector: object) -> Iterator[object]:
    raw = reading.as_mapping(selector, "aggregationRule.clusterRoleSelectors")
    yield raw.get("matchLabels")
    yield raw.get("matchExpressions")


def _subject(member: object, path: str) -> Subject:
    if isinstance(member, Unknown):
        return Subject(path, member, member)
    raw = reading.as_mapping(member, path)
    return Subject(path, reading.text(raw, "kind", path) or "", reading.text(raw, "name", path) or "")


def _among(words: Words, wanted: frozenset[str] | set[str]) -> bool | Unknown:
    if isinstance(words, Unknown):
        return words
    if any(word in wanted for word in words):
        return True
    return reading.UNKNOWN if reading.UNKNOWN in words else False
