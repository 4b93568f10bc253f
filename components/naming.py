"""Physical names: the one function that shortens them.

Names are automatic unless something outside the program relies on them; those that are not go through `physical_name`,
so that a long stack name never yields a name that the cloud refuses or that two stacks share.
"""

from __future__ import annotations

import hashlib

_DIGEST_LENGTH = 8


def physical_name(*parts: str, limit: int) -> str:
    """Join `parts` with hyphens into at most `limit` characters.

    A name that fits is left alone. A longer one is cut and ends in eight hexadecimal digits of the SHA-256 of the
    whole, so that names which differ only after the cut stay different.

    Raises:
        ValueError: `limit` leaves no room for a readable part, or there is nothing to join.
    """
    if not parts or not all(parts):
        raise ValueError("a physical name needs parts, none of them empty")
    if limit < _DIGEST_LENGTH + 2:
        raise ValueError(f"a limit of {limit} characters leaves no room for a name and its digest")
    name = "-".join(parts)
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{name[: limit - _DIGEST_LENGTH - 1].rstrip('-')}-{digest}"
