"""One HTTP exchange with a bounded answer: with whom, by what certificates, and how many exchanges there were.

Bodies are read up to a bound and never decompressed. Redirects, credentials and repetitions are `client`'s business,
what happens on a connection `connection`'s.

Decisions:
- Proxies of the environment (HTTPS_PROXY, NO_PROXY) are used for https, where they can only carry the tunnel; never
  for plain http, which is loopback's. `.netrc` is not read: no credential is sent that nobody configured for this.
- SSL_CERT_FILE or SSL_CERT_DIR stands in for the public CAs, CARTORIO_REGISTRY_CA adds private ones to them.
- A body is never decompressed, and one that comes compressed is refused: nobody asked for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

import h11

from guardrails.trust.connection import OK, Connection, DroppedError, connect, joined
from guardrails.trust.errors import Unavailable, quoted
from guardrails.trust.mirrors import Origin
from guardrails.trust.peers import Peer, Proxy, public_authorities

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardrails.trust.access import Access
    from guardrails.trust.limits import Limits

_CONNECTIONS: Final = 16  # at once, to one origin
_ERROR_BYTES: Final = 4096
_CLOSING_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A bounded answer.

    Attributes:
        status: its status.
        headers: those that somebody here reads, by lower-case name.
        body: empty unless the status is 200.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked.

    Attributes:
        url: the whole address.
        kind: for the count of round trips: `image`, `tag`, `referrers`, `manifest`, `blob`, `token`.
        limit: the most bytes of a body.
        accept: media types.
        method: GET, HEAD or POST.
        form: the body of a POST.
        authorization: a header's value, or None.
    """

    url: str
    kind: str
    limit: int
    accept: tuple[str, ...] = ("*/*",)
    method: str = "GET"
    form: Mapping[str, str] | None = field(default=None, repr=False)
    authorization: str | None = field(default=None, repr=False)

    @property
    def origin(self) -> Origin:
        """Whom it is sent to."""
        parts = urlsplit(self.url)
        return Origin(parts.scheme, parts.netloc)


class _Pool:
    """The connections to one origin."""

    def __init__(self, peer: Peer, proxy: Proxy | None) -> None:
        self.peer = peer
        self.proxy = proxy
        self.free = asyncio.Semaphore(_CONNECTIONS)
        self.kept: list[Connection] = []

    def take(self) -> Connection | None:
        """A kept connection, the one used last, unless it is known to be dead."""
        while self.kept:
            connection = self.kept.pop()
            if connection.is_idle:
                return connection
        return None


