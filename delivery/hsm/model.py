"""What was found in a module, and what is wrong with it. PINs are in none of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class FoundKey:
    """A private or secret key.

    Attributes:
        kind: `private` or `secret`.
        label: `CKA_LABEL`.
        id: `CKA_ID`, hexadecimal.
        type: `CKA_KEY_TYPE` without its prefix, such as `EC`.
        curve: name of the curve; None if it has none.
        bits: length; None if not told.
        sensitive: `CKA_SENSITIVE`; None if not told, as the two below.
        extractable: `CKA_EXTRACTABLE`.
        private: `CKA_PRIVATE`: whether it shows without a login.
        allows: uses of which the attribute is true.
        fingerprint: SHA-256 of the public key's SubjectPublicKeyInfo, hexadecimal; None where there is none.
    """

    kind: str
    label: str
    id: str
    type: str
    curve: str | None
    bits: int | None
    sensitive: bool | None
    extractable: bool | None
    private: bool | None
    allows: frozenset[str]
    fingerprint: str | None = None


class PinState(StrEnum):
    """How far a token's user is from being locked out."""

    GOOD = "good"
    COUNT_LOW = "count-low"
    FINAL_TRY = "final-try"
    LOCKED = "locked"
    UNSET = "unset"


@dataclass(frozen=True)
class FoundToken:
    """A slot with a token in it.

    Attributes:
        slot: its number.
        label: the token's.
        serial: its number.
        initialised: whether it was ever made ready.
        pin: the user's.
        mechanisms: names without `CKM_`.
        keys: None: nobody has logged in, so that they do not show.
    """

    slot: int
    label: str
    serial: str
    initialised: bool
    pin: PinState
    mechanisms: frozenset[str]
    keys: tuple[FoundKey, ...] | None = None


class Kind(StrEnum):
    """What is wrong."""

    MISSING_TOKEN = "missing-token"  # noqa: S105 - a kind of finding
    AMBIGUOUS_TOKEN = "ambiguous-token"  # noqa: S105 - a kind of finding
    FOREIGN_TOKEN = "foreign-token"  # noqa: S105 - a kind of finding
    PIN = "pin"
    MISSING_MECHANISM = "missing-mechanism"
    UNSEEN = "unseen"
    MISSING_KEY = "missing-key"
    AMBIGUOUS_KEY = "ambiguous-key"
    FOREIGN_KEY = "foreign-key"
    WEAK_KEY = "weak-key"
    WRONG_KEY = "wrong-key"


@dataclass(frozen=True)
class Finding:
    """One thing that is not as declared: what kind of thing, where, what in a sentence, and the next thing to do."""

    kind: Kind
    where: str
    what: str
    remedy: str
