"""Which attestations satisfy a rule: by whom, how fresh, saying what, and whether they speak of each other.

Conditions across attestations (`same_as`) are met by one choice for the whole image: if the scan has to name the SBOM,
there has to be one SBOM that meets the conditions on SBOMs and that such a scan names. Pure, and blind to order.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from guardrails.trust import predicates
from guardrails.trust.errors import Malformed
from guardrails.trust.verdict import Attestation, Reason, Signer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from guardrails.trust.conditions import FieldPath
    from guardrails.trust.policy import AttestationRequirement
    from guardrails.trust.vouching import Examined, Voucher

_MOST_CHOICES: Final = 4096
_SKEW: Final = timedelta(minutes=5)
_SHOWN: Final = 200

_Value = tuple[str, str | bool | int | float]
_Choice = dict[str, tuple[_Value, ...]]


@dataclass(frozen=True, slots=True)
class Satisfied:
    """One requirement after judging."""

    requirement: AttestationRequirement
    reason: Reason
    attestations: tuple[Attestation, ...]


@dataclass(frozen=True, slots=True)
class _Offer:
    """An attestation that meets a requirement's own conditions, by whom, and what it says of fields used elsewhere."""

    examined: Examined
    vouchers: tuple[Voucher, ...]
    facts: Mapping[str, object] = field(repr=False)
    own: tuple[_Value, ...]
    wanted: tuple[tuple[str, int, _Value], ...]


def judge(
    requirements: Sequence[AttestationRequirement], examined: Iterable[Examined], now: datetime
) -> tuple[Satisfied, ...]:
    """Judge all requirements of a rule together.

    Args:
        requirements: the rule's.
        examined: everything that was found and verified; what is no valid attestation is passed over.
        now: the time of the verification.
    """
    valid = sorted((one for one in examined if one.statement is not None and not one.fault), key=lambda one: one.source)
    used = _fields_used(requirements)
    offers: dict[str, list[_Offer]] = {}
    notes: dict[str, list[Reason]] = {}
    for requirement in requirements:
        offers[requirement.name], notes[requirement.name] = _offers(requirement, valid, used, now)
    chosen, gave_up = _choose(requirements, offers)
    results = []
    for requirement in requirements:
        # Without a choice that satisfies all, each is shown by itself: the failing ones say what they lack.
        fitting = [offer for offer in offers[requirement.name] if chosen is None or _fits(requirement, offer, chosen)]
        results.append(_result(requirement, fitting, notes[requirement.name], chosen=chosen is not None))
    if chosen is None and all(result.reason.holds for result in results):
        return tuple(_apart(result, gave_up=gave_up) for result in results)
    return tuple(results)


def _fields_used(requirements: Sequence[AttestationRequirement]) -> dict[str, tuple[FieldPath, ...]]:
    """The fields of each attestation that conditions on others speak of."""
    used: dict[str, dict[str, FieldPath]] = {}
    for requirement in requirements:
        for condition in requirement.where:
            if condition.same_as is not None:
                other = condition.same_as
                used.setdefault(other.attestation, {})[other.field.text] = other.field
    return {name: tuple(fields[text] for text in sorted(fields)) for name, fields in used.items()}


def _offers(
    requirement: AttestationRequirement,
    valid: Iterable[Examined],
    used: Mapping[str, tuple[FieldPath, ...]],
    now: datetime,
) -> tuple[list[_Offer], list[Reason]]:
    """What meets a requirement's own conditions, and why the rest of its kind does not."""
    offers: list[_Offer] = []
    notes: list[Reason] = []
    for one in valid:
        statement = one.statement
        if statement is None or statement.predicate_type not in requirement.predicate.types:
            continue
        facts = predicates.facts(statement.predicate_type, statement.predicate)
        vouchers = tuple(voucher for voucher in one.vouchers if voucher.authority in requirement.authorities)
        fault = _fault(requirement, vouchers, facts, now)
        own: list[_Value] = []
        for path in used.get(requirement.name, ()):
            value = _single(path, facts)
            if value is None:
                fault = fault or f"{path} is not one plain value"
            else:
                own.append(value)
        wanted: list[tuple[str, int, _Value]] = []
        for condition in requirement.where:
            if condition.same_as is None:
                continue
            value = _single(condition.field, facts)
            position = used[condition.same_as.attestation].index(condition.same_as.field)
            if value is None:
                fault = fault or f"{condition.field} is not one plain value"
            else:
                wanted.append((condition.same_as.attestation, position, value))
        if fault:
            notes.append(Reason(f"{one.source}: {fault}", holds=False))
        else:
            offers.append(_Offer(one, vouchers, facts, tuple(own), tuple(wanted)))
    return offers, notes


