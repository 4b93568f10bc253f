"""The policy pack's surroundings, made up: a verifier with given verdicts, a renderer with given manifests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from guardrails.examiner import Surroundings
from guardrails.model import ImageVerdict, Profile
from guardrails.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from guardrails.examiner import Examiner
    from guardrails.model import Finding
    from guardrails.resources.base import Declared

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
REGISTRIES = ("registry.cartorio.internal/cartorio",)


@dataclass(frozen=True)
class Said:
    outcome: Any = "refused"
    reasons: tuple[str, ...] = ("no signature found",)
    remedy: str = "sign it"


@dataclass
class Notary:
    """A verifier that trusts what it was told to trust, and remembers what it was asked."""

    trusted: Sequence[str] = ()
    asked: list[str] = field(default_factory=list)

    def verify(self, references: Iterable[str]) -> Mapping[str, ImageVerdict]:
        asked = list(references)
        self.asked += asked
        return {each: Said("trusted", (), "") if each in self.trusted else Said() for each in asked}


@dataclass
class Manifests:
    """A renderer that knows one release."""

    manifests: tuple[Any, ...] = ()

    def render(self, name: str, properties: Mapping[str, Any]) -> tuple[Any, ...]:
        assert name
        assert properties is not None
        return self.manifests


def surroundings(**changes: object) -> Surroundings:
    given: dict[str, Any] = {
        "settings": Settings(dict.fromkeys(Profile, REGISTRIES), "1.36.3", Path("trust.yaml"), tags=("owner",)),
        "exemptions": (),
        "problems": (),
        "renderer": Manifests(),
        "verifier": Notary,
        "now": NOW,
    }
    return Surroundings(**{**given, **changes})


class Ask(Protocol):
    """Judge a manifest by one rule: `ask("image/signed", manifest)`."""

    def __call__(self, rule: str, manifest: object, **context: object) -> tuple[Finding, ...]: ...


class AskStack(Protocol):
    """Judge several manifests by one rule across resources; the first one's address is `urn:0`."""

    def __call__(self, rule: str, *manifests: object) -> tuple[Finding, ...]: ...


class Declare(Protocol):
    """Declare a resource: `declare(properties, "aws:kms/key:Key", "envelope")`."""

    def __call__(self, properties: Mapping[str, object], kind: str = ..., name: str = ...) -> Declared: ...


class MakeExaminer(Protocol):
    """An examiner under a profile, in surroundings that differ in what is given."""

    def __call__(self, profile: Profile = ..., **changes: object) -> Examiner: ...
