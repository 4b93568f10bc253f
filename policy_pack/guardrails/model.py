"""The vocabulary of the catalogue: policies, controls, findings and what a rule may know.

Plain frozen dataclasses: the pack starts before every preview, and pydantic alone would add 75 ms to that.
What a resource looks like is left to `guardrails.resources`, how policies reach Pulumi to `guardrails.adapter`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from guardrails.exemptions import Exemption
    from guardrails.resources.base import Declared, Resource


class Severity(StrEnum):
    """How bad a violation is, whatever is done about it."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Enforcement(StrEnum):
    """What a violation does to the deployment."""

    DISABLED = "disabled"
    ADVISORY = "advisory"
    MANDATORY = "mandatory"


class Profile(StrEnum):
    """The strictness a stack asks for in its configuration, `cartorio:profile`."""

    LOCAL = "local"
    STAGING = "staging"
    PRODUCAO = "producao"

    @classmethod
    def parse(cls, text: str | None) -> Profile:
        """The profile of that name; an absent or unknown one is production, the strictest."""
        try:
            return cls(text or cls.PRODUCAO)
        except ValueError:
            return cls.PRODUCAO


class OnUnknown(StrEnum):
    """What a rule does about a value that a preview cannot know yet."""

    VIOLATION = "violation"
    """Report it, in the profile's enforcement: the default, because CrossGuard itself would let it pass."""
    WAIT = "wait"
    """Stay silent until the update, when the engine shows the resource again with its values."""


@dataclass(frozen=True, slots=True)
class Levels:
    """An enforcement for each profile: `levels[Profile.STAGING]`."""

    local: Enforcement
    staging: Enforcement
    producao: Enforcement

    def __getitem__(self, profile: Profile) -> Enforcement:
        level: Enforcement = getattr(self, profile.value)
        return level


EVERYWHERE: Final = Levels(Enforcement.MANDATORY, Enforcement.MANDATORY, Enforcement.MANDATORY)
"""Mandatory in every profile."""

RELAXED_LOCALLY: Final = Levels(Enforcement.ADVISORY, Enforcement.MANDATORY, Enforcement.MANDATORY)
"""Mandatory in staging and production, advice on a developer's machine."""

NOT_LOCALLY: Final = Levels(Enforcement.DISABLED, Enforcement.MANDATORY, Enforcement.MANDATORY)
"""Mandatory in staging and production, not asked for where everything may be thrown away."""

ADVICE: Final = Levels(Enforcement.ADVISORY, Enforcement.ADVISORY, Enforcement.ADVISORY)
"""Advice in every profile: for what the pack itself cannot see."""


@dataclass(frozen=True, slots=True)
class Control:
    """A requirement of a published framework that a policy supports (it never "complies" with one).

    Args:
        framework: the publication's name.
        version: its edition.
        ref: the section or control, as the publication numbers it.
        source_url: where it was read.
        verified_on: when it was read.
    """

    framework: str
    version: str
    ref: str
    source_url: str
    verified_on: date


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule has to say about one place in one resource.

    Args:
        path: the property, as `spec.containers[0].image`; empty for the resource as a whole.
        message: the reason, without the place and without values that may be secret.
        remedy: what to do, when it is more precise than the policy's own remediation.
        unknown: the rule could not judge, because the value is not known before the update.
        address: the resource at fault where the rule looks at several (stack-level rules).
        resource: that resource's title.
    """

    path: str
    message: str
    remedy: str = ""
    unknown: bool = False
    address: str = ""
    resource: str = ""


class ImageVerdict(Protocol):
    """What a rule needs of `guardrails.trust.Verdict`."""

    @property
    def outcome(self) -> Literal["trusted", "refused", "error"]:
        """Whether the image may run; `error` means that nobody could tell."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, most important first."""

    @property
    def remedy(self) -> str:
        """What to do about it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with the pack's own files."""

    where: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True, order=True)
class Exempted:
    """What an exemption let pass.

    Args:
        address: the resource's.
        resource: its title.
        path: the property.
        rule: the rule that it breaks.
        why: the exemption's reason, owner, ticket and end, in a sentence.
    """

    address: str
    resource: str
    path: str
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A value that nobody chose, and that has only one right answer.

    Args:
        path: the keys that lead to the property; objects on the way are made.
        value: what it should be.
    """

    path: tuple[str, ...]
    value: bool | str | int


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a rule may know besides the resource: it has no clock, network, file or environment of its own.

    Args:
        profile: the stack's profile.
        now: the time of this run, timezone-aware.
        registries: repositories that images may come from.
        verdicts: the verdict on each image reference that could be asked about.
        unverified: why there are no verdicts at all, empty when there are.
        problems: what is wrong with the exemptions.
        exempted: what exemptions let pass in this run.
        accounts: the AWS accounts of each environment, as far as they are named.
        tags: keys of the tags that every resource of AWS carries.
        configuration: the values of the stack's configuration that are not encrypted, by key.
    """

    profile: Profile
    now: datetime
    registries: tuple[str, ...] = ()
    verdicts: Mapping[str, ImageVerdict] = field(default_factory=dict)
    unverified: str = ""
    problems: tuple[Problem, ...] = ()
    exempted: tuple[Exempted, ...] = ()
    accounts: Mapping[Profile, tuple[str, ...]] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    configuration: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Example:
    """Resources that pass or fail a policy; they are its documentation and its test.

    Args:
        text: YAML documents, each a Kubernetes manifest or `{type, name, properties, protect}` of a Pulumi resource,
            where `${name}` stands for another one's identity, and `${unknown}` for what a preview cannot know.
        trusted: image references whose signature counts as valid.
        problems: what is wrong with the exemptions file.
        stood_in: charts (`name version`) for which a rehearsal's empty ones stand in.
        exemptions: the valid exemptions.
        configuration: keys and values of the stack's file.
    """

    text: str
    trusted: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    stood_in: tuple[str, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    configuration: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """An entry of the catalogue.

    Args:
        id: `area/name`.
        title: the requirement in a sentence.
        severity: how bad a violation is.
        rationale: why the requirement exists.
        resource_types: the resources the rule judges; `Stack` alone for a rule across resources.
        remediation: what to do about a violation, when the finding does not say it better.
        since: the pack's version that introduced it.
        rule: the pure function that judges. It is called for each resource of `resource_types` only.
        passing: an example without findings.
        failing: an example with findings of this policy.
        controls: what the policy supports.
        enforcement: what a violation does, by profile.
        on_unknown: what the rule does about values not known yet.
        yields_to: rules whose mandatory violation at the same place makes this one's superfluous.
        remedy: what the pack itself puts right before the rules judge, where the rule is mandatory: pure, and only
            where nobody chose anything and only one answer is right.
        asks_verdicts: the rule looks at the context's verdicts on images, which take a registry to have.
    """

    id: str
    title: str
    severity: Severity
    rationale: str
    resource_types: tuple[type[Resource], ...]
    remediation: str
    since: str
    rule: Callable[[Any, Context], tuple[Finding, ...]]
    passing: Example
    failing: Example
    controls: tuple[Control, ...] = ()
    enforcement: Levels = EVERYWHERE
    on_unknown: OnUnknown = OnUnknown.VIOLATION
    yields_to: tuple[str, ...] = ()
    asks_verdicts: bool = False
    remedy: Callable[[Declared], tuple[Fix, ...]] | None = None
