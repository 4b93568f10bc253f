"""The verdict on an image: a pure function of its reference, the evidence, the policy's rule, the keys and the time.

What is decided here, and what could have been decided otherwise:

- **The digest in the reference is what has to be signed.** For a multi-platform image that is the index, and a signed
  index covers the platforms it lists, since each is named by digest in it and runtimes reach them through it. A
  reference to one platform's own digest needs a signature over that digest (`cosign sign --recursive` makes both);
  neither signature stands in for the other.
- **Keys count, not signatures or authorities.** A requirement is met by `threshold` distinct keys; a key signing
  twice, in both formats, or listed by two authorities counts once.
- **Good evidence is not spoiled by bad.** Anybody who may push can add a broken referrer; it is reported and ignored.
- **What could not be fetched is only an error if it could have mattered**: an image with enough signatures is trusted.
- The docker-reference in a legacy payload is not compared: content is bound by digest, and cosign does not either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from guardrails.trust import formats
from guardrails.trust.errors import Malformed, Unavailable
from guardrails.trust.evidence import ABSENT, RECORDED, Unreachable, Unusable
from guardrails.trust.verdict import Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from guardrails.trust.evidence import Evidence, Item
    from guardrails.trust.keys import PublicKey
    from guardrails.trust.policy import Authority, Requirement, Rule
    from guardrails.trust.reference import Digest, Reference


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a verdict depends on.

    Attributes:
        reference: with a digest.
        evidence: what the registry holds.
        rule: the one that covers the reference's repository.
        authorities: the policy's, by name; at least those that the rule names.
        keys: by source as text: the key, or why there is none. At least those of the rule's authorities.
        now: the time of the verification, with its zone.
    """

    reference: Reference
    evidence: Evidence
    rule: Rule
    authorities: Mapping[str, Authority]
    keys: Mapping[str, PublicKey | Malformed | Unavailable]
    now: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What a case comes to. The reason's children are the requirements, then the signatures found."""

    outcome: Outcome
    authorities: tuple[str, ...]
    reason: Reason
    remedy: str


@dataclass(frozen=True, slots=True)
class _Signature:
    """One item of evidence after verification: the key that made it, or why it counts for nothing."""

    source: str
    fingerprint: str | None
    fault: str

    @property
    def reason(self) -> Reason:
        return Reason(f"{self.source}: {self.fault or 'a valid signature of this digest'}", holds=not self.fault)


def decide(case: Case) -> Decision:
    """Judge one image. Deterministic, and blind to the order of evidence, keys and authorities."""
    stop = _image_problem(case)
    if stop is not None:
        return stop
    digest = case.reference.digest
    if digest is None:
        raise ValueError("a case without a digest cannot be judged")
    loaded = [case.keys[source] for source in _sources(case)]
    keys = {key.fingerprint: key for key in loaded if not isinstance(key, Malformed | Unavailable)}
    all_read = not any(isinstance(key, Malformed | Unavailable) for key in loaded)
    signatures = [_examine(item, keys, digest, all_read=all_read) for item in case.evidence.items]
    signed = {signature.fingerprint for signature in signatures if signature.fingerprint and not signature.fault}
    requirements = [_require(requirement, case, signed) for requirement in case.rule.require]
    authorities = tuple(sorted(_signers(case, signed)))
    because = [requirement.reason for requirement in requirements]
    if all(reason.holds for reason in because):
        because += [signature.reason for signature in signatures]
        if case.evidence.image == RECORDED:
            because.append(Reason("the image itself is not there: a rehearsal's import signed its digest", holds=True))
        return Decision(Outcome.TRUSTED, authorities, Reason("trusted", holds=True, because=tuple(because)), "")
    because += [signature.reason for signature in signatures] or [Reason("no signature was found", holds=False)]
    outcome, remedy = _way_out(case, [requirement for requirement in requirements if not requirement.reason.holds])
    return Decision(outcome, authorities, Reason(str(outcome), holds=False, because=tuple(because)), remedy)


def _image_problem(case: Case) -> Decision | None:
    image = case.evidence.image
    if isinstance(image, Unreachable):
        return _stop(Outcome.ERROR, image.why, image.remedy)
    if isinstance(image, Unusable):
        return _stop(
            Outcome.REFUSED,
            f"what the registry has under this digest is not an acceptable image: {image.why}",
            "push the image again from a build that can be trusted, and find out what changed in the registry",
        )
    if image == ABSENT:
        return _stop(
            Outcome.ERROR,
            "the registry answered 404: it has no image with this digest",
            f"push the image first, or correct the digest: {case.reference}",
        )
    return None