def _fault(
    requirement: AttestationRequirement, vouchers: Sequence[Voucher], facts: Mapping[str, object], now: datetime
) -> str:
    if not vouchers:
        return "not by an authority that may attest this"
    if requirement.max_age is not None:
        at = predicates.moment(facts)
        if at is None:
            return "it does not say when (at), and has to be fresh"
        if at > now + _SKEW:
            return f"it speaks of the future ({at.isoformat()})"
        if now - at > requirement.max_age:
            return f"it is of {at.isoformat()}, older than {_duration(requirement.max_age)}"
    for condition in requirement.where:
        if fault := condition.fault(facts):
            return fault
    return ""


def _single(path: FieldPath, facts: Mapping[str, object]) -> _Value | None:
    """The one plain value that a field has, with its type: true is not 1."""
    try:
        values = path.values(facts)
    except Malformed:
        return None
    plain = {(type(value).__name__, value) for value in values if isinstance(value, str | bool | int | float)}
    return next(iter(plain)) if len(plain) == 1 and len(values) == 1 else None


def _choose(
    requirements: Sequence[AttestationRequirement], offers: Mapping[str, list[_Offer]]
) -> tuple[_Choice | None, bool]:
    """Find values for the fields that attestations speak of each other by, so that every requirement is met."""
    spoken_of = sorted({name for listed in offers.values() for offer in listed for name, _, _ in offer.wanted})
    domains = [sorted({offer.own for offer in offers[name]}, key=repr) for name in spoken_of]
    for number, values in enumerate(itertools.product(*domains)):
        if number >= _MOST_CHOICES:
            return None, True
        choice = dict(zip(spoken_of, values, strict=True))
        if all(
            _signers(offer for offer in offers[requirement.name] if _fits(requirement, offer, choice))
            >= requirement.threshold
            for requirement in requirements
        ):
            return choice, False
    return None, False


def _fits(requirement: AttestationRequirement, offer: _Offer, choice: _Choice) -> bool:
    if requirement.name in choice and offer.own != choice[requirement.name]:
        return False
    return all(choice[name][position] == value for name, position, value in offer.wanted)


def _signers(offers: Iterable[_Offer]) -> int:
    return len({voucher.signer for offer in offers for voucher in offer.vouchers})


def _result(
    requirement: AttestationRequirement,
    offers: Sequence[_Offer],
    notes: Sequence[Reason],
    *,
    chosen: bool,
) -> Satisfied:
    count = _signers(offers)
    names = " or ".join(sorted(requirement.authorities))
    noun = "distinct key" if requirement.threshold == 1 else "distinct keys"
    what = f"attestation {requirement.name} ({requirement.predicate})"
    text = f"{what}: {requirement.threshold} {noun} of {names} required, {count} attested"
    because = [Reason(f"{offer.examined.source}: attested", holds=True) for offer in offers]
    holds = count >= requirement.threshold
    if not holds:
        because += notes or [Reason("no such attestation was found", holds=False)]
    attestations = tuple(_shown(requirement, offer) for offer in offers) if holds and chosen else ()
    return Satisfied(requirement, Reason(text, holds, tuple(because)), attestations)


def _apart(result: Satisfied, *, gave_up: bool) -> Satisfied:
    """Each requirement is met by itself, but not by attestations that speak of each other."""
    others = [condition for condition in result.requirement.where if condition.same_as is not None]
    if not others:
        return Satisfied(result.requirement, result.reason, ())
    asked = ", ".join(f"{condition.field} is {condition.same_as}" for condition in others)
    why = f"more than {_MOST_CHOICES} ways to put attestations together" if gave_up else "none was found for which"
    return Satisfied(
        result.requirement,
        Reason(result.reason.text, holds=False, because=(Reason(f"{why}: {asked}", holds=False),)),
        (),
    )


def _shown(requirement: AttestationRequirement, offer: _Offer) -> Attestation:
    statement, voucher = offer.examined.statement, offer.vouchers[0]
    plain = {
        name: ascii(value)[1:-1][:_SHOWN] if isinstance(value, str) else str(value)
        for name, value in offer.facts.items()
        if isinstance(value, str | int | float)
    }
    return Attestation(
        requirement.name,
        statement.predicate_type if statement is not None else "",
        Signer(voucher.authority, voucher.label, offer.examined.source, voucher.signed_at),
        predicates.moment(offer.facts),
        tuple(sorted(plain.items())),
    )


def _duration(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    for unit, size in (("d", 24 * 60), ("h", 60)):
        if minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}m"
