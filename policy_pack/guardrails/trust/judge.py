"""The verdict on an image: a pure function of its reference, the evidence, the policy's rule, the keys and the time.

What is decided here, and what could have been decided otherwise:

- **The digest in the reference is what has to be signed.** For a multi-platform image that is the index, and a signed
  index covers the platforms it lists, since each is named by digest in it and runtimes reach them through it; a rule
  with `platforms: each` demands that every one of them satisfies the rule too. A reference to one platform's own
  digest needs a signature over that digest (`cosign sign --recursive` makes both); neither signature stands in for the
  other.
- **Keys count, not signatures or authorities.** A requirement is met by `threshold` distinct keys; a key signing
  twice, in both formats, by two of its versions, or listed by two authorities counts once. With certificates the
  identity is what counts.
- **Good evidence is not spoiled by bad.** Anybody who may push can add a broken referrer; it is reported and ignored.
- **What could not be fetched is only an error if it could have mattered**: an image with enough signatures is trusted.
- The docker-reference in a legacy payload is not compared: content is bound by digest, and cosign does not either.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from guardrails.trust import attestations
from guardrails.trust.errors import Malformed, Unavailable
from guardrails.trust.evidence import (
    ABSENT,
    RECORDED,
    BundleDocument,
    LegacyAttestation,
    SimpleSigning,
    Unreachable,
    Unusable,
)
from guardrails.trust.policy import Format, Platforms
from guardrails.trust.verdict import Outcome, Reason, Signer
from guardrails.trust.vouching import Case, Examined, Voucher, examine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from guardrails.trust.evidence import Item
    from guardrails.trust.policy import Requirement
    from guardrails.trust.verdict import Attestation

__all__ = ["Case", "Decision", "decide"]

_Fault = Malformed | Unavailable
_POLICY_REMEDY: Final = "add a key that is valid now to the authorities in trust.yaml, and sign the digest with it"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a case comes to. The reason's children are the requirements, then the evidence found, then the platforms."""

    outcome: Outcome
    authorities: tuple[str, ...]
    reason: Reason
    remedy: str
    signers: tuple[Signer, ...] = ()
    attestations: tuple[Attestation, ...] = ()


def decide(case: Case) -> Decision:
    """Judge one image. Deterministic, and blind to the order of evidence, keys and authorities."""
    stop = _image_problem(case)
    if stop is not None:
        return stop
    decision = _decide_one(case)
    if case.rule.platforms is Platforms.EACH and case.evidence.image == "index":
        return _with_platforms(case, decision)
    return decision


def _decide_one(case: Case) -> Decision:
    digest = case.reference.digest
    if digest is None:
        raise ValueError("a case without a digest cannot be judged")
    found = [examine(item, case, digest) for item in sorted(case.evidence.items, key=_order)]
    signatures = [(one, voucher) for one in found if one.statement is None for voucher in one.vouchers]
    requirements = [_require(requirement, case, signatures, found) for requirement in case.rule.require]
    attested = attestations.judge(case.rule.attestations, found, case.now)
    names = {name for requirement in case.rule.require for name in requirement.authorities}
    signers = tuple(
        Signer(voucher.authority, _who(voucher, case), one.source, voucher.signed_at)
        for one, voucher in signatures
        if voucher.authority in names
    )
    because = [requirement.reason for requirement in requirements] + [one.reason for one in attested]
    trusted = all(reason.holds for reason in because)
    reasons = [_reason(one, case) for one in found] or [Reason("no signature was found", holds=False)]
    if not trusted and found and not any(one.statement is None for one in found):
        reasons.append(Reason("no signature was found", holds=False))
    if trusted and case.evidence.image == RECORDED:
        reasons.append(Reason("the image itself is not there: a rehearsal's import signed its digest", holds=True))
    outcome, remedy = Outcome.TRUSTED, ""
    if not trusted:
        unmet = [requirement for requirement in requirements if not requirement.reason.holds]
        outcome, remedy = _way_out(case, unmet, [one for one in attested if not one.reason.holds])
    return Decision(
        outcome,
        tuple(sorted({signer.authority for signer in signers})),
        Reason(str(outcome), trusted, tuple(because + reasons)),
        remedy,
        signers,
        tuple(one for satisfied in attested for one in satisfied.attestations),
    )


