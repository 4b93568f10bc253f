"""Keeps secrets out of what people are told."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHORTEST: Final = 4
_SHORT: Final = 8
_MASK: Final = "[secret]"


class Mask:
    """The secrets that are known so far; threads may share it."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        self._lock = threading.Lock()

    def learn(self, secrets: Iterable[str]) -> None:
        """Remember texts, except those too short to be hidden without hiding everything."""
        found = {text for text in secrets if len(text) >= _SHORTEST}
        with self._lock:
            self._secrets |= found

    def hide(self, text: str) -> str:
        """The text without any known secret."""
        with self._lock:
            secrets = sorted((secret for secret in self._secrets if secret in text), key=len, reverse=True)
        for secret in secrets:
            # A short one is hidden where it stands alone, not inside other words: `true` may be marked secret, too.
            edge = r"\b" if len(secret) < _SHORT else ""
            text = re.sub(f"{edge}{re.escape(secret)}{edge}", _MASK, text)
        return text
