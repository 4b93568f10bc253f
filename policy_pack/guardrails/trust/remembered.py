"""Evidence that sufficed, remembered: judged anew each time, so that no verdict outlives a policy, a key or a moment.

Why this is safe. A signature speaks for a digest whoever hands it over and whenever: a registry that had it yesterday
could show it today, and so can we. Judging is monotonic: more evidence never makes a trusted image untrusted. So
evidence that satisfies *today's* policy, keys and clock is an answer, and only that answer: where it does not suffice,
the registry is asked as if nothing were remembered. No tag and no list of referrers is remembered, only documents that
name the digest in what was signed.

What it costs. That the registry still has the image is not asked again for `Limits.remembered_seconds`, and taking a
signature out of a registry revokes nothing meanwhile; it never did, as anybody with a copy can put it back: a key is
revoked in trust.yaml. `CARTORIO_EVIDENCE_CACHE=off` keeps what is remembered to the one process.
"""

from __future__ import annotations

import base64
import binascii
import json
import threading
from collections import OrderedDict
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, get_args

from guardrails.trust.cache import Cache
from guardrails.trust.errors import Malformed
from guardrails.trust.reference import Digest

if TYPE_CHECKING:
    from pathlib import Path

    from guardrails.trust.evidence import Evidence
    from guardrails.trust.limits import Limits

_SCHEMA: Final = 2
_LARGEST: Final = 4 * 1024 * 1024
_IN_MEMORY: Final = 16 * 1024 * 1024


class Memory:
    """Remembers evidence in this process and, given a folder, on disk. May be used from several threads.

    Attributes:
        cache: the cache on disk, or None.
    """

    def __init__(self, folder: Path | None, limits: Limits) -> None:
        self.cache = None if folder is None else Cache(folder)
        self._seconds = limits.remembered_seconds
        self._notes: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def recall(self, key: str, now: datetime) -> Evidence | None:
        """What is remembered under a key, unless it is too old, damaged or from another version of this program."""
        with self._lock:
            note = self._notes.get(key)
        if note is None and self.cache is not None:
            note = self.cache.note(key, _LARGEST)
        return None if note is None else self._read(note, now)

    def keep(self, key: str, evidence: Evidence, now: datetime) -> None:
        """Remember evidence, unless parts of it are missing or it is large."""
        try:
            written = _written(evidence)
        except TypeError:  # something that could not be fetched
            return
        note = json.dumps([_SCHEMA, now.isoformat(), written], separators=(",", ":")).encode()
        if len(note) > _LARGEST:
            return
        with self._lock:
            self._size += len(note) - len(self._notes.pop(key, b""))
            self._notes[key] = note
            while self._size > _IN_MEMORY:
                self._size -= len(self._notes.popitem(last=False)[1])
        if self.cache is not None:
            self.cache.keep_note(key, note)

    def _read(self, note: bytes, now: datetime) -> Evidence | None:
        try:
            schema, written_at, body = json.loads(note)
            age = (now - datetime.fromisoformat(written_at)).total_seconds()
            if schema != _SCHEMA or not 0 <= age <= self._seconds:
                return None
            return _evidence(body)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, binascii.Error, Malformed):
            return None


def _written(evidence: Evidence) -> dict[str, Any]:
    from guardrails.trust.evidence import Unreachable

    if evidence.image not in {"image", "index"}:
        raise TypeError("no image that was seen")
    items = []
    for item in evidence.items:
        if isinstance(item, Unreachable):
            raise TypeError("a part is missing")
        items.append([type(item).__name__, {one.name: _plain(getattr(item, one.name)) for one in fields(item)}])
    platforms = [[str(digest), _written(found)] for digest, found in evidence.platforms]
    return {"image": evidence.image, "items": items, "platforms": platforms}


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, str | bool):
        return value
    if isinstance(value, dict) and all(isinstance(text, str) for pair in value.items() for text in pair):
        return {"texts": value}
    raise TypeError(f"evidence of type {type(value).__name__}")


def _evidence(body: dict[str, Any]) -> Evidence:
    from guardrails.trust import evidence as kinds

    known: dict[str, Any] = {kind.__name__: kind for kind in get_args(kinds.Item)}
    items = [known[name](**{field: _rich(value) for field, value in given.items()}) for name, given in body["items"]]
    platforms = tuple((Digest.parse(digest), _evidence(found)) for digest, found in body["platforms"])
    return kinds.Evidence(body["image"], tuple(items), platforms)


def _rich(value: Any) -> Any:  # noqa: ANN401 -- one of the types that _plain takes
    if isinstance(value, str | bool):
        return value
    if "base64" in value:
        return base64.b64decode(value["base64"], validate=True)
    return dict(value["texts"])
