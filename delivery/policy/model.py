"""What a check is about: what was read, what could not be read, and what was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from guardrails.exemptions import Exemption
    from guardrails.model import Enforcement, Policy, Profile, Severity
    from guardrails.resources.base import Declared


@dataclass(frozen=True, slots=True)
class Item:
    """One object to judge.

    Attributes:
        declared: the object, as the rules about single resources see it.
        file: where it is from, as a person named it.
        document: its number in the file, from 1; 0 where the file is not one of documents.
        within: its place in the document, for an item of a list.
        group: what belongs together for the rules across resources: a stack's state, or all that is not one.
        after: as the rules across resources see it, when that is not the same: a resource with its outputs.
    """

    declared: Declared
    file: str
    document: int
    within: str = ""
    group: str = ""
    after: Declared | None = None


@dataclass(frozen=True, slots=True, order=True)
class Unread:
    """Something that could not be read, so that nobody judged it.

    Attributes:
        file: where.
        line: which line, from 1; 0 when there is none.
        what: what is wrong.
        remedy: what to do.
    """

    file: str
    line: int
    what: str
    remedy: str


@dataclass
class Material:
    """What reading comes to beside the objects.

    Attributes:
        unread: what could not be read.
        ignored: files of a folder that hold no objects of Kubernetes.
        texts: the files' contents, for the lines of findings.
        secrets: texts that no report may show.
    """

    unread: list[Unread] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A finding; the order is that of every report.

    Attributes:
        file: where the object is from.
        document: the object's number in the file, from 1.
        resource: what a person calls it.
        rule: the rule's id.
        path: the property.
        message: the reason.
        severity: how bad it is.
        enforcement: what it does in the profile.
        remedy: what to do.
        line: the line of the property, or of what it is missing from; 0 when nobody knows.
    """

    file: str
    document: int
    resource: str
    rule: str
    path: str
    message: str
    severity: Severity
    enforcement: Enforcement
    remedy: str
    line: int = 0


@dataclass(frozen=True)
class Result:
    """What a check came to.

    Attributes:
        checked: how many objects were judged.
        profile: how strictly.
        findings: what is out of compliance, in order.
        exempted: what would be, were it not for an exemption, in order.
        unread: what could not be read, in order.
        policies: the rules that were applied.
    """

    checked: int
    profile: Profile
    findings: tuple[Found, ...]
    exempted: tuple[tuple[Found, Exemption], ...]
    unread: tuple[Unread, ...]
    policies: tuple[Policy, ...]