def _stop(outcome: Outcome, text: str, remedy: str) -> Decision:
    reason = Reason(str(outcome), holds=False, because=(Reason(text, holds=False),))
    return Decision(outcome, (), reason, remedy)


def _examine(item: Item, keys: Mapping[str, PublicKey], digest: Digest, *, all_read: bool) -> _Signature:
    """Verify one item: first that a key made it, only then what it says."""
    if isinstance(item, Unusable | Unreachable):
        return _Signature(item.source, None, item.why)
    try:
        claim = formats.read(item)
    except Malformed as error:
        return _Signature(item.source, None, str(error))
    for fingerprint in sorted(keys):
        if keys[fingerprint].verifies(claim.signature, claim.message):
            return _Signature(item.source, fingerprint, claim.fault(digest) or "")
    note = f" ({claim.note})" if claim.note else ""
    which = "the rule accepts" if all_read else "could be read"
    return _Signature(item.source, None, f"not made by any key that {which}{note}")


@dataclass(frozen=True, slots=True)
class _Requirement:
    """One requirement after counting, with the sources that could still sign and those that failed to load."""

    reason: Reason
    missing: tuple[tuple[str, str], ...]
    unavailable: tuple[Unavailable | Malformed, ...]


def _require(requirement: Requirement, case: Case, signed: set[str]) -> _Requirement:
    counted: set[str] = set()
    children: list[Reason] = []
    missing: list[tuple[str, str]] = []
    unavailable: list[Unavailable | Malformed] = []
    for name in sorted(requirement.authorities):
        for entry in case.authorities[name].keys:
            source = str(entry.source)
            key = case.keys[source]
            label = f"{name}, key {source}"
            if not entry.valid_at(case.now):
                until = f"{entry.not_before or 'always'} to {entry.not_after or 'always'}"
                children.append(Reason(f"{label}: counts from {until}, which is not now", holds=False))
            elif isinstance(key, Malformed | Unavailable):
                children.append(Reason(f"{label}: {key}", holds=False))
                unavailable.append(key)
            elif key.fingerprint in signed:
                children.append(Reason(f"{label}: signed", holds=True))
                counted.add(key.fingerprint)
            else:
                children.append(Reason(f"{label}: no valid signature by it", holds=False))
                missing.append((name, source))
    holds = len(counted) >= requirement.threshold
    names = " or ".join(sorted(requirement.authorities))
    noun = "distinct key" if requirement.threshold == 1 else "distinct keys"
    text = f"{requirement.threshold} {noun} of {names} required, {len(counted)} signed"
    return _Requirement(Reason(text, holds, tuple(children)), tuple(missing), tuple(unavailable))


def _sources(case: Case) -> set[str]:
    """The keys that the rule accepts; the case may hold those of other rules too."""
    names = {name for requirement in case.rule.require for name in requirement.authorities}
    return {str(entry.source) for name in names for entry in case.authorities[name].keys}


def _signers(case: Case, signed: set[str]) -> set[str]:
    """The authorities named by the rule whose keys signed, those with keys outside their time not counted."""
    names: set[str] = set()
    for name in {name for requirement in case.rule.require for name in requirement.authorities}:
        for entry in case.authorities[name].keys:
            key = case.keys[str(entry.source)]
            if isinstance(key, Malformed | Unavailable) or not entry.valid_at(case.now):
                continue
            if key.fingerprint in signed:
                names.add(name)
    return names


def _way_out(case: Case, unmet: list[_Requirement]) -> tuple[Outcome, str]:
    """Whether anything that could have changed the decision was out of reach, and what an operator does next."""
    for requirement in unmet:
        for fault in requirement.unavailable:
            remedy = fault.remedy if isinstance(fault, Unavailable) else "name a signing key in trust.yaml"
            return Outcome.ERROR, remedy
    for item in case.evidence.items:
        if isinstance(item, Unreachable):
            return Outcome.ERROR, item.remedy
    for requirement in unmet:
        for name, source in requirement.missing:
            key = source if source.startswith("awskms:") else f"<private key of {name}>"
            how = f"sign the digest with `cosign sign --key {key} {case.reference}`"
            if case.evidence.image == "index":
                how += " (an index: a signature of one of its platforms' images does not stand in for its own)"
            return Outcome.REFUSED, how
    return Outcome.REFUSED, "add a key that is valid now to the authorities in trust.yaml, and sign the digest with it"
