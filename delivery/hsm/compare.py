"""Compares what a declaration asks for with what a module has. Pure: no module, no clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delivery.hsm.model import Finding, Kind, PinState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from delivery.hsm.declaration import Declaration, DeclaredKey, DeclaredToken
    from delivery.hsm.model import FoundKey, FoundToken

_ANEW = "the attribute cannot be put right: make a new key, move what uses the old one, destroy the old one"
_PINS = {
    PinState.COUNT_LOW: (
        "somebody has tried a wrong PIN since the last right one",
        "find out who; a right login clears it",
    ),
    PinState.FINAL_TRY: (
        "one more wrong PIN locks the user out; nobody has logged in here, so that it is not this command that does",
        "find out who tried; then log in once with the right PIN, by hand",
    ),
    PinState.LOCKED: ("the user is locked out", "the security officer sets a new PIN (C_InitPIN)"),
    PinState.UNSET: ("the user has no PIN yet", "the security officer sets one (C_InitPIN)"),
}


def found_for(token: DeclaredToken, found: tuple[FoundToken, ...]) -> tuple[FoundToken, ...]:
    """The tokens that a declared one may be."""
    return tuple(
        one for one in found if one.initialised and one.label == token.label and token.serial in {None, one.serial}
    )


def compare(declaration: Declaration, found: tuple[FoundToken, ...]) -> tuple[Finding, ...]:
    """Everything that is not as declared, token by token, and then tokens that nobody declares."""
    findings: list[Finding] = []
    claimed: set[int] = set()
    for token in declaration.tokens:
        matching = found_for(token, found)
        claimed |= {one.slot for one in matching}
        if len(matching) == 1:
            findings += _token(token, matching[0])
        else:
            findings.append(_not_one(token, matching, found))
    findings += (
        Finding(
            Kind.FOREIGN_TOKEN,
            f"slot {one.slot}",
            f"there is a token {one.label!r} (serial {one.serial}) that nobody declares",
            "find out whose it is; then declare it, or take it out",
        )
        for one in found
        if one.initialised and one.slot not in claimed
    )
    return tuple(findings)


def _not_one(token: DeclaredToken, matching: tuple[FoundToken, ...], found: tuple[FoundToken, ...]) -> Finding:
    where = f"token {token.label}"
    if matching:
        slots = ", ".join(str(one.slot) for one in matching)
        return Finding(
            Kind.AMBIGUOUS_TOKEN, where, f"slots {slots} have tokens of that name", "declare the serial number as well"
        )
    blank = [str(one.slot) for one in found if not one.initialised]
    others = [one.serial for one in found if one.initialised and one.label == token.label]
    what = f"its serial is not {token.serial} but {', '.join(others)}" if others else "there is no such token"
    if blank and not others:
        what += f"; slot {', '.join(blank)} has one that is not initialised"
    return Finding(
        Kind.MISSING_TOKEN, where, what, "see that the HSM is reachable and the token initialised (C_InitToken)"
    )


def _token(token: DeclaredToken, found: FoundToken) -> Iterator[Finding]:
    where = f"token {token.label}"
    if found.pin in _PINS:
        yield Finding(Kind.PIN, where, *_PINS[found.pin])
    for mechanism in sorted(set(token.mechanisms) - found.mechanisms):
        yield Finding(
            Kind.MISSING_MECHANISM,
            where,
            f"it does not know CKM_{mechanism}",
            "see the HSM's firmware and mode (FIPS takes mechanisms away), or correct the declaration",
        )
    if found.keys is None:
        if token.keys:
            yield Finding(
                Kind.UNSEEN, where, "nobody could log in: its keys were not looked at", "put the PIN right first"
            )
        return
    yield from _keys(token, found.keys)


def _keys(token: DeclaredToken, found: tuple[FoundKey, ...]) -> Iterator[Finding]:
    claimed: list[FoundKey] = []
    for key in token.keys:
        where = f"token {token.label}, key {key.label}"
        matching = [one for one in found if (one.kind, one.label) == (key.kind, key.label) and key.id in {None, one.id}]
        claimed += matching
        if not matching:
            yield Finding(
                Kind.MISSING_KEY, where, f"there is no such {key.kind} key", "restore it from the HSM's backup"
            )
        elif len(matching) > 1:
            ids = ", ".join(one.id or "none" for one in matching)
            yield Finding(
                Kind.AMBIGUOUS_KEY,
                where,
                f"{len(matching)} keys have the name, with ids {ids}",
                "declare the id as well",
            )
        for one in matching:
            yield from (Finding(Kind.WRONG_KEY, where, what, _ANEW) for what in _otherwise(key, one))
    for one in found:
        where = f"token {token.label}, key {one.label or one.id or 'without a name'}"
        yield from (Finding(Kind.WEAK_KEY, where, what, _ANEW) for what in _weak(one))
        if one not in claimed:
            yield Finding(
                Kind.FOREIGN_KEY,
                where,
                f"nobody declares this {one.kind} key ({one.type}, id {one.id or 'none'})",
                "find out who made it and what it protects; then declare it, or destroy it",
            )


def _weak(key: FoundKey) -> Iterator[str]:
    """What a declared key may not be, nor a foreign one. An attribute that is not told counts as the worse."""
    if key.extractable is not False:
        yield "the key is extractable: it can leave the HSM"
    if key.sensitive is not True:
        yield "the key is not sensitive: its value can be read in plain"
    if key.private is not True:
        yield "the key is not private: it can be used without a login"


def _otherwise(declared: DeclaredKey, found: FoundKey) -> Iterator[str]:
    told = (
        ("type", found.type, declared.type),
        ("curve", found.curve, declared.curve),
        ("length", found.bits if declared.bits is not None else None, declared.bits),
    )
    for what, there, wanted in told:
        if there != wanted:
            yield f"its {what} is {there or 'not told'} instead of {wanted or 'none'}"
    wanted_uses = {use.value for use in declared.allows}
    if more := sorted(found.allows - wanted_uses):
        yield f"it may {', '.join(more)}, which is not declared"
    if lacking := sorted(wanted_uses - found.allows):
        yield f"it may not {', '.join(lacking)}, which is declared"
    if declared.fingerprint is not None and found.fingerprint != declared.fingerprint:
        there = found.fingerprint or "not to be had: there is no public key beside it"
        yield f"its public key's fingerprint is {there} instead of {declared.fingerprint}: it is another key"