def _order(item: Item) -> tuple[str, str, str]:
    """A total order of evidence, so that its order of arrival shows nowhere."""
    if isinstance(item, SimpleSigning):
        content = item.payload + item.signature.encode() + repr(sorted(item.annotations.items())).encode()
    elif isinstance(item, LegacyAttestation):
        content = item.envelope + repr(sorted(item.annotations.items())).encode()
    elif isinstance(item, BundleDocument):
        content = item.document
    else:
        content = item.why.encode()
    return item.source, type(item).__name__, hashlib.sha256(content).hexdigest()


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


def _with_platforms(case: Case, index: Decision) -> Decision:
    """Demand that every image that an index lists satisfies the rule too."""
    children: list[Decision] = []
    reasons: list[Reason] = []
    for digest, evidence in sorted(case.evidence.platforms, key=lambda pair: str(pair[0])):
        own = replace(case, reference=replace(case.reference, digest=digest), evidence=evidence)
        if evidence.image == "index":
            child = _stop(Outcome.REFUSED, "an index inside an index", "list images in the index, not indexes")
        else:
            child = decide(own)
        children.append(child)
        because = () if child.reason.holds else child.reason.because
        reasons.append(Reason(f"platform {digest}: {child.outcome}", child.reason.holds, because))
    if not children:
        children = [_stop(Outcome.REFUSED, "the index lists no image", "push an index that lists its images")]
        reasons = list(children[0].reason.because)
    decisions = [index, *children]
    refused = next((one for one in decisions if one.outcome is Outcome.REFUSED), None)
    worst = refused or next((one for one in decisions if one.outcome is Outcome.ERROR), None)
    reason = replace(index.reason, because=index.reason.because + tuple(reasons))
    if worst is None:
        return replace(index, reason=reason)
    text = str(worst.outcome)
    return replace(index, outcome=worst.outcome, remedy=worst.remedy, reason=replace(reason, text=text, holds=False))


def _who(voucher: Voucher, case: Case) -> str:
    found = case.keys.get(voucher.label)
    return f"{found[0].kind} key {voucher.label}" if isinstance(found, tuple) else voucher.label


def _reason(one: Examined, case: Case) -> Reason:
    if one.fault:
        return Reason(f"{one.source}: {one.fault}", holds=False)
    if one.statement is None:
        return Reason(f"{one.source}: a valid signature of this digest", holds=True)
    kind = ascii(one.statement.predicate_type)
    if not case.rule.attestations:
        return Reason(f"{one.source}: it is an attestation ({kind}), not a signature of the image", holds=False)
    return Reason(f"{one.source}: a valid attestation ({kind}) about this digest", holds=True)


@dataclass(frozen=True, slots=True)
class _Requirement:
    """One requirement after counting, with the sources that could still sign and those that failed to load."""

    reason: Reason
    missing: tuple[tuple[str, str], ...]
    unavailable: tuple[_Fault, ...]


