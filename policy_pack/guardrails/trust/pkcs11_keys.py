"""Public keys in tokens, through their PKCS#11 module. Never changes anything, never uses a private key.

https://docs.oasis-open.org/pkcs11/pkcs11-spec/v3.1/, https://www.rfc-editor.org/rfc/rfc7512 and
https://python-pkcs11.readthedocs.io/. Public objects are readable without a PIN; where a token hides them, one from
COSIGN_PKCS11_PIN is tried once.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from guardrails.trust import keys
from guardrails.trust.errors import Malformed, Unavailable

if TYPE_CHECKING:
    from guardrails.trust.key_source import Pkcs11Source

_MODULE: Final = "COSIGN_PKCS11_MODULE_PATH"
_PIN: Final = "COSIGN_PKCS11_PIN"
_LOCK: Final = threading.Lock()
"""A process initialises a PKCS#11 module once at a time."""


def load(source: Pkcs11Source) -> keys.PublicKey:
    """Read one public key.

    Raises:
        Unavailable: no module, token or key like that, or the token does not answer.
        Malformed: several keys are like that, or it is of a kind that is not accepted.
    """
    import pkcs11

    path = Path(source.module_path or os.environ.get(_MODULE, ""))
    if not path.is_file():
        raise Unavailable(
            f"there is no PKCS#11 module at {path}" if path.name else "no PKCS#11 module is configured",
            remedy=f"install the HSM's client, and name its module in {_MODULE}",
        )
    try:
        with _LOCK:
            library = pkcs11.lib(str(path))
            try:
                return keys.from_der(_read(library, source))
            finally:
                library.finalize()
    except (pkcs11.PKCS11Error, RuntimeError) as error:
        said = str(error) or type(error).__name__
        raise Unavailable(
            f"the PKCS#11 module does not play along: {said:.200}",
            remedy=f"see that the HSM of {source} is reachable and its client configured, then try again",
        ) from error


def _read(library: Any, source: Pkcs11Source) -> bytes:  # noqa: ANN401 -- the library has no types for what it loads
    tokens = [slot.get_token() for slot in library.get_slots(token_present=True)]
    fitting = [token for token in tokens if _fits(token, source)]
    if not fitting:
        raise Unavailable("no token is like that", remedy=f"connect the token of {source}, or correct trust.yaml")
    found = [der for token in fitting for der in _keys(token, source, None)]
    if not found and (pin := os.environ.get(_PIN)):
        found = [der for token in fitting for der in _keys(token, source, pin)]
    if not found:
        raise Unavailable(
            "the token shows no public key like that",
            remedy=f"see `pkcs11-tool --list-objects --type pubkey`; set {_PIN} if the token hides them; {source}",
        )
    if len(set(found)) > 1:
        raise Malformed(f"{source}: {len(set(found))} different public keys are like that; name its id too")
    return found[0]


def _fits(token: Any, source: Pkcs11Source) -> bool:  # noqa: ANN401 -- see _read
    told = {
        "token": token.label,
        "serial": token.serial,
        "manufacturer": token.manufacturer_id,
        "model": token.model,
    }
    for name, value in told.items():
        wanted = getattr(source, name)
        text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
        if wanted and wanted != text.rstrip(" \0"):
            return False
    return True


def _keys(token: Any, source: Pkcs11Source, pin: str | None) -> list[bytes]:  # noqa: ANN401 -- see _read
    from pkcs11 import Attribute, KeyType, ObjectClass
    from pkcs11.util import ec

    wanted: dict[Any, Any] = {Attribute.CLASS: ObjectClass.PUBLIC_KEY}
    if source.object:
        wanted[Attribute.LABEL] = source.object
    if source.id:
        wanted[Attribute.ID] = source.id
    with token.open(user_pin=pin) as session:
        found = []
        for key in session.get_objects(wanted):
            kind = key[Attribute.KEY_TYPE]
            if kind is KeyType.RSA:
                found.append(_rsa(key))
            elif kind is KeyType.EC:
                found.append(ec.encode_ec_public_key(key))
            else:
                raise Malformed(f"{source}: a key of type {getattr(kind, 'name', kind)} is not read: RSA and EC are")
        return found


def _rsa(key: Any) -> bytes:  # noqa: ANN401 -- see _read
    """The key's SubjectPublicKeyInfo: the library encodes the key alone."""
    from asn1crypto.keys import PublicKeyInfo, RSAPublicKey
    from pkcs11.util import rsa

    info: bytes = PublicKeyInfo.wrap(RSAPublicKey.load(rsa.encode_rsa_public_key(key)), "rsa").dump()
    return info
