"""Ranges of addresses, as rules about networks see them: what of them is the internet."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

# https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry
_PRIVATE: Final = (
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("fc00::/7", "fe80::/10"),
)
# A partner has a range of its own; what is wider is anybody, in pieces too: they would be more than a group has rules.
_WIDEST: Final = {4: 16, 6: 32}


@lru_cache(maxsize=1024)
def is_internet(text: str) -> bool:
    """Whether a range holds more public addresses than anybody can have meant one by one; so does what is no range."""
    import ipaddress

    try:
        range_ = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return True
    for own in map(ipaddress.ip_network, _PRIVATE):
        if range_.version == own.version and own.network_address <= range_[0] and range_[-1] <= own.broadcast_address:  # type: ignore[operator]
            return False
    return range_.prefixlen < _WIDEST[range_.version]
