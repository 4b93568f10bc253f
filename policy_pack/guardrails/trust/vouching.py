"""Who vouches for one item of evidence: the authorities of a rule that made a signature, and why not the others.

First that somebody made it, only then what it says: nothing unsigned is ever believed. Pure, as everything that it
calls is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from guardrails.trust import formats
from guardrails.trust.errors import Malformed, Unavailable
from guardrails.trust.evidence import LegacyAttestation, Unreachable, Unusable
from guardrails.trust.policy import Demand, Format

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from guardrails.trust.evidence import Evidence, Item
    from guardrails.trust.formats import Claim
    from guardrails.trust.keyless import Certified
    from guardrails.trust.keys import PublicKey
    from guardrails.trust.policy import Authority, Rule, Transparency
    from guardrails.trust.reference import Digest, Reference
    from guardrails.trust.statements import Statement
    from guardrails.trust.trust_root import TrustRoot


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a verdict depends on.

    Attributes:
        reference: with a digest.
        evidence: what the registry holds.
        rule: the one that covers the reference's repository.
        authorities: the policy's, by name; at least those that the rule names.
        keys: by source as text: the keys, or why there are none. At least those of the rule's authorities.
        now: the time of the verification, with its zone.
        roots: the trust roots by name, or why they cannot be used. At least those of the rule's authorities.
    """

    reference: Reference
    evidence: Evidence
    rule: Rule
    authorities: Mapping[str, Authority]
    keys: Mapping[str, tuple[PublicKey, ...] | Malformed | Unavailable]
    now: datetime
    roots: Mapping[str, TrustRoot | Malformed | Unavailable] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Voucher:
    """One authority's word for one item.

    Attributes:
        authority: its name.
        signer: the key or identity behind it; one signer counts once, whoever lists it. All versions of a key are one.
        label: the signer for people; for keys, their source in `trust.yaml`.
        signed_at: the earliest time that is proven for the signature, if any is.
    """

    authority: str
    signer: str
    label: str
    signed_at: datetime | None


_Rejection = tuple[str, str, str]
"""Authority, label of the signer, and why what they made does not count."""


@dataclass(frozen=True, slots=True)
class Examined:
    """One item of evidence after verification.

    Attributes:
        source: where it was found.
        fault: why it counts for nothing; empty when it counts.
        vouchers: who stands for it.
        rejections: by authority and label, why a signature that they made does not count for them.
        statement: what it attests; None for a signature of the image.
    """

    source: str
    fault: str
    vouchers: tuple[Voucher, ...] = ()
    rejections: tuple[_Rejection, ...] = ()
    statement: Statement | None = None


def examine(item: Item, case: Case, digest: Digest) -> Examined:
    """Verify one item against everybody whom the rule names."""
    if isinstance(item, Unusable | Unreachable):
        return Examined(item.source, item.why)
    try:
        claim = formats.read(item, digest)
    except Malformed as error:
        return Examined(item.source, str(error))
    faults: list[str] = []
    made: list[Voucher | _Rejection] = list(_by_certificate(claim, case, faults)) if claim.material.certificate else []
    if not (claim.material.certificate and claim.document):  # beside a legacy signature, a certificate is just a note
        made += _by_key(claim, case, faults)
    rejections = tuple(sorted(one for one in made if not isinstance(one, Voucher)))
    vouchers = sorted(
        (one for one in made if isinstance(one, Voucher)),
        key=lambda voucher: (voucher.authority, voucher.label, voucher.signer),
    )
    if not vouchers:
        why = [f"{reason} ({authority})" for authority, _, reason in rejections] or faults
        return Examined(claim.source, "; ".join(dict.fromkeys(why)), rejections=rejections)
    try:
        statement = _meaning(item, claim, digest)
    except Malformed as error:
        return Examined(claim.source, str(error), rejections=rejections)
    return Examined(claim.source, "", tuple(vouchers), rejections, statement)


def _meaning(item: Item, claim: Claim, digest: Digest) -> Statement | None:
    """What an item attests about the image; None if it is a signature of it, where signatures belong.

    Raises:
        Malformed: it is neither.
    """
    statement = claim.meaning(digest)
    if statement is None and isinstance(item, LegacyAttestation):
        raise Malformed("a signature of the image where attestations belong")
    return statement