class Transport:
    """Sends requests. Use within one event loop, close at its end.

    Attributes:
        round_trips: how many requests were sent, by kind.
    """

    def __init__(self, access: Access, limits: Limits) -> None:
        self._access = access
        self._limits = limits
        self._pools: dict[Origin, _Pool] = {}
        self._open: set[Connection] = set()
        self._tls: ssl.SSLContext | None = None
        self.round_trips: Counter[str] = Counter()

    async def close(self) -> None:
        """Close all connections."""
        self._pools = {}
        connections, self._open = self._open, set()
        for connection in connections:
            connection.abort()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING_SECONDS):
                await asyncio.gather(*(connection.closed() for connection in connections))

    async def send(self, request: Request) -> Answer:
        """Send a request and read the answer.

        Raises:
            Unavailable: no proper answer came.
            Malformed: an answer came whose body is refused unread, or is longer than the limit.
        """
        origin = request.origin
        try:
            async with asyncio.timeout(self._limits.image_seconds):
                pool = self._pool(origin)
                async with pool.free:
                    return await self._exchange(pool, request)
        except h11.LocalProtocolError:  # its message shows the header, which may be a credential
            raise Unavailable(
                f"{origin} cannot be asked: characters that no HTTP request has",
                remedy="report this with the reference",
            ) from None
        except (OSError, h11.RemoteProtocolError, ValueError) as error:  # ValueError: an address that is none
            why = str(error) or f"no whole answer within {self._limits.image_seconds:g} s"
            raise Unavailable(
                f"{origin} does not answer properly: {type(error).__name__}: {quoted(why)}",
                remedy=f"check that the registry at {origin} is up and reachable from here, then try again",
            ) from error

    async def _exchange(self, pool: _Pool, request: Request) -> Answer:
        self.round_trips[request.kind] += 1
        kept = pool.take() if request.method != "POST" else None
        if kept is not None:
            try:
                return await self._ask(pool, kept, request)
            except DroppedError:
                # A kept connection that the other side has closed by now shows itself only here. The others that are
                # kept may be no better, so this one is asked on a connection of its own.
                self.round_trips["again"] += 1
        connection = await connect(pool.peer, pool.proxy, self._limits.connect_seconds)
        self._open.add(connection)
        return await self._ask(pool, connection, request)

    async def _ask(self, pool: _Pool, connection: Connection, request: Request) -> Answer:
        try:
            head, body = _written(request)
            answer = await connection.ask(head, body)
            headers = joined(answer.headers)
            content = b""
            if answer.status_code == OK and request.method != "HEAD":
                content = await connection.body(headers, request.limit)
            else:
                await _drain(connection)
            if len(pool.kept) < _CONNECTIONS and connection.again():
                pool.kept.append(connection)
            return Answer(answer.status_code, headers, content)
        finally:
            if not connection.is_idle:
                connection.abort()
                self._open.discard(connection)

    def _pool(self, origin: Origin) -> _Pool:
        """Made when first needed: loading CA certificates costs more than a request."""
        pool = self._pools.get(origin)
        if pool is None:
            tls = self._certificates() if origin.scheme == "https" else None
            proxy = None if tls is None else _proxy(origin, tls)
            pool = self._pools[origin] = _Pool(Peer.parse(origin.scheme, origin.host, tls), proxy)
        return pool

    def _certificates(self) -> ssl.SSLContext:
        if self._tls is None:
            context = _public_authorities()
            if self._access.authorities is not None:
                try:
                    context.load_verify_locations(self._access.authorities)
                except (OSError, ssl.SSLError) as error:
                    raise Unavailable(
                        f"the CAs of CARTORIO_REGISTRY_CA cannot be read: {quoted(error)}",
                        remedy="make CARTORIO_REGISTRY_CA name a file of PEM certificates",
                    ) from error
            self._tls = context
        return self._tls


def _public_authorities() -> ssl.SSLContext:
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if not file and not folder:
        return public_authorities()
    try:
        return ssl.create_default_context(cafile=file or None, capath=None if file else folder)
    except OSError as error:
        raise Unavailable(
            f"the CAs of SSL_CERT_FILE cannot be read: {quoted(error)}",
            remedy="make SSL_CERT_FILE name a file of PEM certificates, or take it out of the environment",
        ) from error


def _written(request: Request) -> tuple[h11.Request, bytes]:
    parts = urlsplit(request.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = [
        ("host", parts.netloc.rpartition("@")[2]),
        ("user-agent", "cartorio"),
        ("accept", ", ".join(request.accept)),
        ("accept-encoding", "identity"),
    ]
    if request.authorization is not None:
        headers.append(("authorization", request.authorization))
    body = b""
    if request.form is not None:
        body = urlencode(request.form).encode()
        headers += [("content-type", "application/x-www-form-urlencoded"), ("content-length", str(len(body)))]
    return h11.Request(method=request.method, target=target, headers=headers), body


async def _drain(connection: Connection) -> None:
    """Read the short body of an error to its end, so that the connection can be used again; leave a long one."""
    read = 0
    while chunk := await connection.chunk():
        read += len(chunk)
        if read > _ERROR_BYTES:
            return


def _proxy(origin: Origin, tls: ssl.SSLContext) -> Proxy | None:
    proxies = urllib.request.getproxies()
    proxy = proxies.get("https") or proxies.get("all")
    return None if proxy is None or urllib.request.proxy_bypass(origin.host) else Proxy.parse(proxy, tls)
