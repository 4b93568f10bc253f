"""Who is at the other end of a connection, and who opens a tunnel to them: addresses, and certificates to believe."""

from __future__ import annotations

import base64
import ssl
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from guardrails.trust.errors import Unavailable

_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is at the other end.

    Attributes:
        name: what messages call them.
        host: without brackets.
        port: theirs.
        tls: the certificates by which they are believed; None for plain text.
    """

    name: str
    host: str
    port: int
    tls: ssl.SSLContext | None = None

    @classmethod
    def parse(cls, scheme: str, host: str, tls: ssl.SSLContext | None = None) -> Peer:
        """Read `host[:port]`.

        Raises:
            ValueError: it is none.
        """
        parts = urlsplit(f"//{host}")
        if not parts.hostname or scheme not in _PORTS:
            raise ValueError("write http://host:port or https://host:port")
        return cls(f"{scheme}://{host}", parts.hostname, parts.port or _PORTS[scheme], tls)


@dataclass(frozen=True, slots=True)
class Proxy:
    """Who opens tunnels for us, and the header by which they let us."""

    peer: Peer
    authorization: str | None = field(repr=False)

    @classmethod
    def parse(cls, address: str, tls: ssl.SSLContext) -> Proxy:
        """Read what HTTPS_PROXY says: `[http[s]://][user:password@]host[:port]`.

        Raises:
            Unavailable: it is not the address of a proxy that is spoken to.
        """
        try:
            parts = urlsplit(address if "://" in address else f"http://{address}")
            secret, _, host = parts.netloc.rpartition("@")
            peer = Peer.parse(parts.scheme, host, tls if parts.scheme == "https" else None)
        except ValueError as error:
            raise Unavailable(  # the address itself may hold a password
                f"HTTPS_PROXY is not the address of a proxy: {error}",
                remedy="write HTTPS_PROXY=http://host:port, or take it out of the environment",
            ) from None
        user, colon, password = secret.partition(":")
        basic = base64.b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode() if user or colon else ""
        return cls(peer, f"Basic {basic}" if basic else None)


def public_authorities() -> ssl.SSLContext:
    """Those whose certificates everybody believes."""
    import certifi

    return ssl.create_default_context(cafile=certifi.where())
