"""Reads slots, tokens and keys through a PKCS#11 module. Never changes anything; logs in once a token, and never again.

https://docs.oasis-open.org/pkcs11/pkcs11-spec/v3.1/ and https://python-pkcs11.readthedocs.io/.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pkcs11
from asn1crypto.keys import ECDomainParameters
from pkcs11.util import ec, rsa

from delivery.hsm.declaration import KeyClass, Use
from delivery.hsm.model import FoundKey, FoundToken, PinState
from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_PIN_STATES = (  # the worst first
    (pkcs11.TokenFlag.USER_PIN_LOCKED, PinState.LOCKED),
    (pkcs11.TokenFlag.USER_PIN_FINAL_TRY, PinState.FINAL_TRY),
    (pkcs11.TokenFlag.USER_PIN_COUNT_LOW, PinState.COUNT_LOW),
)
# Where a login would do harm, or could not succeed.
_NO_LOGIN = {PinState.FINAL_TRY, PinState.LOCKED, PinState.UNSET}
_CLASSES = {KeyClass.PRIVATE: pkcs11.ObjectClass.PRIVATE_KEY, KeyClass.SECRET: pkcs11.ObjectClass.SECRET_KEY}
_PREFIX_EC = "EC"


class Module:
    """A module that is in use: `tokens()` shows what is there, `with_keys()` logs in."""

    def __init__(self, library: Any) -> None:  # noqa: ANN401 - the library has no types for what it loads
        self._tokens = {slot.slot_id: slot.get_token() for slot in library.get_slots(token_present=True)}

    def tokens(self) -> tuple[FoundToken, ...]:
        """Every token, without its keys."""
        return tuple(_token(slot, token) for slot, token in self._tokens.items())

    def with_keys(self, found: FoundToken, pin: Callable[[], str]) -> FoundToken:
        """The token with its keys; without them where a login would lock its user out, or cannot succeed.

        Raises:
            LabError: the token does not take the PIN. It was tried once.
        """
        if found.pin in _NO_LOGIN:
            return found
        token = self._tokens[found.slot]
        try:
            session = token.open(user_pin=pin())
        except (
            pkcs11.PinIncorrect,
            pkcs11.PinInvalid,
            pkcs11.PinLenRange,
            pkcs11.PinLocked,
            pkcs11.PinExpired,
        ) as error:
            raise LabError(
                f"the token does not take the PIN ({type(error).__name__}); it was tried once",
                where=f"token {found.label}",
                remedy="look for the right PIN before anybody tries again: a few wrong ones lock the user out",
            ) from None
        with session:
            keys = [_key(session, kind, key) for kind, class_ in _CLASSES.items() for key in _objects(session, class_)]
        return replace(found, keys=tuple(sorted(keys, key=lambda key: (key.label, key.id, key.kind))))


@contextmanager
def module(path: Path) -> Iterator[Module]:
    """Load a module, use it, and leave it as it was.

    Raises:
        LabError: it cannot be loaded, or says that something is wrong.
    """
    where = str(path)
    if not path.is_file():
        raise LabError(
            "there is no such PKCS#11 module", where=where, remedy="install the HSM's client, or correct `module`"
        )
    try:
        library = pkcs11.lib(str(path))
        try:
            yield Module(library)
        finally:
            library.finalize()
    except (pkcs11.PKCS11Error, RuntimeError) as error:
        said = str(error) or type(error).__name__
        remedy = "see that the HSM is reachable and its client configured"
        raise LabError(f"the PKCS#11 module does not play along: {said:.300}", where=where, remedy=remedy) from error


def _token(slot: int, token: Any) -> FoundToken:  # noqa: ANN401 - the library's token
    flags = token.flags
    state = next((state for flag, state in _PIN_STATES if flags & flag), PinState.GOOD)
    if not flags & pkcs11.TokenFlag.USER_PIN_INITIALIZED:
        state = PinState.UNSET
    return FoundToken(
        slot=slot,
        label=token.label,
        serial=token.serial.decode(errors="replace").strip() if isinstance(token.serial, bytes) else str(token.serial),
        initialised=bool(flags & pkcs11.TokenFlag.TOKEN_INITIALIZED),
        pin=state,
        mechanisms=frozenset(getattr(mechanism, "name", str(mechanism)) for mechanism in token.slot.get_mechanisms()),
    )


def _objects(session: Any, class_: pkcs11.ObjectClass) -> list[Any]:  # noqa: ANN401 - the library's session
    return list(session.get_objects({pkcs11.Attribute.CLASS: class_}))


def _key(session: Any, kind: KeyClass, key: Any) -> FoundKey:  # noqa: ANN401 - the library's objects
    attribute = pkcs11.Attribute
    id_ = _told(key, attribute.ID) or b""
    curve = None
    type_ = _told(key, attribute.KEY_TYPE)
    parameters = _told(key, attribute.EC_PARAMS) if kind is KeyClass.PRIVATE else None
    if parameters:
        curve = str(ECDomainParameters.load(parameters).native)
    return FoundKey(
        kind=kind.value,
        label=str(_told(key, attribute.LABEL) or ""),
        id=id_.hex(),
        type=getattr(type_, "name", str(type_)),
        curve=curve,
        bits=_bits(key, kind),
        sensitive=_told(key, attribute.SENSITIVE),
        extractable=_told(key, attribute.EXTRACTABLE),
        private=_told(key, attribute.PRIVATE),
        allows=frozenset(use.value for use in Use if _told(key, attribute[use.name]) is True),
        fingerprint=_fingerprint(session, id_) if kind is KeyClass.PRIVATE and id_ else None,
    )


def _bits(key: Any, kind: KeyClass) -> int | None:  # noqa: ANN401 - the library's key
    if kind is KeyClass.PRIVATE:
        modulus = _told(key, pkcs11.Attribute.MODULUS)
        return len(modulus) * 8 if modulus else None
    length = _told(key, pkcs11.Attribute.VALUE_LEN)
    return length * 8 if length else None


def _fingerprint(session: Any, id_: bytes) -> str | None:  # noqa: ANN401 - the library's session
    """Of the public key that has the same id; a private key alone does not tell its own."""
    wanted = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PUBLIC_KEY, pkcs11.Attribute.ID: id_}
    for public in session.get_objects(wanted):
        is_curve = getattr(_told(public, pkcs11.Attribute.KEY_TYPE), "name", "").startswith(_PREFIX_EC)
        encoded = ec.encode_ec_public_key(public) if is_curve else rsa_spki(public)
        return hashlib.sha256(encoded).hexdigest()
    return None


def rsa_spki(public: Any) -> bytes:  # noqa: ANN401 - the library's key
    """An RSA key's SubjectPublicKeyInfo: the library encodes the key alone."""
    from asn1crypto.keys import PublicKeyInfo, RSAPublicKey

    info: bytes = PublicKeyInfo.wrap(RSAPublicKey.load(rsa.encode_rsa_public_key(public)), "rsa").dump()
    return info


def _told(key: Any, attribute: pkcs11.Attribute) -> Any:  # noqa: ANN401 - any attribute
    """An attribute; None where the module does not tell it."""
    try:
        return key[attribute]
    except pkcs11.PKCS11Error:
        return None
