"""The lock of vendored charts: the SHA-256 of each archive in `charts/vendor`, as it was when it was fetched.

`cartorio charts vendor` writes it, one entry an archive, and refuses to put anything else in an archive's place; a
stack reads it before anything is registered. Its form: `{"schema": "cartorio.charts-lock/v1", "archives":
{"vault-0.32.0.tgz": "<64 hexadecimal digits>"}}`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from components.errors import Problem
from components.release import unambiguous
from components.sources import VENDORED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LOCK: Final = f"{VENDORED}/lock.json"
"""Where it is in the project."""
SCHEMA: Final = "cartorio.charts-lock/v1"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def read_lock(root: Path) -> dict[str, str] | Problem:
    """The digests of the project `root` by file name, none without a lock; or what is wrong with the lock."""
    try:
        text = (root / LOCK).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        return Problem(LOCK, 0, "", f"cannot be read: {error}")
    try:
        return _parsed(text)
    except (ValueError, RecursionError) as error:
        remedy = "restore the one that is committed, or remove it and the archives and run `cartorio charts vendor`"
        return Problem(LOCK, 0, "", f"is no lock of charts ({error}): {remedy}")


def render_lock(archives: Mapping[str, str]) -> str:
    """The text of a lock with these digests by file name, the same for the same ones."""
    return json.dumps({"schema": SCHEMA, "archives": dict(sorted(archives.items()))}, indent=2) + "\n"


def _parsed(text: str) -> dict[str, str]:
    document = json.loads(text, object_pairs_hook=unambiguous)
    if not isinstance(document, dict) or set(document) != {"schema", "archives"} or document["schema"] != SCHEMA:
        raise ValueError(f"its form is not {SCHEMA}")
    archives = document["archives"]
    if not isinstance(archives, dict):
        raise ValueError("`archives` is no mapping")  # noqa: TRY004 - what is wrong is the text
    for name, digest in archives.items():
        if not (isinstance(digest, str) and _DIGEST.fullmatch(digest)):
            raise ValueError(f"the digest of {name} is not 64 hexadecimal digits")
    return archives
