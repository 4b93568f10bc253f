"""A password's bcrypt hash, as RandomPassword's `bcryptHash` has it: cost 10, of the first 72 bytes."""

from __future__ import annotations

_COST = 10  # Go's bcrypt.DefaultCost, which the official plugin uses
_BYTES = 72  # all that bcrypt looks at


def bcrypt_hash(password: str) -> str:
    """Hash a password, with a salt of its own."""
    import bcrypt

    return bcrypt.hashpw(password.encode()[:_BYTES], bcrypt.gensalt(_COST)).decode()
