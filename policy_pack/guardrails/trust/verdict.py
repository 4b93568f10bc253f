"""What verification says: a verdict for the pack and the command line, and the tree of reasons behind it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


class Outcome(StrEnum):
    """The three ends of a verification; only `TRUSTED` lets an image through."""

    TRUSTED = "trusted"
    REFUSED = "refused"
    ERROR = "error"
    """Not decided, because a registry or key service did not answer; the image is not let through either."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One statement of an explanation, with the statements it rests on.

    Attributes:
        text: a sentence without a full stop; anything a stranger wrote in it is escaped.
        holds: whether the statement speaks for the image.
        because: what it follows from.
    """

    text: str
    holds: bool
    because: tuple[Reason, ...] = ()

    def failures(self, above: tuple[str, ...] = ()) -> Iterator[str]:
        """Yield the path to every deepest statement that speaks against the image, as `cause: deeper cause`."""
        if self.holds:
            return
        path = (*above, self.text)
        against = [reason for reason in self.because if not reason.holds]
        if not against:
            yield ": ".join(path)
        for reason in against:
            yield from reason.failures(path)

    def draw(self, indent: str = "") -> Iterator[str]:
        """Yield the whole tree, one line a statement, `+` for those that hold and `-` for the others."""
        yield f"{indent}{'+' if self.holds else '-'} {self.text}"
        for reason in self.because:
            yield from reason.draw(indent + "  ")


@dataclass(frozen=True, slots=True)
class Signer:
    """Who made a valid signature of an image, and by what that is known.

    Attributes:
        authority: the authority of `trust.yaml` that it speaks for.
        identity: the key (`P-256 key file:release.pem`) or, for a certificate, its subject and issuer.
        source: the item of evidence, as the reasons name it.
        signed_at: when, if a log or timestamp that the policy trusts proves it.
    """

    authority: str
    identity: str
    source: str
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attestation:
    """A statement about an image that met a requirement of the rule.

    Attributes:
        name: of the requirement.
        predicate_type: what was signed.
        signer: whose word it is.
        at: the moment that the statement gives for what it attests, if it gives one.
        facts: what it says in short, sorted by name: plain values only.
    """

    name: str
    predicate_type: str
    signer: Signer
    at: datetime | None
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of one image.

    Attributes:
        reference: the reference as it was given.
        digest: `sha256:...` of the image that the verdict is about; None if the reference names none.
        outcome: see `Outcome`.
        rule: the rule of `trust.yaml` that decided (`profile/name`); None when none covers the image.
        authorities: those whose keys signed the digest, sorted; also filled when they are too few.
        reasons: why it is not trusted, most general cause first; for a trusted image, what it rests on.
        remedy: what to do about it; empty when trusted.
        signers: every valid signature of the digest by an authority of the rule, in a fixed order; also when too few.
        attestations: what satisfied the rule's requirements for attestations, in a fixed order.
    """

    reference: str
    digest: str | None
    outcome: Outcome
    rule: str | None
    authorities: tuple[str, ...]
    reasons: tuple[str, ...]
    remedy: str
    signers: tuple[Signer, ...] = ()
    attestations: tuple[Attestation, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with the whole tree it was flattened from, for whoever asks why."""

    verdict: Verdict
    reason: Reason