def _require(
    requirement: Requirement,
    case: Case,
    signatures: Sequence[tuple[Examined, Voucher]],
    found: Sequence[Examined],
) -> _Requirement:
    children: list[Reason] = []
    missing: list[tuple[str, str]] = []
    unavailable: list[_Fault] = []
    counted: set[str] = set()
    for name in sorted(requirement.authorities):
        authority = case.authorities[name]
        root = case.roots[authority.transparency.root] if authority.transparency is not None else None
        if isinstance(root, Malformed | Unavailable):
            children.append(Reason(f"{name}: {root}", holds=False))
            unavailable.append(root)
            continue
        by = [voucher for _, voucher in signatures if voucher.authority == name]
        counting = [voucher for voucher in by if _is_fresh(voucher, requirement, case)]
        fresh = {voucher.label for voucher in counting}
        counted |= {voucher.signer for voucher in counting}
        for key in sorted(authority.keys, key=lambda key: str(key.source)):
            source = str(key.source)
            label = f"{name}, key {source}"
            loaded = case.keys[source]
            if root is None and not key.valid_at(case.now):
                ended = key.not_after is not None and key.not_after <= case.now
                until = key.not_after if ended else key.not_before
                how = f"counted until {until}" if ended else f"counts from {until}"
                children.append(Reason(f"{label}: {how}, which is not now", holds=False))
            elif isinstance(loaded, Malformed | Unavailable):
                children.append(Reason(f"{label}: {loaded}", holds=False))
                unavailable.append(loaded)
            elif source in fresh:
                children.append(Reason(f"{label}: signed", holds=True))
            else:
                children.append(Reason(f"{label}: {_why_not(name, source, by, found)}", holds=False))
                missing.append((name, source))
        children += [Reason(f"{name}, {label}: signed", holds=True) for label in sorted(fresh - _sources(case, name))]
        if authority.identities and not fresh:
            who = " or ".join(str(identity) for identity in authority.identities)
            children.append(Reason(f"{name}, {who}: no valid signature by it", holds=False))
            missing.append((name, "identity"))
    holds = len(counted) >= requirement.threshold
    names = " or ".join(sorted(requirement.authorities))
    noun = "distinct key" if requirement.threshold == 1 else "distinct keys"
    text = f"{requirement.threshold} {noun} of {names} required, {len(counted)} signed"
    return _Requirement(Reason(text, holds, tuple(children)), tuple(missing), tuple(unavailable))


def _sources(case: Case, name: str) -> set[str]:
    return {str(key.source) for key in case.authorities[name].keys}


def _is_fresh(voucher: Voucher, requirement: Requirement, case: Case) -> bool:
    if requirement.max_age is None:
        return True
    return voucher.signed_at is not None and case.now - voucher.signed_at <= requirement.max_age


def _why_not(name: str, label: str, by: Sequence[Voucher], found: Sequence[Examined]) -> str:
    told = {why for one in found for authority, source, why in one.rejections if (authority, source) == (name, label)}
    if told:
        return "; ".join(sorted(told))
    if any(voucher.label == label for voucher in by):
        return "its signature is too old, or nothing proves its age"
    return "no valid signature by it"


def _way_out(
    case: Case, unmet: Sequence[_Requirement], unattested: Sequence[attestations.Satisfied]
) -> tuple[Outcome, str]:
    """Whether anything that could have changed the decision was out of reach, and what an operator does next."""
    faults = [fault for requirement in unmet for fault in requirement.unavailable]
    faults += [fault for one in unattested for name in one.requirement.authorities for fault in _faults_of(case, name)]
    for fault in faults:
        return Outcome.ERROR, fault.remedy if isinstance(fault, Unavailable) else "name a signing key in trust.yaml"
    for item in sorted(case.evidence.items, key=_order):
        if isinstance(item, Unreachable):
            return Outcome.ERROR, item.remedy
    for requirement in unmet:
        for name, source in requirement.missing:
            key = source if "://" in source else f"<private key of {name}>"
            older = case.authorities[name].formats == (Format.LEGACY,) and source != "identity"
            flag = " --new-bundle-format=false" if older else ""
            how = f"sign the digest with `cosign sign --key {key}{flag} {case.reference}`"
            if source == "identity":
                how = f"sign the digest as {name} with `cosign sign {case.reference}`"
            if case.evidence.image == "index":
                how += " (an index: a signature of one of its platforms' images does not stand in for its own)"
            return Outcome.REFUSED, how
    for one in unattested:
        kinds = " or ".join(one.requirement.predicate.types)
        who = " or ".join(sorted(one.requirement.authorities))
        how = f"have {who} attest it with `cosign attest --type <{kinds}> --predicate <file> {case.reference}`"
        return Outcome.REFUSED, how
    return Outcome.REFUSED, _POLICY_REMEDY


def _faults_of(case: Case, name: str) -> list[_Fault]:
    """What of an authority could not be read."""
    authority = case.authorities[name]
    loaded = [case.keys[str(key.source)] for key in authority.keys]
    root = [case.roots[authority.transparency.root]] if authority.transparency is not None else []
    return [one for one in (*loaded, *root) if isinstance(one, Malformed | Unavailable)]