def _by_key(claim: Claim, case: Case, faults: list[str]) -> Iterator[Voucher | _Rejection]:
    entries = [(name, key) for name in case.rule.authorities for key in case.authorities[name].keys]
    loaded = {str(key.source): case.keys[str(key.source)] for _, key in entries}
    keys = {one.fingerprint: one for found in loaded.values() if isinstance(found, tuple) for one in found}
    maker = next((keys[fingerprint] for fingerprint in sorted(keys) if claim.made_by(keys[fingerprint])), None)
    if maker is None:
        which = "the rule accepts" if all(isinstance(found, tuple) for found in loaded.values()) else "could be read"
        note = f" ({claim.note})" if claim.note and not faults else ""
        if keys or not faults:
            faults.append(f"not made by any key that {which}{note}")
        return
    for name, key in entries:
        found = loaded[str(key.source)]
        if not isinstance(found, tuple) or maker not in found:
            continue
        label = str(key.source)
        if (Format.BUNDLE if claim.document else Format.LEGACY) not in case.authorities[name].formats:
            yield name, label, f"the authority signs otherwise: {', '.join(case.authorities[name].formats)}"
            continue
        transparency = case.authorities[name].transparency
        try:
            times = () if transparency is None else _proven(claim, maker, transparency, case)
        except Malformed as error:
            yield name, label, str(error)
            continue
        if not all(key.valid_at(moment) for moment in times or (case.now,)):
            yield name, label, "made with a key that does not count at that time"
            continue
        yield Voucher(name, f"key {_holder(maker, loaded)}", label, min(times, default=None))


def _holder(maker: PublicKey, loaded: Mapping[str, tuple[PublicKey, ...] | Malformed | Unavailable]) -> str:
    """One name for all keys that whoever has one of them has: the versions of one key, from wherever they are read."""
    held = {maker.fingerprint}
    together = [{key.fingerprint for key in found} for found in loaded.values() if isinstance(found, tuple)]
    while more := [one for one in together if one & held and not one <= held]:
        held.update(*more)
    return min(held)


def _proven(claim: Claim, signer: PublicKey, transparency: Transparency, case: Case) -> tuple[datetime, ...]:
    """The times that log and timestamps prove for a key's signature, all that the authority demands being there."""
    from guardrails.trust import rekor, timestamps

    root = case.roots[transparency.root]
    if isinstance(root, Malformed | Unavailable):
        raise Malformed(str(root))
    stamps: set[datetime] = set()
    faults = []
    for response in claim.material.timestamps:
        try:
            stamps.add(timestamps.verify(response, claim.signature, root, case.now))
        except Malformed as error:
            faults.append(str(error))
    times = set(stamps)
    if transparency.log is Demand.REQUIRED:
        logged = rekor.verify(claim, signer, root, case.now, stamps)
        times |= {logged.at} if logged.at is not None else set()
    if transparency.timestamp is Demand.REQUIRED and not stamps:
        raise Malformed("it has no timestamp that counts" + (f": {'; '.join(faults)}" if faults else ""))
    return tuple(sorted(times))


def _by_certificate(claim: Claim, case: Case, faults: list[str]) -> Iterator[Voucher | _Rejection]:
    named = [(name, case.authorities[name]) for name in case.rule.authorities if case.authorities[name].identities]
    if not named:
        if claim.document:
            faults.append("it carries a certificate, and the rule accepts keys only")
        return
    certified = _certified_by_root(claim, case, [authority for _, authority in named], faults)
    matched = False
    for name, authority in named:
        transparency = authority.transparency
        found = certified.get(transparency.root) if transparency else None
        if found is None or transparency is None:
            continue
        if not any(identity.covers(found.issuer, found.subject) for identity in authority.identities):
            continue
        matched = True
        label = f"{ascii(found.subject)[1:-1]} (by {ascii(found.issuer)[1:-1]})"
        if transparency.timestamp is Demand.REQUIRED and not found.stamped:
            yield name, label, "it has no timestamp that counts"
        else:
            yield Voucher(name, f"identity {found.issuer} {found.subject}", label, found.times[0])
    if not matched:
        who = {f"{one.subject!a} (by {one.issuer!a})" for one in certified.values()}
        faults.extend(f"made by {one}, whom the rule does not name" for one in sorted(who))


def _certified_by_root(
    claim: Claim, case: Case, authorities: list[Authority], faults: list[str]
) -> dict[str, Certified]:
    """Who made a signature, by each trust root that any of the authorities relies on."""
    certified: dict[str, Certified] = {}
    for name in sorted({authority.transparency.root for authority in authorities if authority.transparency}):
        root = case.roots[name]
        if isinstance(root, Malformed | Unavailable):
            faults.append(str(root))
            continue
        try:
            certified[name] = _certified(claim, root, case.now)
        except Malformed as error:
            faults.append(str(error))
    return certified


def _certified(claim: Claim, root: TrustRoot, now: datetime) -> Certified:
    from guardrails.trust import keyless, second_opinion

    found = keyless.verify(claim, root, now)
    entry = claim.material.entry
    if claim.document and entry is not None and entry.kind in second_opinion.UNDERSTOOD:
        second_opinion.check(claim, root, found.issuer, found.subject)
    return found
