"""The keys and trust roots that rules rest on, each read once, while evidence is being fetched.

Where a key is kept is `key_loading`'s business; here nothing that goes wrong with one stops what does not need it.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Final

from guardrails.trust.errors import Malformed, Unavailable, surprise

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import TypeAlias

    from guardrails.trust.key_source import KeySource
    from guardrails.trust.keys import PublicKey
    from guardrails.trust.policy import Rule, TrustPolicy
    from guardrails.trust.trust_root import TrustRoot

    _LoadedKey: TypeAlias = tuple[PublicKey, ...] | Malformed | Unavailable
    _LoadedRoot: TypeAlias = TrustRoot | Malformed | Unavailable
    Loaded: TypeAlias = tuple[dict[str, _LoadedKey], dict[str, _LoadedRoot]]

_KEY_SECONDS: Final = 30.0


class Loader:
    """Remembers the public keys it has read, not the failures to read them. May be used from several threads."""

    def __init__(self, policy: TrustPolicy, folder: Path) -> None:
        self._policy = policy
        self._folder = folder
        self._keys: dict[str, tuple[PublicKey, ...]] = {}
        self._lock = threading.Lock()

    async def load(self, rules: tuple[Rule, ...]) -> Loaded:
        """Read what some rules rest on. What cannot be read is an error of its own, not of the whole."""
        names = {name for rule in rules for name in rule.authorities}
        keys, roots = await asyncio.gather(self._load_keys(names), self._load_roots(names))
        return keys, roots

    async def _load_roots(self, names: Iterable[str]) -> dict[str, _LoadedRoot]:
        demands = (self._policy.authorities[name].transparency for name in names)
        roots = sorted({demand.root for demand in demands if demand is not None})
        if not roots:
            return {}
        from guardrails.trust import trust_root

        loaded: dict[str, _LoadedRoot] = {}
        for name in roots:
            try:
                source = self._policy.roots[name].source
                loaded[name] = await asyncio.to_thread(trust_root.load, source, self._folder)
            except (Malformed, Unavailable) as error:
                loaded[name] = error
            except Exception as error:  # noqa: BLE001 -- as in Verifier: the images that rest on this root are not trusted
                fault, remedy = surprise(error)
                loaded[name] = Unavailable(fault, remedy=remedy)
        return loaded

    async def _load_keys(self, names: Iterable[str]) -> dict[str, _LoadedKey]:
        """Read the keys of some authorities, each source once."""
        sources = {str(key.source): key.source for name in names for key in self._policy.authorities[name].keys}
        loaded = await asyncio.gather(*(self._load_key(text, source) for text, source in sources.items()))
        return dict(zip(sources, loaded, strict=True))

    async def _load_key(self, text: str, source: KeySource) -> _LoadedKey:
        with self._lock:
            if text in self._keys:
                return self._keys[text]
        from guardrails.trust import key_loading

        try:
            async with asyncio.timeout(_KEY_SECONDS):
                key = await asyncio.to_thread(key_loading.load, source, self._folder)
        except (Malformed, Unavailable) as error:
            return error
        except TimeoutError:
            return Unavailable(
                f"no answer within {_KEY_SECONDS:g} s",
                remedy=f"see why {source} cannot be read from here, then try again",
            )
        except Exception as error:  # noqa: BLE001 -- as in Verifier: the images that need this key are not trusted
            fault, remedy = surprise(error)
            return Unavailable(fault, remedy=remedy)
        with self._lock:
            return self._keys.setdefault(text, key)
