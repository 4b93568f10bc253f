"""Names that a provider chooses anew at every preview, and the same text with their owners in their place.

Providers form them of the resource's own name and random digits: `{name}-{7 hexadecimal digits}` (bridged ones, such as
AWS's), `{name}-{8 letters and digits}` (Kubernetes').
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from delivery.plan.model import Property

_CHOSEN: Final = re.compile(r"[\w./+=@-]{2,}-(?:[0-9a-f]{7}|[0-9a-z]{8})")


def chosen(name: object) -> bool:
    """Whether a text that a provider has filled in looks like an automatic name."""
    return isinstance(name, str) and _CHOSEN.fullmatch(name) is not None


class Names:
    """Automatic names and whose they are.

    Args:
        owners: URN of the resource, by its automatic name.
    """

    def __init__(self, owners: Mapping[str, str]) -> None:
        self._owners = owners
        longest_first = sorted(owners, key=lambda name: (-len(name), name))
        self._any = re.compile("|".join(map(re.escape, longest_first))) if owners else None

    @classmethod
    def of(cls, changing: Mapping[str, Iterable[Property]]) -> Names:
        """The names among the properties of these resources, by URN."""
        found: dict[str, str] = {}
        for urn, properties in sorted(changing.items()):
            for one in properties:
                if one.assigned and one.after is not None:
                    found.setdefault(one.after.text.strip('"'), f"[{one.path} of {urn}]")
        return cls(found)

    def replaced(self, text: str) -> str:
        """The text, the same at every preview."""
        return self._any.sub(lambda match: self._owners[match[0]], text) if self._any else text
